"""The calendar in a time zone: days, weeks, months, quarters, and the time of day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

Times = tuple[datetime, datetime]

_EVENING = 12  # hours on a clock's face


def midnight(day: date, here: datetime, clock: str = "0:00") -> datetime:
    """Return the midnight that a day begins with, or an hour of it."""
    return datetime.combine(day, _time(clock), here.tzinfo)


def whole_day(day: date, here: datetime) -> Times:
    """Return when a day begins and ends."""
    return midnight(day, here), midnight(day + timedelta(days=1), here)


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


def before(here: datetime, length: timedelta) -> datetime:
    """Return the moment so long ago."""
    # Hours are reckoned in UTC: between two times of one zone Python counts clock hands, not hours.
    return here.astimezone(UTC) - length


def start_of(unit: str, here: datetime) -> datetime:
    """Return when the week, month, quarter or year of a moment began."""
    day = here.date()
    match unit:
        case "week":
            day -= timedelta(days=here.weekday())
        case "month":
            day = day.replace(day=1)
        case "quarter":
            day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            day = day.replace(month=1, day=1)
    return midnight(day, here)


def weekend(here: datetime) -> Times:
    """Return the latest weekend that has begun."""
    saturday = here.date() - timedelta(days=(here.weekday() - 5) % 7)
    return midnight(saturday, here), midnight(saturday + timedelta(days=2), here)


def quarter(number: int, year: int | None, here: datetime) -> Times:
    """Return a quarter of a year, the latest that has begun where no year is given."""
    first = latest((year, number * 3 - 2, 1), here)
    return midnight(first, here), midnight(next_month(next_month(next_month(first))), here)


def last_quarter(here: datetime) -> Times:
    """Return the quarter before that of a moment."""
    this = start_of("quarter", here)
    return start_of("quarter", this - timedelta(days=1)), this


def next_month(first: date) -> date:
    """Return the first day of the month after a first day."""
    return (first + timedelta(days=31)).replace(day=1)


def latest(chosen: tuple[int | None, int, int], here: datetime) -> date:
    """Return a date; without a year, the latest that has come."""
    year, month, day = chosen
    if year is not None:
        return date(year, month, day)
    try:
        this_year = date(here.year, month, day)
    except ValueError:  # February 29th
        return date(here.year - 1, month, day)
    return this_year if this_year <= here.date() else date(here.year - 1, month, day)
