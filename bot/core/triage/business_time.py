"""Reckon in business time: when something is due, when it is open next, how much open time is between two moments.

Everything is reckoned in UTC. Where clocks are turned back, what opens or closes in the hour that comes twice does so
at the first time; an hour that is left out is over at once.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.core.domain import business_hours, public_holidays

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.domain.time_limit import TimeLimit

HORIZON = 800  # days: what is not due by then never is
MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)
TURN = timedelta(hours=25)  # clocks were turned by less, also where a zone left out a whole day
ALL_DAY = tuple(business_hours.OpenHours(day, 0, business_hours.DAY) for day in range(7))

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """The hours of each weekday in a time zone, and the days on which there are none."""

    zone: ZoneInfo
    windows: tuple[business_hours.OpenHours, ...] = ALL_DAY
    days_off: frozenset[date] = frozenset()
    _known: dict[date, list[Span]] = field(default_factory=dict, compare=False, repr=False)  # zones take their time

    def spans(self, day: date) -> list[Span]:
        """Return the hours of a day, also those of its night that end on the next one."""
        if day not in self._known:
            self._known[day] = [] if day in self.days_off else self._spans(day)
        return self._known[day]

    def _spans(self, day: date) -> list[Span]:
        midnight = datetime.combine(day, time())
        found = [
            (instant(midnight + one.start * MINUTE, self.zone), instant(midnight + one.end * MINUTE, self.zone))
            for one in self.windows
            if one.day == day.weekday()
        ]
        return [span for span in found if span[0] < span[1]]


@lru_cache(500)
def calendar(hours: str, holidays: tuple[str, ...], zone: str, year: int) -> BusinessCalendar:
    """Return the calendar of some settings, with the holidays from the year before to three years after.

    Blocks for a moment at the first time: run it in a thread.
    """
    days_off = frozenset[date]().union(*(public_holidays.days_off(holidays, year + n) for n in range(-1, 4)))
    return BusinessCalendar(ZoneInfo(zone), business_hours.read(hours) or ALL_DAY, days_off)


def due(start: datetime, limit: TimeLimit, calendar: BusinessCalendar) -> datetime | None:
    """Return when a limit is over that began at `start`: never outside business hours. None: not in years."""
    if limit.unit == "d":
        return _days_after(start, limit.amount, calendar)
    return after(start, limit.amount * (MINUTE if limit.unit == "m" else timedelta(hours=1)), calendar)


def after(start: datetime, length: timedelta, calendar: BusinessCalendar) -> datetime | None:
    """Return when so much open time has passed since `start`; for none, the first moment from then on that is open."""
    for __, (begin, end) in _open(start, calendar):
        if begin + length <= end:
            return begin + length
        length -= end - begin
    return None


def open_time(start: datetime, end: datetime, calendar: BusinessCalendar) -> timedelta:
    """Return how much of the time from `start` to `end` is open."""
    passed = timedelta()
    for __, (begin, close) in _open(start, calendar):
        if begin >= end:
            break
        passed += min(close, end) - begin
    return passed


def _open(start: datetime, calendar: BusinessCalendar) -> Iterator[tuple[date, Span]]:
    """Yield the open spans from `start` on, in their order, each with the day that it belongs to."""
    start = start.astimezone(UTC)
    first = start.astimezone(calendar.zone).date() - 2 * ONE_DAY  # a night's hours may end on the second next day's
    for number in range(HORIZON):
        day = first + number * ONE_DAY
        for begin, end in calendar.spans(day):
            if end > start:
                yield day, (max(begin, start), end)


def _days_after(start: datetime, days: int, calendar: BusinessCalendar) -> datetime | None:
    """Return the same time of day so many business days later, or the latest one before it that is open."""
    found = next(_open(start, calendar), None)
    if found is None:
        return None
    day, (begin, __) = found
    on = _wall(begin, calendar.zone) - datetime.combine(day, time())
    left = days
    for number in range(1, HORIZON):
        later = day + number * ONE_DAY
        spans = calendar.spans(later)
        left -= bool(spans)
        if spans and not left:
            return _within(spans, instant(datetime.combine(later, time()) + on, calendar.zone))
    return None


def _within(spans: Sequence[Span], moment: datetime) -> datetime:
    """Return a moment if it is open, else the last closing before it, else the first opening."""
    if any(begin <= moment <= end for begin, end in spans):
        return moment
    return max((end for __, end in spans if end < moment), default=spans[0][0])


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC when clocks first show a time, or at which they are turned past it."""
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    return _turn(found - TURN, found, zone)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks show at a moment; in an hour that comes twice, from its second time on that it is over."""
    local = moment.astimezone(zone)
    if local.fold:
        turned = _turn(moment - TURN, moment, zone)
        local = turned.astimezone(zone).replace(fold=0)
        return local.replace(tzinfo=None) + (_offset(turned - ONE_SECOND, zone) - _offset(turned, zone))
    return local.replace(tzinfo=None)


def _turn(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the second at which clocks were turned last between two moments."""
    now, start = _offset(end, zone), start.replace(microsecond=0)
    seconds = range(int((end - start).total_seconds()) + 1)
    return start + ONE_SECOND * bisect_left(seconds, 1, key=lambda n: _offset(start + n * ONE_SECOND, zone) == now)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
