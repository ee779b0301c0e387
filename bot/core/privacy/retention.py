"""How long messages are kept: as the operator set it, or shorter for a workspace or a channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.language import ngettext

if TYPE_CHECKING:
    from bot.core.domain.message import Place
    from bot.core.domain.overrides import Overrides

SETTING = "retention_days"


@dataclass(frozen=True, slots=True)
class Limits:
    """Before which times words are old: their channel's, else their workspace's, else `usual`; None: they never are."""

    usual: datetime | None = None
    workspaces: Mapping[str, datetime] = field(default_factory=dict)
    channels: Mapping[tuple[str, str], datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, days: int, sheets: Mapping[Place, Overrides], now: datetime) -> Limits:
        """Read them from the operator's days, 0 forever, and what was set in places: never more than those days."""
        usual = now - timedelta(days=days) if days else None
        own = {place: value for place, overrides in sheets.items() if (value := _days(overrides))}
        times = {
            place: max(now - timedelta(days=value), usual or datetime.min.replace(tzinfo=now.tzinfo))
            for place, value in own.items()
        }
        return cls(
            usual,
            {place.workspace: time for place, time in times.items() if not place.channel},
            {(place.workspace, place.channel): time for place, time in times.items() if place.channel},
        )

    @property
    def latest(self) -> datetime | None:
        """Return the time before which anything can be old, None where nothing can."""
        times = [*self.workspaces.values(), *self.channels.values(), *([self.usual] if self.usual else [])]
        return max(times, default=None)


def too_long(days: int | None, most: int) -> str:
    """Return why words can't be kept for so many days, "" if they can; the operator's limit is `most`, 0 for none."""
    if not most or not days or days <= most:
        return ""
    return ngettext(
        "at most {n:,} day: your administrator keeps nothing longer (RETENTION_DAYS)",
        "at most {n:,} days: your administrator keeps nothing longer (RETENTION_DAYS)",
        most,
    )


def capped(days: int | None, most: int) -> str:
    """Return a note that the operator's limit applies, "" if the days are within it."""
    if not too_long(days, most):
        return ""
    return ngettext(
        "{n:,} day applies, as your administrator keeps nothing longer",
        "{n:,} days apply, as your administrator keeps nothing longer",
        most,
    )


def _days(overrides: Overrides) -> int:
    """Return what was set, 0 for nothing."""
    value = overrides.values.get(SETTING)
    return value if isinstance(value, int) and value > 0 else 0
