"""Spans of time in a person's own words: `24h`, `since Monday`, `yesterday`, `since last read`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

MAX_DAYS = 30
DEFAULT = "24h"
EXAMPLES = "`24h`, `7d`, `today`, `since yesterday`, `since Monday`, `since 2026-11-01`, `since last read`"

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = "|".join(rf"{day[:3]}(?:{day[3:]})?" for day in _DAYS)
_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
_CLOCK = r"(?:[01]?\d|2[0-3])(?::[0-5]\d|\s?[ap]m)"
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_PATTERNS = {
    "read": r"(?:since\s+)?(?:i\s+)?last\s+read|since\s+my\s+last\s+(?:message|visit)|unread",
    "lasting": r"(?:(?:for|in|over)\s+)?(?:(?:the\s+)?(?:last|past)\s+)?(?P<count>\d{1,5})\s*"
    r"(?P<unit>min(?:ute)?s?|m|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?|months?)",
    "unit": r"(?:the\s+)?(?:last|past)\s+(?P<one>hour|day|week|month)",
    "dates": rf"(?:from\s+)?(?P<first>{_DATE})\s*(?:to|until|\.\.|-|\u2013|—)\s*(?P<last>{_DATE})",
    "date": rf"(?:since|from)\s+(?P<date>{_DATE})(?:[\sT]+(?P<clock>{_CLOCK}))?",
    "weekday": rf"since\s+(?P<former>last\s+)?(?P<day>{_DAY})(?:\s+(?P<at>{_CLOCK}))?",
    "hour": rf"since\s+(?P<hour>{_CLOCK})",
    "today": r"(?:since\s+)?(?:today|this\s+morning)",
    "yesterday": r"(?P<open>since\s+)?yesterday",
    "week": r"(?:since\s+)?(?:this\s+week|the\s+start\s+of\s+the\s+week)",
}
_SPAN = re.compile(
    rf"(?:{'|'.join(rf'(?P<is_{name}>{pattern})' for name, pattern in _PATTERNS.items())})(?=[\s,;:]|\Z)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Span:
    """A time from `start` up to `end`, both aware; `start` is None for the moment until which the person has read."""

    start: datetime | None
    end: datetime


def take(text: str) -> tuple[str, str]:
    """Split a span off the start of a text: its words, "" where the text opens with none, and what follows them."""
    match = _SPAN.match(text)
    return (match[0], text[match.end() :].lstrip()) if match else ("", text)


def resolve(words: str, now: datetime, zone: tzinfo) -> Span:
    """Turn the words of a span into times, as somebody in `zone` means them at `now`.

    Raises `UsageError` for what is no span, has no such day, lies in the future or reaches back more than 30 days.
    """
    words = " ".join(words.split())
    match = _SPAN.fullmatch(words)
    if match is None:
        raise UsageError(f"I don't understand the span “{words[:60]}”. Try {EXAMPLES}.")
    here = now.astimezone(zone)
    kind = next(name for name in _PATTERNS if match[f"is_{name}"] is not None)
    try:
        span = _READ[kind](match, here)
    except (ValueError, OverflowError):
        raise UsageError(f"“{words}” has no such day. Try {EXAMPLES}.") from None
    return _checked(span, words, here)


def _checked(span: Span, words: str, here: datetime) -> Span:
    if span.start is None:
        return span
    if span.start >= here:
        raise UsageError(f"“{words}” lies in the future, where nothing has been said yet.")
    if span.end <= span.start:
        raise UsageError(f"“{words}” ends before it begins.")
    # The day thirty days ago counts whole, so that nobody has to reckon in hours.
    furthest = _midnight(here.date() - timedelta(days=MAX_DAYS), here)
    if span.start < min(furthest, here.astimezone(UTC) - timedelta(days=MAX_DAYS)):
        raise UsageError(f"I read up to {MAX_DAYS} days back, and “{words}” is more: ask for `{MAX_DAYS}d` or less.")
    return Span(span.start.astimezone(UTC), min(span.end, here).astimezone(UTC))


def _midnight(day: date, here: datetime, clock: str | None = None) -> datetime:
    return datetime.combine(day, _time(clock), here.tzinfo)


def _time(clock: str | None) -> time:
    if clock is None:
        return time()
    if clock[-1:].lower() != "m":
        return time.fromisoformat(clock.rjust(5, "0"))
    hour = int(clock[:-2])
    if not 1 <= hour <= 12:  # noqa: PLR2004 - as on a clock's face
        raise ValueError(clock)
    return time(hour % 12 + (12 if clock[-2].lower() == "p" else 0))


def _day(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    return date(year, month, day)


def _lasting(match: re.Match[str], here: datetime) -> Span:
    count, unit = int(match["count"]), match["unit"].lower()
    if unit.startswith("mo"):
        unit, count = "d", count * 30
    # Hours are reckoned in UTC: between two times of one zone Python counts clock hands, not hours.
    return Span(here.astimezone(UTC) - timedelta(**{_UNITS[unit[0]]: count}), here)


def _unit(match: re.Match[str], here: datetime) -> Span:
    days = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30}[match["one"].lower()]
    return Span(here.astimezone(UTC) - timedelta(days=days), here)


def _dates(match: re.Match[str], here: datetime) -> Span:
    after_last = _day(match["last"]) + timedelta(days=1)
    return Span(_midnight(_day(match["first"]), here), _midnight(after_last, here))


def _date(match: re.Match[str], here: datetime) -> Span:
    return Span(_midnight(_day(match["date"]), here, match["clock"]), here)


def _weekday(match: re.Match[str], here: datetime) -> Span:
    number = next(n for n, day in enumerate(_DAYS) if day.startswith(match["day"].lower()[:3]))
    back = (here.weekday() - number) % 7
    if not back and (match["former"] or _midnight(here.date(), here, match["at"]) >= here):
        back = 7
    return Span(_midnight(here.date() - timedelta(days=back), here, match["at"]), here)


def _hour(match: re.Match[str], here: datetime) -> Span:
    return Span(_midnight(here.date(), here, match["hour"]), here)


def _today(_: re.Match[str], here: datetime) -> Span:
    return Span(_midnight(here.date(), here), here)


def _yesterday(match: re.Match[str], here: datetime) -> Span:
    today = _midnight(here.date(), here)
    return Span(_midnight(here.date() - timedelta(days=1), here), here if match["open"] else today)


def _week(_: re.Match[str], here: datetime) -> Span:
    return Span(_midnight(here.date() - timedelta(days=here.weekday()), here), here)


_READ: dict[str, Callable[[re.Match[str], datetime], Span]] = {
    "read": lambda _, here: Span(None, here.astimezone(UTC)),
    "lasting": _lasting,
    "unit": _unit,
    "dates": _dates,
    "date": _date,
    "weekday": _weekday,
    "hour": _hour,
    "today": _today,
    "yesterday": _yesterday,
    "week": _week,
}
