"""Business hours, as people type them: `Mon-Fri 09:00-17:00; Sat 10:00-14:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # not for people: what is typed
HOUR, DAY = 60, 24 * 60  # minutes
WEEK = 7 * DAY
MOST_WINDOWS = 50
_NOON = 12  # hours
# How each day of the week can be called, in English and German; whole words only.
_NAMES = {  # not for people: what is typed
    name: number
    for number, names in enumerate(
        (
            "mon monday mo montag",
            "tue tues tuesday tu di dienstag",
            "wed wednesday we mi mittwoch",
            "thu thur thurs thursday th do donnerstag",
            "fri friday fr freitag",
            "sat saturday sa samstag sonnabend",
            "sun sunday su so sonntag",
        )
    )
    for name in names.split()
}
_DASH = re.compile(r"[ \t]?[-–—][ \t]?|[ \t](?:to|until|bis)[ \t]")  # noqa: RUF001 (dashes that people type)
_HALF = re.compile(r"(?<=\d)[ \t](?=[ap]\.?m)")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?(am|pm)?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class OpenHours:
    """When it is open: from a minute of a weekday (0 is Monday) to another, past 1,440 for one of the next day."""

    day: int
    start: int
    end: int


@lru_cache(256)
def read(typed: str) -> tuple[OpenHours, ...]:
    """Read business hours; () if nothing was typed. Raises `ValueError`."""
    words = re.split(r"[\s,;]+", _HALF.sub("", _DASH.sub("-", " ".join(typed.casefold().split()))).strip(" ,;"))
    days: list[int] = []
    found: list[OpenHours] = []
    has_hours = False
    for word in filter(None, words):
        if named := _days(word):
            days = named if has_hours else [*days, *named]
            has_hours = False
        elif hours := _hours(word):
            if not days:
                raise ValueError(_("the days of {hours} are missing", hours=word[:40]))
            found += [OpenHours(day, *hours) for day in days]
            has_hours = True
        else:
            raise ValueError(_("I can't read “{word}”", word=word.replace("`", "'")[:40]))
    if days and not has_hours:
        raise ValueError(_("the hours of {day} are missing", day=DAYS[days[-1]]))
    return _checked(found)


def written(windows: Iterable[OpenHours]) -> str:
    """Write business hours as a person would type them."""
    hours: dict[int, str] = {}
    for one in windows:
        hours[one.day] = " ".join(filter(None, (hours.get(one.day), f"{_clock(one.start)}-{_clock(one.end)}")))
    runs: list[tuple[int, int]] = []
    for day in sorted(hours):
        if runs and runs[-1][1] == day - 1 and hours[day] == hours[day - 1]:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    named = (DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}" for first, last in runs)
    return "; ".join(f"{name} {hours[first]}" for name, (first, _last) in zip(named, runs, strict=True))


def _days(word: str) -> list[int]:
    """Return the weekdays that a word names, such as `fri`, `mon-fri` or `sat-mon`; none for any other word."""
    if word in {"daily", "täglich"}:
        return list(range(7))
    first, dash, last = word.partition("-")
    start, end = _NAMES.get(first.rstrip(".:")), _NAMES.get((last if dash else first).rstrip(".:"))
    return [] if start is None or end is None else [(start + n) % 7 for n in range((end - start) % 7 + 1)]


def _hours(word: str) -> tuple[int, int] | None:
    """Return the minutes of the day that `09:00-17:00` or `9am-5pm` names; those of a night end on the next day."""
    opens, dash, closes = word.partition("-")
    start, end = _minutes(opens), _minutes(closes)
    if not dash or start is None or end is None or start == DAY:
        return None
    end = DAY if end == DAY - 1 else end  # a form's latest time is no minute's rest
    if start == end:
        raise ValueError(_("{word} has no hours: the whole day is `00:00-24:00`", word=word[:40]))
    if (
        0 < end < start <= _NOON * HOUR and opens.isdecimal() and closes.isdecimal()
    ):  # `9-5`, by a clock of twelve hours
        day, night = f"{_clock(start)}-{_clock(end + DAY // 2)}", f"{_clock(start)}-{_clock(end)}"
        raise ValueError(_("{word} can be `{day}`, or `{night}` through the night", word=word, day=day, night=night))
    return (start, end) if start < end else (start, end + DAY)


def _minutes(typed: str) -> int | None:
    match = _TIME.fullmatch(typed)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    total = hour * HOUR + minute
    return total if minute < HOUR and total <= DAY else None


def _clock(minute: int) -> str:
    minute = minute if minute <= DAY else minute - DAY
    return f"{minute // HOUR:02}:{minute % HOUR:02}"


def _checked(windows: Sequence[OpenHours]) -> tuple[OpenHours, ...]:
    """Return windows in their order. Raises `ValueError` where two of them overlap, or there are too many."""
    ordered = sorted(set(windows))
    if len(ordered) > MOST_WINDOWS:
        raise ValueError(_("that has more than {most:,} times", most=MOST_WINDOWS))
    begins = [one.day * DAY + one.start for one in ordered]
    for one, following in zip(ordered, [*begins[1:], *(begin + WEEK for begin in begins[:1])], strict=True):
        if one.day * DAY + one.end > following:
            raise ValueError(_("the hours of {day} overlap with the next", day=DAYS[one.day]))
    return tuple(ordered)
