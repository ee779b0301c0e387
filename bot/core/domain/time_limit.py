"""How long something may take, as people type it: `30m`, `2h` or `3d`; and such limits by severity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping

Unit = Literal["m", "h", "d"]
MOST: Mapping[Unit, int] = {"m": 10_000, "h": 1_000, "d": 100}
OTHERS = ""  # stands for all severities that have no limit of their own
UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden"), "h"),
    **dict.fromkeys(("d", "day", "days", "tag", "tage"), "d"),
}
_LENGTH = re.compile(r"(\d{1,6})\s*([a-z]{1,8})", re.ASCII | re.IGNORECASE)
_BETWEEN = re.compile(r"[;\n]|,(?!(?<=\d,)\d)")  # no comma of `2,5h`


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """Minutes and hours are those of business hours, days are business days."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        """Write it as a person would type it."""
        return f"{self.amount}{self.unit}"


@lru_cache(256)
def read(typed: str) -> Mapping[str, TimeLimit]:
    """Read `Critical: 1h; 8h` as limits by severity; a bare one is for all others. Raises `ValueError`."""
    limits: dict[str, TimeLimit] = {}
    for part in filter(None, map(str.strip, _BETWEEN.split(typed))):
        severity, colon, length = part.rpartition(":")
        name, length = severity.strip(), length.strip()
        if colon and not length:
            raise ValueError(_("the time for “{severity}” is missing", severity=name[:40]))
        if colon and not name:
            raise ValueError(_("the severity of “{time}” is missing", time=length[:40]))
        if name.casefold() in map(str.casefold, limits):
            if name:
                raise ValueError(_("“{severity}” has two times", severity=name[:40]))
            raise ValueError(_("only one time can be for all other severities"))
        limits[name] = _length(length)
    return limits


def written(limits: Mapping[str, TimeLimit]) -> str:
    """Write limits as a person would type them."""
    return "; ".join(f"{name}: {limit}" if name else str(limit) for name, limit in limits.items())


def limit_of(limits: Mapping[str, TimeLimit], severity: str) -> TimeLimit | None:
    """Return the limit that holds for a severity, None if there is none."""
    named = {name.casefold(): limit for name, limit in limits.items()}
    return named.get(severity.casefold()) or named.get(OTHERS)


def _length(typed: str) -> TimeLimit:
    match = _LENGTH.fullmatch(typed)
    unit = UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        shown = " ".join(typed.split()).replace("`", "'")[:40]
        raise ValueError(_("I can't read the time “{typed}”", typed=shown))
    amount = int(match[1])
    if not 0 < amount <= MOST[unit]:
        raise ValueError(
            _(
                "a time is at least {least} and at most {minutes}, {hours} or {days}",
                least=TimeLimit(1, "m"),
                minutes=TimeLimit(MOST["m"], "m"),
                hours=TimeLimit(MOST["h"], "h"),
                days=TimeLimit(MOST["d"], "d"),
            )
        )
    return TimeLimit(amount, unit)
