"""How words make a span: a point in time, from one point until another, or so long until now.

Nothing is guessed: where a date can be read in two ways, that is said. Rules read a list of words from a place on, and
return how far they came with what reckons the times, or None; the one that comes furthest holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bot.core.span.calendar import (
    Times,
    before,
    last_quarter,
    latest,
    midnight,
    next_month,
    quarter,
    start_of,
    weekend,
    whole_day,
)
from bot.core.span.words import Word

Words = Sequence[Word]

_CENTURY = 2_000
_LATEST_MONTH = 12
_LENGTHS = {
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
_LENGTHS |= {"month": timedelta(days=30), "quarter": timedelta(days=91), "year": timedelta(days=365)}
_BY_DAY = {"day", "week", "month", "quarter", "year"}


class Read(NamedTuple):
    """How many words were read, and what reckons the times that they mean at a moment, in that moment's zone.

    Reckoning raises `ValueError` for what is no such day, with a sentence where it can be read in two ways.
    """

    end: int
    times: Callable[[datetime], Times]


class AmbiguousError(ValueError):
    """A date that can be read in two ways, which the message tells."""


def parse(words: Words) -> Read | None:
    """Read the span that words begin with; None where they begin with none."""
    at = next((n for n in range(len(words)) if not _is(words, n, "noise")), 0)  # "au cours de" begins with an "until"
    found = [read for rule in (_between, _lasting, _ago, _since, _point) if (read := rule(words, at))]
    return max(found, key=lambda read: read.end, default=None)


def _is(words: Words, at: int, *kinds: str) -> bool:
    return _value(words, at, *kinds) is not None


def _value(words: Words, at: int, *kinds: str) -> str | None:
    if at >= len(words):
        return None
    return next((value for kind in kinds if (value := words[at].value(kind)) is not None), None)


def _count(words: Words, at: int) -> int | None:
    """Read a number; a lone "a" is one, too."""
    value = _value(words, at, "number")
    return int(value) if value else 1 if _is(words, at, "to") else None


def _unit(words: Words, at: int) -> str:
    return _value(words, at, "unit") or ""


# From one point until another.


def _between(words: Words, at: int) -> Read | None:
    begin = at + _is(words, at, "since", "from", "between")
    first, second = _point(words, begin), None
    if first and _is(words, first.end, "until", "to", "and"):
        second = _point(words, first.end + 1) or _same_month(words, begin, first.end + 1)
    day = _day_number(words, begin)
    if second is None and day and _is(words, begin + 1, "until", "to", "and") and (named := _date(words, begin + 2)):
        first, second = _in_month_of(day, named), named  # 1. bis 5. November
    if first is None or second is None:
        return None
    earlier, later = first, second

    def times(here: datetime) -> Times:
        start = earlier.times(here)[0]
        end = later.times(here)[1]
        # "Dec 20 to Jan 5": the second is the one after the first.
        return start, end if end > start else later.times(start + _LENGTHS["year"])[1]

    return Read(later.end, times)


def _same_month(words: Words, first: int, second: int) -> Read | None:
    """Read the 5 of `Nov 1 to 5`."""
    named, day = _date(words, first), _day_number(words, second)
    if named is None or not day or not _is(words, first, "month"):
        return None
    return Read(second + 1, _in_month_of(day, named).times)


def _in_month_of(day: int, named: Read) -> Read:
    def times(here: datetime) -> Times:
        return whole_day(named.times(here)[0].date().replace(day=day), here)

    return Read(named.end, times)


# So long until now.


def _lasting(words: Words, at: int) -> Read | None:
    """Read `7d`, `last 3 days`, `les 3 derniers jours`, `last week`, `la semaine dernière`."""
    at += _is(words, at, "since")
    at += _is(words, at, "ago")  # "desde hace 3 días"
    former = _is(words, at, "last", "next")
    is_next = _is(words, at, "next")
    at += former
    number = int(value) if (value := _value(words, at, "number")) else None
    at += number is not None
    inside = _is(words, at, "last") and number is not None
    at += inside
    if not (unit := _unit(words, at)):
        return None
    behind = _is(words, at + 1, "last", "next") and not former
    is_next = is_next or (behind and _is(words, at + 1, "next"))
    if number is None and not (former or behind):
        return None
    if number is None and unit == "quarter":
        return None  # a quarter has its months
    length, end = _LENGTHS[unit] * (number if number is not None else 1), at + 1 + behind
    return Read(end, lambda here: (here + length, here + 2 * length) if is_next else (before(here, length), here))


def _ago(words: Words, at: int) -> Read | None:
    """Read `2 hours ago`, `since 2 hours ago`, `vor 2 Stunden`, `il y a 2 heures`: from then until now."""
    at += _is(words, at, "since", "from")
    is_ahead = _is(words, at, "ago")
    at += is_ahead
    number, unit = _count(words, at), _unit(words, at + 1)
    if number is None or not unit or not (is_ahead or _is(words, at + 2, "ago")):
        return None
    length = _LENGTHS[unit] * number

    def times(here: datetime) -> Times:
        start = before(here, length)
        if unit in _BY_DAY:  # that day counts whole
            start = midnight(start.astimezone(here.tzinfo).date(), here)
        return start, here

    return Read(at + 2 + (not is_ahead), times)


def _since(words: Words, at: int) -> Read | None:
    if not _is(words, at, "since", "from"):
        return None
    point = _point(words, at + 1)
    if point is None:
        return None
    end = point.end
    if _is(words, end, "until") and _value(words, end + 1, "now", "day") in {"", "0"}:
        end += 2
    return Read(end, lambda here: (point.times(here)[0], here))


# A point in time: a day, a week, a month, perhaps with the hour at which it begins.


def _point(words: Words, at: int) -> Read | None:
    found = [read for rule in _POINTS if (read := rule(words, at))]
    return max(found, key=lambda read: read.end, default=None)


def _day(words: Words, at: int) -> Read | None:
    """Read `yesterday`, `Monday 9am`, `12am last Monday`, `Nov 20 at 14:00`, `this morning`, `heute Morgen`."""
    clock = _value(words, at, "clock")
    bare = next((read for rule in _DAYS if (read := rule(words, at + (clock is not None)))), None)
    if bare is None:
        return _clock(clock, at) if clock else None
    end = bare.end
    if clock is None and (clock := _value(words, end, "clock")):
        end += 1
    if clock is None:
        return bare

    is_weekly = any(_is(words, n, "weekday") for n in range(at, end)) and not _is(words, at, "next")

    def times(here: datetime) -> Times:
        start = midnight(bare.times(here)[0].date(), here, clock)
        if is_weekly and start >= here:
            start = midnight(start.date() - timedelta(days=7), here, clock)
        return start, here

    return Read(end, times)


def _clock(clock: str, at: int) -> Read:
    return Read(at + 1, lambda here: (midnight(here.date(), here, clock), here))


def _named_day(words: Words, at: int) -> Read | None:
    this = _is(words, at, "this")
    if this and (_is(words, at + 1, "morning") or _value(words, at + 1, "day") == "-1"):  # "esta mañana"
        return Read(at + 2, lambda here: (midnight(here.date(), here), here))
    back = _value(words, at, "day")
    if back is None:
        return None
    is_morning = _is(words, at + 1, "morning") or _value(words, at + 1, "day") == "-1"  # "heute Morgen"
    days = int(back)

    def times(here: datetime) -> Times:
        return whole_day(here.date() - timedelta(days=days), here)

    return Read(at + 1 + is_morning, times)


def _weekday(words: Words, at: int) -> Read | None:
    """Read `Monday`, `last Monday`, `lundi dernier`, `Tuesday of last week`, `last week Tuesday`."""
    if _is(words, at, "last") and _unit(words, at + 1) == "week" and (day := _value(words, at + 2, "weekday")):
        return Read(at + 3, _of_last_week(int(day)))
    former, is_next = _is(words, at, "last"), _is(words, at, "next")
    this = _is(words, at, "this")
    at += former or is_next or this
    if this and _is(words, at, "last"):  # "this past Monday"
        former, at = True, at + 1
    day = _value(words, at, "weekday")
    if day is None:
        return None
    if _is(words, at + 1, "last") and _unit(words, at + 2) == "week":
        return Read(at + 3, _of_last_week(int(day)))
    behind = _is(words, at + 1, "last") and not former
    number = int(day)
    return Read(at + 1 + behind, _recent_weekday(number, is_former=former or behind, is_next=is_next))


def _recent_weekday(number: int, *, is_former: bool, is_next: bool) -> Callable[[datetime], Times]:
    def times(here: datetime) -> Times:
        back = (here.weekday() - number) % 7
        if is_next:
            back -= 7
        elif not back and is_former:
            back = 7
        return whole_day(here.date() - timedelta(days=back), here)

    return times


def _of_last_week(number: int) -> Callable[[datetime], Times]:
    return lambda here: whole_day(here.date() - timedelta(days=here.weekday() + 7 - number), here)


def _date(words: Words, at: int) -> Read | None:
    """Read `2026-11-20`, `Nov 20`, `20. November 2026`, `20.11.`, `11/20`."""
    if iso := _value(words, at, "iso"):
        parts = [int(part) for part in iso.replace("/", "-").replace(".", "-").split("-")]
        return Read(at + 1, lambda here: whole_day(date(*parts), here))
    if written := _value(words, at, "date"):
        return Read(at + 1, _written_date(written))
    day, month = _day_number(words, at), _value(words, at + 1, "month")
    if not (day and month):
        month, day = _value(words, at, "month"), _day_number(words, at + 1)
    if not (day and month):
        return None
    year = _year(words, at + 2)
    chosen = (year, int(month), day)
    return Read(at + 2 + (year is not None), lambda here: whole_day(latest(chosen, here), here))


def _day_number(words: Words, at: int) -> int | None:
    if ordinal := _value(words, at, "ordinal"):
        return int("".join(filter(str.isdigit, ordinal.replace("º", "").replace("°", ""))))
    digits = _value(words, at, "number")
    return int(digits) if digits and len(digits) <= 2 else None  # noqa: PLR2004 (a day has two)


def _year(words: Words, at: int) -> int | None:
    digits = _value(words, at, "number")
    return int(digits) if digits and len(digits) == 4 else None  # noqa: PLR2004 (a year has four)


def _written_date(written: str) -> Callable[[datetime], Times]:
    """Read a date in figures: with dots the day comes first; with slashes that depends on the country."""
    has_dots = "." in written
    first, second, *more = (int(part) for part in written.replace("/", ".").replace("-", ".").rstrip(".").split("."))
    year = (more[0] if more[0] > 99 else more[0] + _CENTURY) if more else None  # noqa: PLR2004 (two figures)

    def times(here: datetime) -> Times:
        day, month = (first, second) if has_dots or first > _LATEST_MONTH else (second, first)
        if not has_dots and max(first, second) <= _LATEST_MONTH and first != second:
            one, other = (latest((year, *pair), here) for pair in ((month, day), (day, month)))
            raise AmbiguousError(f"“{written}” could be {one} or {other}: please write the one you mean.")
        return whole_day(latest((year, month, day), here), here)

    return times


def _period(words: Words, at: int) -> Read | None:
    """Read `this week`, `the start of the month`, `the weekend`, `last quarter`, `ce mois-ci`."""
    begun = _is(words, at, "this", "start")
    if begun and (unit := _unit(words, at + 1)) in _BY_DAY:
        return Read(at + 2, lambda here: (start_of(unit, here), here))
    if _is(words, at, "start") and _is(words, at + 1, "this") and (unit := _unit(words, at + 2)) in _BY_DAY:
        return Read(at + 3, lambda here: (start_of(unit, here), here))
    last = _is(words, at, "last")
    if _is(words, at + (last or begun), "weekend"):
        behind = _is(words, at + 1, "last") and not last
        return Read(at + 1 + (last or begun) + behind, weekend)
    number = _value(words, at, "quarter")
    if number:
        year = _year(words, at + 1)
        return Read(at + 1 + (year is not None), lambda here: quarter(int(number[1]), year, here))
    if last and _unit(words, at + 1) == "quarter":
        return Read(at + 2, last_quarter)
    return _lasting(words, at) if last or _is(words, at + 1, "last") or _is(words, at, "next") else None


def _month(words: Words, at: int) -> Read | None:
    """Read `November`, `last November`, `November 2026`."""
    at += _is(words, at, "this", "last")
    month = _value(words, at, "month")
    if month is None:
        return None
    year = _year(words, at + 1)

    def times(here: datetime) -> Times:
        first = latest((year, int(month), 1), here)
        return midnight(first, here), midnight(next_month(first), here)

    return Read(at + 1 + (year is not None), times)


_DAYS = (_named_day, _weekday, _date)
_POINTS = (_day, _period, _month)
