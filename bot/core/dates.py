"""Days as people read them: the same day reads the same everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from babel.dates import format_date, format_skeleton, format_time

from bot import language
from bot.language import _, ngettext

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEW = 2  # hours and days that are told in the smaller unit


def short_date(day: date) -> str:
    """Return a day of this or the last year: `Nov 3`, or `3. Nov.`."""
    return format_skeleton("MMMd", day, locale=language.locale())


def dated(day: date, today: date) -> str:
    """Return a day, with its year unless that is today's: `Nov 3`, or `Nov 3, 2025`."""
    return format_skeleton("MMMd" if day.year == today.year else "yMMMd", day, locale=language.locale())


def weekday_date(day: date) -> str:
    """Return a day with its weekday: `Tue Nov 3`, or `Di., 3. Nov.`."""
    return _("{weekday} {date}", weekday=format_date(day, "EEE", locale=language.locale()), date=short_date(day))


def clock_time(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return the time of a moment, with its day unless that is today: `15:00`, or `Tue Nov 3, 15:00`."""
    local = moment.astimezone(zone)
    time = format_time(local, "HH:mm", locale=language.locale())
    if local.date() == now.astimezone(zone).date():
        return time
    return f"{weekday_date(local.date())}, {time}"


def passed(time: timedelta) -> str:
    """Return how much time has passed, to be understood at a glance: `40 min`, `3 hours`, `2 days`."""
    if time < FEW * HOUR:
        return _("{count:,} min", count=max(1, round(time / MINUTE)))
    if time < FEW * DAY:
        return ngettext("{n:,} hour", "{n:,} hours", round(time / HOUR))
    return ngettext("{n:,} day", "{n:,} days", round(time / DAY))
