"""The channels' settings in memory, which each message needs: how long they are kept, and when changes are seen."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.expiring_cache import ExpiringCache
from bot.jobs.deliveries import fairness_group

if TYPE_CHECKING:
    from bot.core.domain.message import Place
    from bot.core.ports.store import SettingsStore

SETTINGS_KEPT = 30.0  # seconds for which a channel is taken to want what it wanted last
LOOK_FOR_CHANGES = 2.0  # seconds after which to look whether someone else has changed any settings meanwhile
MOST_CHANNELS = 5_000  # whose settings are remembered


class SettingsCache:
    """Knows what the channels want, without a look at the database for each message."""

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self._settings = ExpiringCache[ChannelSettings](MOST_CHANNELS)
        self._change, self._looked = 0, -LOOK_FOR_CHANGES

    async def of(self, channel: Place) -> ChannelSettings:
        """Return a channel's settings. Raises what the database raises.

        A change by another replica or the command line is seen after `LOOK_FOR_CHANGES` seconds.
        """
        if monotonic() > self._looked + LOOK_FOR_CHANGES:
            self._looked = monotonic()
            if (change := await self._store.last_change()) != self._change:
                self._change = change
                self._settings.drop()
        key = fairness_group(channel)
        settings = self._settings.get(key)
        if settings is None:
            settings = await self._store.load(channel)
            self._settings.keep(key, settings, SETTINGS_KEPT)
        return settings

    def forget(self, place: Place) -> None:
        """Drop the settings of a channel, or of a workspace: they may have been changed here."""
        self._settings.drop(fairness_group(place))
