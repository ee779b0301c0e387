"""Days as people read them: the same day reads the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date, format_skeleton

from bot import language
from bot.language import _

if TYPE_CHECKING:
    from datetime import date


def short_date(day: date) -> str:
    """Return a day of this or the last year: `Nov 3`, or `3. Nov.`."""
    return format_skeleton("MMMd", day, locale=language.locale())


def dated(day: date, today: date) -> str:
    """Return a day, with its year unless that is today's: `Nov 3`, or `Nov 3, 2025`."""
    return format_skeleton("MMMd" if day.year == today.year else "yMMMd", day, locale=language.locale())


def weekday_date(day: date) -> str:
    """Return a day with its weekday: `Tue Nov 3`, or `Di., 3. Nov.`."""
    return _("{weekday} {date}", weekday=format_date(day, "EEE", locale=language.locale()), date=short_date(day))
