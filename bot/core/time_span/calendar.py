"""The calendar in a time zone: days, weeks, months, quarters, and the time of day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

Times = tuple[datetime, datetime]

_EVENING = 12  # hours on a clock's face


def midnight(day: date, now: datetime, clock: str = "0:00") -> datetime:
    """Return the midnight that a day begins with, or an hour of it."""
    return datetime.combine(day, _time(clock), now.tzinfo)


def whole_day(day: date, now: datetime) -> Times:
    """Return when a day begins and ends."""
    return midnight(day, now), midnight(day + timedelta(days=1), now)


def _time(clock: str) -> time:
    bare = clock.casefold().replace(".", "").replace(" ", "")
    half = bare[-2:] if bare.endswith(("am", "pm")) else ""
    figures = bare.removesuffix(half).removesuffix("uhr").removesuffix("o'clock")
    hour, *rest = (int(part) for part in figures.removesuffix("oclock").replace("h", ":").split(":"))
    if half and not 1 <= hour <= _EVENING:
        raise ValueError(clock)
    if half:
        hour = hour % _EVENING + (_EVENING if half == "pm" else 0)
    return time(hour, rest[0] if rest else 0)


def before(now: datetime, length: timedelta) -> datetime:
    """Return the moment so long ago."""
    # Hours are reckoned in UTC: between two times of one zone Python counts clock hands, not hours.
    return now.astimezone(UTC) - length


def start_of(unit: str, now: datetime) -> datetime:
    """Return when the week, month, quarter or year of a moment began."""
    day = now.date()
    match unit:
        case "week":
            day -= timedelta(days=now.weekday())
        case "month":
            day = day.replace(day=1)
        case "quarter":
            day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            day = day.replace(month=1, day=1)
    return midnight(day, now)


def weekend(now: datetime) -> Times:
    """Return the latest weekend that has begun."""
    saturday = now.date() - timedelta(days=(now.weekday() - 5) % 7)
    return midnight(saturday, now), midnight(saturday + timedelta(days=2), now)


def quarter(number: int, year: int | None, now: datetime) -> Times:
    """Return a quarter of a year, the latest that has begun where no year is given."""
    first = latest((year, number * 3 - 2, 1), now)
    return midnight(first, now), midnight(next_month(next_month(next_month(first))), now)


def last_quarter(now: datetime) -> Times:
    """Return the quarter before that of a moment."""
    this = start_of("quarter", now)
    return start_of("quarter", this - timedelta(days=1)), this


def next_month(first: date) -> date:
    """Return the first day of the month after a first day."""
    return (first + timedelta(days=31)).replace(day=1)


def latest(chosen: tuple[int | None, int, int], now: datetime) -> date:
    """Return a date; without a year, the latest that has come."""
    year, month, day = chosen
    if year is not None:
        return date(year, month, day)
    try:
        this_year = date(now.year, month, day)
    except ValueError:  # February 29th
        return date(now.year - 1, month, day)
    return this_year if this_year <= now.date() else date(now.year - 1, month, day)
