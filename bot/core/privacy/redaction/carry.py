"""What a channel hides stays hidden where its words are taken to: a summary in private, a list in another channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.message import Place
    from bot.core.ports import SettingsStore


async def carried(store: SettingsStore, origin: Place, to: Place, person: str) -> ChannelSettings:
    """Return the settings that hold in a place which gets words of another one: what that hides is hidden here, too.

    A thread keeps that as its own, for what is asked there later.
    """
    settings, wanted = await store.load(to), await store.load(origin)
    if settings.redact or not wanted.redact:
        return settings
    hidden = {"redact": True, "phone_country": wanted.phone_country}
    if to.thread:
        await store.change(to, hidden, person)
    return settings.model_copy(update=hidden)
