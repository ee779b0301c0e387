"""Due times in business hours: never outside of them, never earlier for what began later, on any day of any zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.core.domain import business_hours, time_limit
from bot.core.domain.time_limit import TimeLimit
from bot.core.triage.business_time import BusinessCalendar, after, calendar, due, instant, open_time

BERLIN, NEW_YORK, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("UTC")
OFFICE, NIGHT = "Mon-Fri 09:00-17:00", "Mon-Fri 22:00-06:00"
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("Pacific/Apia", "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Chatham", "Antarctica/Troll"),
)
HOURS = (
    *("", OFFICE, NIGHT, "Mon-Thu 09:00-17:00; Fri 09:00-14:00", "Mon-Fri 09:00-12:00 13:00-17:00", "Wed 10:00-11:00"),
    *("Mon-Sun 00:00-24:00", "Sat-Sun 01:30-02:45", "Mon-Sun 02:00-03:00", "Mon-Sun 23:00-22:59", "Mon 22:00-06:00"),
)


def windows(hours: str) -> tuple[business_hours.OpenHours, ...]:
    return business_hours.read(hours or "Mon-Sun 00:00-24:00")


# Around each day on which clocks of some zone are turned, and a leap day; and anywhere.
TURNS = [
    datetime(*day, tzinfo=UTC) for day in ((2026, 3, 29), (2026, 10, 25), (2026, 3, 8), (2026, 11, 1), (2028, 2, 29))
]
TURNS += [datetime(*day, tzinfo=UTC) for day in ((2026, 4, 5), (2026, 10, 4), (2011, 12, 30), (2026, 2, 15))]
near_turns = st.builds(
    lambda at, minutes: at + timedelta(minutes=minutes), st.sampled_from(TURNS), st.integers(-5_000, 5_000)
)
anywhen = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (the strategy adds it)
starts = near_turns | anywhen
days_off = st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=40)
calendars = st.builds(
    BusinessCalendar,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.sampled_from(HOURS).map(windows),
    days_off,
)
limits = st.builds(TimeLimit, st.integers(1, 2_000), st.just("m")) | st.builds(
    TimeLimit, st.integers(1, 30), st.sampled_from(["h", "d"])
)


def at(zone: ZoneInfo, *when: int) -> datetime:
    return datetime(*when, tzinfo=zone)  # type: ignore[misc, arg-type] # the numbers of a date


def within(hours: str, zone: ZoneInfo, *off: date) -> BusinessCalendar:
    return BusinessCalendar(zone, windows(hours), frozenset(off))


def limit(typed: str) -> TimeLimit:
    return time_limit.read(typed)[time_limit.OTHERS]


def shows_open(moment: datetime, its: BusinessCalendar) -> bool:
    """Return whether clocks show a time of business hours, by nothing but the clocks; the last minute counts."""
    local = moment.astimezone(its.zone)
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        minute = local.hour * 60 + local.minute + local.second / 60 + local.microsecond / 6e7 + back * 1440
        opens = [one for one in its.windows if one.day == day.weekday() and day not in its.days_off]
        if any(one.start <= minute <= one.end for one in opens):
            return True
    return False


def is_turned(moment: datetime, zone: ZoneInfo) -> bool:
    """Return whether clocks are turned about this time: what they show then is not what counts."""
    hours = [moment + timedelta(hours=n) for n in (-25, 25)]
    return len({hour.astimezone(zone).utcoffset() for hour in hours}) > 1


@given(starts, limits, calendars)
def test_it_is_due_in_business_hours(start: datetime, within: TimeLimit, its: BusinessCalendar) -> None:
    found = due(start, within, its)
    assume(found is not None)
    assert found is not None
    assert found >= start
    assert is_turned(found, its.zone) or shows_open(found, its)


@given(starts, st.timedeltas(timedelta(), timedelta(days=9)), limits, calendars)
@example(at(BERLIN, 2026, 10, 24, 2, 30), timedelta(minutes=25), limit("1d"), within("", BERLIN))
@example(at(BERLIN, 2026, 3, 28, 2, 59), timedelta(minutes=2), limit("1d"), within("", BERLIN))
def test_later_posts_are_never_due_earlier(
    start: datetime, passed: timedelta, within: TimeLimit, its: BusinessCalendar
) -> None:
    first, second = due(start, within, its), due(start + passed, within, its)
    assume(first is not None and second is not None)
    assert first is not None
    assert second is not None
    assert first <= second


@given(starts, st.integers(1, 1_000), st.integers(0, 500), st.sampled_from(["m", "h"]), calendars)
def test_longer_limits_are_never_over_earlier(
    start: datetime, amount: int, more: int, unit: time_limit.Unit, its: BusinessCalendar
) -> None:
    first, second = due(start, TimeLimit(amount, unit), its), due(start, TimeLimit(amount + more, unit), its)
    assert second is None or (first is not None and first <= second)


@given(starts, st.integers(1, 5_000), calendars)
def test_open_time_is_what_was_given(start: datetime, minutes: int, its: BusinessCalendar) -> None:
    length = timedelta(minutes=minutes)
    found = after(start, length, its)
    assume(found is not None)
    assert found is not None
    assert open_time(start, found, its) == length
    assert (after(start, timedelta(), its) or found) <= found


@given(starts, limits, calendars)
def test_a_reminder_lies_between(start: datetime, within: TimeLimit, its: BusinessCalendar) -> None:
    found = due(start, within, its)
    assume(found is not None)
    assert found is not None
    reminder = after(start, 0.8 * open_time(start, found, its), its)
    assert reminder is not None
    assert start <= reminder
    assert reminder <= found or open_time(found, reminder, its) == timedelta()


@pytest.mark.parametrize(
    ("start", "typed", "hours", "end"),
    [
        (at(BERLIN, 2026, 11, 25, 10), "2h", OFFICE, at(BERLIN, 2026, 11, 25, 12)),
        (at(BERLIN, 2026, 11, 27, 16), "2h", OFFICE, at(BERLIN, 2026, 11, 30, 10)),  # over a weekend
        (at(BERLIN, 2026, 11, 28, 3), "2h", OFFICE, at(BERLIN, 2026, 11, 30, 11)),  # posted on a Saturday
        (at(BERLIN, 2026, 11, 25, 15), "2h", OFFICE, at(BERLIN, 2026, 11, 25, 17)),  # at closing time, and no later
        (at(BERLIN, 2026, 11, 25, 15), "3d", OFFICE, at(BERLIN, 2026, 11, 30, 15)),  # three business days
        (at(BERLIN, 2026, 11, 27, 18), "1d", OFFICE, at(BERLIN, 2026, 12, 1, 9)),  # from Monday's opening on
        (at(BERLIN, 2026, 11, 26, 16), "1d", HOURS[3], at(BERLIN, 2026, 11, 27, 14)),  # Fridays close early
        (at(BERLIN, 2026, 11, 25, 12, 30), "30m", HOURS[4], at(BERLIN, 2026, 11, 25, 13, 30)),  # posted at lunch
        (at(BERLIN, 2026, 11, 25, 2), "5h", NIGHT, at(BERLIN, 2026, 11, 25, 23)),
        (at(BERLIN, 2026, 11, 28, 2), "1d", NIGHT, at(BERLIN, 2026, 12, 1, 2)),  # Friday's night, then Monday's
        (at(BERLIN, 2026, 3, 27, 23), "6h", NIGHT, at(BERLIN, 2026, 3, 28, 5)),
        (at(BERLIN, 2026, 3, 28, 12), "24h", "", at(BERLIN, 2026, 3, 29, 13)),  # an hour is left out
        (at(BERLIN, 2026, 3, 28, 12), "1d", "", at(BERLIN, 2026, 3, 29, 12)),
        (at(BERLIN, 2026, 10, 24, 12), "24h", "", at(BERLIN, 2026, 10, 25, 11)),  # an hour comes twice
        (at(BERLIN, 2026, 10, 24, 12), "1d", "", at(BERLIN, 2026, 10, 25, 12)),
        (at(BERLIN, 2026, 3, 28, 2, 30), "1d", "", at(BERLIN, 2026, 3, 29, 3)),  # half past two was left out
        (at(UTC_ZONE, 2028, 2, 28, 12), "1d", "", at(UTC_ZONE, 2028, 2, 29, 12)),
        (at(UTC_ZONE, 2028, 2, 28, 12), "2d", "", at(UTC_ZONE, 2028, 3, 1, 12)),
    ],
)
def test_due_times_are_what_people_expect(start: datetime, typed: str, hours: str, end: datetime) -> None:
    zone = start.tzinfo
    assert isinstance(zone, ZoneInfo)
    assert due(start, limit(typed), within(hours, zone)) == end.astimezone(UTC)


def test_holidays_are_left_out() -> None:
    bavaria = calendar(OFFICE, ("DE-BY", "2026-12-24"), "Europe/Berlin", 2026)
    assert due(at(BERLIN, 2026, 12, 23, 16), limit("2h"), bavaria) == at(BERLIN, 2026, 12, 28, 10).astimezone(UTC)
    assert due(at(BERLIN, 2027, 1, 5, 16), limit("2h"), bavaria) == at(BERLIN, 2027, 1, 7, 10).astimezone(UTC)
    saxony = calendar(OFFICE, ("DE-SN",), "Europe/Berlin", 2026)
    assert due(at(BERLIN, 2027, 1, 5, 16), limit("2h"), saxony) == at(BERLIN, 2027, 1, 6, 10).astimezone(UTC)


def test_weeks_of_holidays_come_to_an_end() -> None:
    start, off = at(BERLIN, 2026, 11, 25, 10), [date(2026, 11, 25) + timedelta(days=n) for n in range(60)]
    assert due(start, limit("2h"), within(OFFICE, BERLIN, *off)) == at(BERLIN, 2027, 1, 25, 11).astimezone(UTC)
    forever = [date(2026, 11, 20) + timedelta(days=n) for n in range(2_000)]
    assert due(start, limit("2h"), within(OFFICE, BERLIN, *forever)) is None
    assert due(start, limit("2d"), within(OFFICE, BERLIN, *forever)) is None


def test_another_zone_has_other_hours() -> None:
    start = at(BERLIN, 2026, 11, 25, 10)
    assert due(start, limit("1h"), within(OFFICE, NEW_YORK)) == at(NEW_YORK, 2026, 11, 25, 10).astimezone(UTC)


def test_an_hour_that_was_left_out_is_over_at_once() -> None:
    assert instant(datetime(2026, 3, 29, 2, 30), BERLIN) == datetime(2026, 3, 29, 1, tzinfo=UTC)  # noqa: DTZ001
    assert instant(datetime(2011, 12, 30, 12), ZoneInfo("Pacific/Apia")) == datetime(2011, 12, 30, 10, tzinfo=UTC)  # noqa: DTZ001
    assert within("Sun 02:00-03:00", BERLIN).spans(date(2026, 3, 29)) == []
