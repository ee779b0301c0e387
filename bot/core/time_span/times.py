"""Turn a span into two times, in a time zone and at a moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from bot.core.dates import weekday_date
from bot.core.time_span import words as spoken
from bot.core.time_span.grammar import parse
from bot.core.time_span.length import AmbiguousError
from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from datetime import tzinfo

MAX_DAYS = 30
DEFAULT = "24h"
EXAMPLES = (
    "`24h`, `7d`, `today`, `yesterday`, `last week`, `since Monday`, `2 hours ago`, `since Nov 20`, "
    "`2026-11-01 to 2026-11-07`, `since last read`"
)

_READ = re.compile(
    r"(?:(?:since\s+)?(?:i\s+)?last\s+read|since\s+my\s+last\s+(?:message|visit)|unread|ungelesen)(?=[\s,;:.?!]|\Z)",
    re.IGNORECASE,
)
# What says itself when it begins.
_CLEAR = re.compile(
    r"(?:(?:since|from|seit|von) )?(?:\d{1,6} ?[^\W\d_]+|today|yesterday|heute|gestern|.*\d{4}-\d{1,2}-.*)",
    re.IGNORECASE,
)
_TWO_MEANINGS = {"hier": N_("`here` (German) or `yesterday` (French)")}
_ENDS = re.compile(r"\Z|[\s,;:?!)]|\.(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class Span:
    """A time from `start` up to `end`, both aware; `start` is None for the moment until which the person has read."""

    start: datetime | None
    end: datetime


def take(text: str) -> tuple[str, str]:
    """Split a span off the start of a text: its words, "" where the text opens with none, and what follows them."""
    end = _end(text)
    return (text[:end], text[end:].lstrip()) if end else ("", text)


def _end(text: str) -> int:
    if match := _READ.match(text):
        return match.end()
    found = spoken.read(text)
    read = parse(found)
    end = found[read.end - 1].end if read else 0
    return end if _ENDS.match(text, end) else 0


def resolve(words: str, now: datetime, zone: tzinfo, most: int = MAX_DAYS) -> Span:
    """Turn the words of a span into times, as a person in `zone` means them at `now`.

    Raises `UsageError` for what is not a span, has no such day or two of them, lies in the future or reaches back more
    than `most` days.
    """
    words = " ".join(words.split())
    if _READ.fullmatch(words):
        return Span(None, now.astimezone(UTC))
    if meanings := _TWO_MEANINGS.get(words.casefold()):
        raise UsageError(_("“{words}” could mean {meanings}: please say which.", words=words, meanings=_(meanings)))
    found = spoken.read(words)
    read = parse(found)
    if read is None or words[found[read.end - 1].end :].strip(" .,;:?!"):
        raise UsageError(
            _("I don't understand the span “{words}”. Try {examples}.", words=words[:60], examples=EXAMPLES)
        )
    local = now.astimezone(zone)
    try:
        start, end = read.times(local)
    except AmbiguousError as error:
        raise UsageError(str(error)) from None
    except (ValueError, OverflowError):
        raise UsageError(
            _("“{words}” has a date or time that doesn't exist. Try {examples}.", words=words, examples=EXAMPLES)
        ) from None
    return _checked(Span(start, end), words, local, most)


def days_back(words: str, now: datetime, most: int) -> int:
    """Return how many days, today among them, lie in a span that reaches until now; days are those of UTC.

    Raises `UsageError` as `resolve`, and for a span that is over.
    """
    span = resolve(words, now, UTC, most)
    if span.start is None:
        raise UsageError(
            _(
                "I count by days here, so I need a time such as `7d`, `last week` or `since Monday`, not “{words}”.",
                words=words,
            )
        )
    days = max(1, ceil((now.astimezone(UTC) - span.start) / timedelta(days=1)))
    if span.end < now.astimezone(UTC):
        raise UsageError(
            _(
                "I count up to today here, but “{words}” is over. `{days}d` goes back to its first day.",
                words=words,
                days=days,
            )
        )
    return days


def explained(words: str, now: datetime, zone: tzinfo) -> str:
    """Write a span's words with the day on which it begins, where they don't say that themselves. Raises as `resolve`.

    "Last Monday" is not the same day to everyone.
    """
    span = resolve(words, now, zone)
    if span.start is None or _CLEAR.fullmatch(" ".join(words.split())):
        return words
    first, last = span.start.astimezone(zone), (span.end - timedelta(microseconds=1)).astimezone(zone)
    days = weekday_date(first)
    if first.date() != last.date():
        days = _("{first} to {last}", first=days, last=weekday_date(last))
    return f"{words} ({days})"


def _checked(span: Span, words: str, local: datetime, most: int) -> Span:
    if span.start is None:
        return span
    if span.start >= local:
        raise UsageError(_("“{words}” does not begin in the past, so there is nothing to read.", words=words))
    if span.end <= span.start:
        raise UsageError(_("“{words}” ends before it begins.", words=words))
    # The day so many days ago counts whole, so that no one has to reckon in hours.
    furthest = (local - timedelta(days=most)).replace(hour=0, minute=0, second=0, microsecond=0)
    if span.start < min(furthest, local.astimezone(UTC) - timedelta(days=most)):
        day = span.start.astimezone(local.tzinfo).date()
        raise UsageError(
            _(
                "I read up to {most} days back, but “{words}” begins on {day}: ask for `{most}d` or less.",
                most=most,
                words=words,
                day=day,
            )
        )
    return Span(span.start.astimezone(UTC), min(span.end, local).astimezone(UTC))
