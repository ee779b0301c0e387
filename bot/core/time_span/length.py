"""So long until now, as `7d`, `1h30m`, `last week`, `2 hours ago`; and how a list of words is read at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.core.time_span.calendar import Times, before, midnight
from bot.core.time_span.words import Word

Words = Sequence[Word]

LENGTHS = {
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
LENGTHS |= {"month": timedelta(days=30), "quarter": timedelta(days=91), "year": timedelta(days=365)}
BY_DAY = {"day", "week", "month", "quarter", "year"}


class ParsedLength(NamedTuple):
    """How many words were read, and what reckons the times that they mean at a moment, in that moment's zone.

    Reckoning raises `ValueError` for what is no such day, with a sentence where it can be read in two ways. `clock`:
    the hour that was said, "" for none. `has_day`: more than an hour was said. `is_weekly`: the day is a weekday.
    """

    end: int
    times: Callable[[datetime], Times]
    clock: str = ""
    has_day: bool = True
    is_weekly: bool = False


class AmbiguousError(ValueError):
    """A date that can be read in two ways, which the message tells."""


def said(words: Words, at: int, *kinds: str) -> bool:
    """Return whether a word is of one of these kinds."""
    return meaning(words, at, *kinds) is not None


def meaning(words: Words, at: int, *kinds: str) -> str | None:
    """Return what a word means as the first of these kinds that it is; None for none, and after the last word."""
    if at >= len(words):
        return None
    return next((value for kind in kinds if (value := words[at].value(kind)) is not None), None)


def _count(words: Words, at: int) -> int | None:
    """Read a number; a lone "a" is one, too."""
    value = meaning(words, at, "number")
    return int(value) if value else 1 if said(words, at, "to") else None


def unit_at(words: Words, at: int) -> str:
    """Return the unit that a word is, "" for none."""
    return meaning(words, at, "unit") or ""


def lasting(words: Words, at: int) -> ParsedLength | None:
    """Read `7d`, `last 3 days`, `les 3 derniers jours`, `last week`, `la semaine dernière`."""
    at += said(words, at, "since")
    at += said(words, at, "ago")  # "desde hace 3 días"
    former = said(words, at, "last", "next")
    is_next = said(words, at, "next")
    at += former
    number = int(value) if (value := meaning(words, at, "number")) else None
    at += number is not None
    inside = said(words, at, "last") and number is not None
    at += inside
    if not (unit := unit_at(words, at)):
        return None
    if number is not None and not former and (several := _several(words, at - 1)):
        span = several.length
        return ParsedLength(several.end, lambda now: (before(now, span), now))
    behind = said(words, at + 1, "last", "next") and not former
    is_next = is_next or (behind and said(words, at + 1, "next"))
    if number is None and (not (former or behind) or unit == "quarter" or said(words, at, "many")):
        return None  # a quarter has its months; "the last days" could be any number
    length, end = LENGTHS[unit] * (number if number is not None else 1), at + 1 + behind
    return ParsedLength(end, lambda now: (now + length, now + 2 * length) if is_next else (before(now, length), now))


class _Several(NamedTuple):
    end: int
    length: timedelta


def _several(words: Words, at: int) -> _Several | None:
    """Read a length of several units: `1h30m`, `1 day and 12 hours`."""
    length, count, smallest = timedelta(), 0, timedelta.max
    while (number := meaning(words, at, "number")) and (unit := unit_at(words, at + 1)) and LENGTHS[unit] < smallest:
        smallest = LENGTHS[unit]
        length, count, at = length + smallest * int(number), count + 1, at + 2
        at += said(words, at, "and") and said(words, at + 1, "number") and bool(unit_at(words, at + 2))
    return _Several(at, length) if count > 1 else None


def ago(words: Words, at: int) -> ParsedLength | None:
    """Read `2 hours ago`, `since 2 hours ago`, `vor 2 Stunden`, `il y a 2 heures`: from then until now."""
    at += said(words, at, "since", "from")
    is_ahead = said(words, at, "ago")
    at += is_ahead
    number, unit = _count(words, at), unit_at(words, at + 1)
    if number is None or not unit:
        return None
    length = LENGTHS[unit] * number
    if several := _several(words, at):
        if not (is_ahead or said(words, several.end, "ago")):
            return None
        span = several.length
        return ParsedLength(several.end + (not is_ahead), lambda now: (before(now, span), now))
    if not (is_ahead or said(words, at + 2, "ago")):
        return None

    def times(now: datetime) -> Times:
        start = before(now, length)
        if unit in BY_DAY:  # that day counts whole
            start = midnight(start.astimezone(now.tzinfo).date(), now)
        return start, now

    return ParsedLength(at + 2 + (not is_ahead), times)
