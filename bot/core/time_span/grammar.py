"""How words make a span: a point in time, from one point until another, or a length of time until now.

Nothing is guessed: where a date can be read in two ways, that is said. Rules read a list of words from a place on, and
return how far they came with what reckons the times, or None; the one that comes furthest holds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.time_span.calendar import Times, midnight, whole_day
from bot.core.time_span.length import LENGTHS, AmbiguousError, ParsedLength, Words, ago, lasting, meaning, said
from bot.core.time_span.point import date_at, day_number, point_at
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Callable


def parse(words: Words) -> ParsedLength | None:  # not for people: only kinds of words
    """Read the span that words begin with; None where they begin with none."""
    # "au cours de" begins with an "until"
    at = next((n for n in range(len(words)) if not said(words, n, "noise", "so far")), 0)
    found = [read for rule in (_between, lasting, ago, _since, point_at) if (read := rule(words, at))]
    read = max(found, key=lambda read: read.end, default=None)
    return read._replace(end=read.end + said(words, read.end, "so far")) if read else None


# From one point until another.


def _between(words: Words, at: int) -> ParsedLength | None:
    begin = at + said(words, at, "since", "from", "between")
    first, second = point_at(words, begin), None
    if first and said(words, first.end, "until", "to", "and"):
        second = point_at(words, first.end + 1) or _same_month(words, begin, first.end + 1)
    day = day_number(words, begin)
    if second is None and day and said(words, begin + 1, "until", "to", "and") and (named := date_at(words, begin + 2)):
        first, second = _in_month_of(day, named), named  # 1. bis 5. November
    if first is None or second is None:
        return None
    if said(words, first.end, "and") and not said(words, at, "between", "from"):
        return ParsedLength(second.end, _both(first, second))
    is_yearly = said(words, begin, "month", "date") or said(words, begin + 1, "month")
    is_yearly = is_yearly and any(said(words, n, "month", "date") for n in range(first.end, second.end))
    return ParsedLength(second.end, _from_until(first, second, is_yearly=is_yearly))


def _from_until(first: ParsedLength, second: ParsedLength, *, is_yearly: bool) -> Callable[[datetime], Times]:
    def times(now: datetime) -> Times:
        start, end = _start(first, second, now), _end(first, second, now)
        if first.is_weekly and second.is_weekly:  # the latest such days that have come
            last_day = second.times(now)[0]
            while start >= last_day:
                start -= timedelta(days=7)
        if end <= start and not second.has_day:
            end += timedelta(days=1)  # "10pm to 2am"
        if end <= start and is_yearly:  # "Dec 20 to Jan 5": the second is the one after the first
            end = second.times(start + LENGTHS["year"])[1]
        return start, end

    return times


def _start(first: ParsedLength, second: ParsedLength, now: datetime) -> datetime:
    if not first.has_day and second.has_day and second.clock:  # "9am to 5pm yesterday"
        return midnight(second.times(now)[0].date(), now, first.clock)
    return first.times(now)[0]


def _end(first: ParsedLength, second: ParsedLength, now: datetime) -> datetime:
    if not second.clock:
        return second.times(now)[1]
    if not second.has_day:  # "yesterday 9am to 5pm"
        return midnight(first.times(now)[0].date(), now, second.clock)
    return second.times(now)[0]


def _both(first: ParsedLength, second: ParsedLength) -> Callable[[datetime], Times]:
    """Join what lies next to each other, as "today and yesterday"."""

    def times(now: datetime) -> Times:
        one, other = first.times(now), second.times(now)
        if first.is_weekly and second.is_weekly and one[0] > other[0]:  # "Saturday and Sunday" on a Saturday
            one = one[0] - timedelta(days=7), one[1] - timedelta(days=7)
        (start, end), (then, until) = sorted((one, other))
        if then > end:
            raise AmbiguousError(
                _(
                    "These are two times with a gap between them, and I read one at a time: say one of them, or "
                    "`from … to …` for everything in between."
                )
            )
        return start, max(end, until)

    return times


def _same_month(words: Words, first: int, second: int) -> ParsedLength | None:
    """Read the 5 of `Nov 1 to 5`."""
    named, day = date_at(words, first), day_number(words, second)
    if named is None or not day or not said(words, first, "month"):
        return None
    return ParsedLength(second + 1, _in_month_of(day, named).times)


def _in_month_of(day: int, named: ParsedLength) -> ParsedLength:
    def times(now: datetime) -> Times:
        return whole_day(named.times(now)[0].date().replace(day=day), now)

    return ParsedLength(named.end, times)


def _since(words: Words, at: int) -> ParsedLength | None:
    if not said(words, at, "since", "from"):
        return None
    point = point_at(words, at + 1)
    if point is None:
        return None
    end = point.end
    if said(words, end, "until") and meaning(words, end + 1, "now", "day") in {"", "0"}:
        end += 2
    return ParsedLength(end, lambda now: (point.times(now)[0], now))
