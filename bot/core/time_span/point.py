"""A point in time: a day, a week, a month, perhaps with the hour at which it begins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.time_span.calendar import (
    Times,
    last_quarter,
    latest,
    midnight,
    next_month,
    quarter,
    start_of,
    weekend,
    whole_day,
)
from bot.core.time_span.length import BY_DAY, AmbiguousError, ParsedLength, Words, lasting, meaning, said, unit_at
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

_CENTURY = 2_000
_LATEST_MONTH = 12


def point_at(words: Words, at: int) -> ParsedLength | None:
    """Read the longest point in time that begins at a word."""
    found = [read for rule in _POINTS if (read := rule(words, at))]
    return max(found, key=lambda read: read.end, default=None)


def _day(words: Words, at: int) -> ParsedLength | None:
    """Read `yesterday`, `Monday 9am`, `12am last Monday`, `Nov 20 at 14:00`, `this morning`, `heute Morgen`."""
    clock = meaning(words, at, "clock")
    bare = next((read for rule in _DAYS if (read := rule(words, at + (clock is not None)))), None)
    if bare is None:
        return _clock(clock, at) if clock else None
    end = bare.end
    if clock is None and (clock := meaning(words, end, "clock")):
        end += 1
    if clock is None:
        return bare

    is_weekly = any(said(words, n, "weekday") for n in range(at, end)) and not said(words, at, "next")
    hour = clock

    def times(now: datetime) -> Times:
        start = midnight(bare.times(now)[0].date(), now, hour)
        if is_weekly and start >= now:
            start = midnight(start.date() - timedelta(days=7), now, hour)
        return start, now

    return ParsedLength(end, times, hour, is_weekly=bare.is_weekly)


def _clock(clock: str, at: int) -> ParsedLength:
    return ParsedLength(at + 1, lambda now: (midnight(now.date(), now, clock), now), clock, has_day=False)


def _named_day(words: Words, at: int) -> ParsedLength | None:
    this = said(words, at, "this")
    if this and (said(words, at + 1, "morning") or meaning(words, at + 1, "day") == "-1"):  # "esta mañana"
        return ParsedLength(at + 2, lambda now: (midnight(now.date(), now), now))
    back = meaning(words, at, "day")
    if back is None:
        return None
    is_morning = said(words, at + 1, "morning") or meaning(words, at + 1, "day") == "-1"  # "heute Morgen"
    days = int(back)

    def times(now: datetime) -> Times:
        return whole_day(now.date() - timedelta(days=days), now)

    return ParsedLength(at + 1 + is_morning, times)


def _weekday(words: Words, at: int) -> ParsedLength | None:
    """Read `Monday`, `last Monday`, `lundi dernier`, `Tuesday of last week`, `last week Tuesday`."""
    if said(words, at, "last") and unit_at(words, at + 1) == "week" and (day := meaning(words, at + 2, "weekday")):
        return ParsedLength(at + 3, _of_last_week(int(day)))
    former, is_next = said(words, at, "last"), said(words, at, "next")
    this = said(words, at, "this")
    at += former or is_next or this
    if this and said(words, at, "last"):  # "this past Monday"
        former, at = True, at + 1
    day = meaning(words, at, "weekday")
    if day is None:
        return None
    if said(words, at + 1, "last") and unit_at(words, at + 2) == "week":
        return ParsedLength(at + 3, _of_last_week(int(day)))
    behind = said(words, at + 1, "last") and not former
    number = int(day)
    times = _recent_weekday(number, is_former=former or behind, is_next=is_next)
    return ParsedLength(at + 1 + behind, times, is_weekly=not is_next)


def _recent_weekday(number: int, *, is_former: bool, is_next: bool) -> Callable[[datetime], Times]:
    def times(now: datetime) -> Times:
        back = (now.weekday() - number) % 7
        if is_next:
            back -= 7
        elif not back and is_former:
            back = 7
        return whole_day(now.date() - timedelta(days=back), now)

    return times


def _of_last_week(number: int) -> Callable[[datetime], Times]:
    return lambda now: whole_day(now.date() - timedelta(days=now.weekday() + 7 - number), now)


def date_at(words: Words, at: int) -> ParsedLength | None:
    """Read `2026-11-20`, `Nov 20`, `20. November 2026`, `20.11.`, `11/20`."""
    if iso := meaning(words, at, "iso"):
        parts = [int(part) for part in iso.replace("/", "-").replace(".", "-").split("-")]
        return ParsedLength(at + 1, lambda now: whole_day(date(*parts), now))
    if written := meaning(words, at, "date"):
        return ParsedLength(at + 1, _written(written))
    day, month = day_number(words, at), meaning(words, at + 1, "month")
    if not (day and month):
        month, day = meaning(words, at, "month"), day_number(words, at + 1)
    if not (day and month):
        return None
    year = _year(words, at + 2)
    chosen = (year, int(month), day)
    return ParsedLength(at + 2 + (year is not None), lambda now: whole_day(latest(chosen, now), now))


def day_number(words: Words, at: int) -> int | None:
    """Read the day of a month: `5`, `5th`, `5.`."""
    if ordinal := meaning(words, at, "ordinal"):
        return int("".join(filter(str.isdigit, ordinal.replace("º", "").replace("°", ""))))
    digits = meaning(words, at, "number")
    return int(digits) if digits and len(digits) <= 2 else None  # noqa: PLR2004 (a day has two)


def _year(words: Words, at: int) -> int | None:
    digits = meaning(words, at, "number")
    return int(digits) if digits and len(digits) == 4 else None  # noqa: PLR2004 (a year has four)


def _written(written: str) -> Callable[[datetime], Times]:
    """Read a date in figures: with dots the day comes first; with slashes that depends on the country."""
    has_dots = "." in written
    first, second, *more = (int(part) for part in written.replace("/", ".").replace("-", ".").rstrip(".").split("."))
    year = (more[0] if more[0] > 99 else more[0] + _CENTURY) if more else None  # noqa: PLR2004 (two figures)

    def times(now: datetime) -> Times:
        day, month = (first, second) if has_dots or first > _LATEST_MONTH else (second, first)
        if not has_dots and max(first, second) <= _LATEST_MONTH and first != second:
            one, other = (latest((year, *pair), now) for pair in ((month, day), (day, month)))
            raise AmbiguousError(
                _(
                    "“{written}” could be {one} or {other}: please write the one you mean.",
                    written=written,
                    one=one,
                    other=other,
                )
            )
        return whole_day(latest((year, month, day), now), now)

    return times


def _period(words: Words, at: int) -> ParsedLength | None:
    """Read `this week`, `the start of the month`, `the weekend`, `last quarter`, `ce mois-ci`."""
    begun = said(words, at, "this", "start")
    if begun and (unit := unit_at(words, at + 1)) in BY_DAY:
        return ParsedLength(at + 2, lambda now: (start_of(unit, now), now))
    if said(words, at, "start") and said(words, at + 1, "this") and (unit := unit_at(words, at + 2)) in BY_DAY:
        return ParsedLength(at + 3, lambda now: (start_of(unit, now), now))
    last = said(words, at, "last")
    if said(words, at + (last or begun), "weekend"):
        behind = said(words, at + 1, "last") and not last
        return ParsedLength(at + 1 + (last or begun) + behind, weekend)
    number = meaning(words, at, "quarter")
    if number:
        year = _year(words, at + 1)
        return ParsedLength(at + 1 + (year is not None), lambda now: quarter(int(number[1]), year, now))
    if last and unit_at(words, at + 1) == "quarter":
        return ParsedLength(at + 2, last_quarter)
    return lasting(words, at) if last or said(words, at + 1, "last") or said(words, at, "next") else None


def _to_date(words: Words, at: int) -> ParsedLength | None:
    """Read `ytd`, `month to date`."""
    unit = meaning(words, at, "to date")  # not for people: kinds of words
    return ParsedLength(at + 1, lambda now: (start_of(unit, now), now)) if unit else None


def _month(words: Words, at: int) -> ParsedLength | None:
    """Read `November`, `last November`, `November 2026`."""
    at += said(words, at, "this", "last")
    month = meaning(words, at, "month")
    if month is None:
        return None
    year = _year(words, at + 1)

    def times(now: datetime) -> Times:
        first = latest((year, int(month), 1), now)
        return midnight(first, now), midnight(next_month(first), now)

    return ParsedLength(at + 1 + (year is not None), times)


_DAYS = (_named_day, _weekday, date_at)
_POINTS = (_day, _period, _to_date, _month)
