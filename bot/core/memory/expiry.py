"""Until when a note holds, as people say it: `Friday`, `30d`, `2 weeks`, `Dec 24`, `end of the month`, `bis morgen`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.time_span import words as spoken
from bot.core.time_span.calendar import midnight, next_month, start_of
from bot.core.time_span.length import AmbiguousError, lasting, meaning, said
from bot.core.time_span.point import point_at
from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.core.time_span.length import ParsedLength, Words

EXAMPLES = "`Friday`, `tomorrow`, `30d`, `2 weeks`, `Dec 24`, `2027-01-31`"
UNCLEAR = N_("I don't understand until when you mean with “{words}”. Try {examples}.")
OVER = N_("“{words}” is over already. Try {examples}.")
FURTHEST = timedelta(days=3_660)
LONGEST = 80  # characters

_LEAD = re.compile(r"(?:until|till|til|bis|by|through|for|für|fuer)\s+(?:zum\s+|zur\s+)?", re.IGNORECASE)
_END_OF = re.compile(
    r"(?:(?:the\s+)?end\s+of\s+(?:the|this)|(?:das\s+)?ende\s+(?:der|des|dieser|dieses)|this|diese[nrs]?)\s+"
    r"(?P<unit>\w+)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?<=[^\s,;])[\s,;]++(?:until|till|bis|(?P<length>for|für|fuer))\s++(?=\S)", re.IGNORECASE)
MOST_TRIED = 3
_A = re.compile(r"a\s+(?=[a-z])", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")
WEEK, DAY = timedelta(days=7), timedelta(days=1)


def expiry(words: str, now: datetime, zone: tzinfo) -> datetime:
    """Return when a note expires, as a person in `zone` means it at `now`: the end of the day that is named.

    Raises `UsageError` for what is no such time, and for one that is over.
    """
    plain = " ".join(words.split())
    unclear = UsageError(_(UNCLEAR, words=plain[:LONGEST], examples=EXAMPLES))
    if len(plain) > LONGEST:
        raise unclear
    local = now.astimezone(zone)
    try:
        end = _end_of(_LEAD.sub("", plain, count=1), local)
    except AmbiguousError as error:
        raise UsageError(str(error)) from None
    except (ValueError, OverflowError):
        end = None
    if end is None:
        raise unclear
    if not timedelta() < end.astimezone(UTC) - now.astimezone(UTC) <= FURTHEST:
        raise UsageError(_(OVER, words=plain, examples=EXAMPLES)) if end <= now else unclear
    return end.astimezone(UTC)


def ending(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the end that stands at the end of a note: “Ana is away until Friday”, “closed for 2 weeks”; None for none.

    “The demo is for Friday” has none.
    """
    for match in list(_BEFORE.finditer(text))[: -MOST_TRIED - 1 : -1]:
        words = text[match.end() :].rstrip(" .!")
        if match["length"] and not _is_length(words):
            continue
        try:
            return expiry(words, now, zone)
        except UsageError:
            continue
    return None


def _is_length(text: str) -> bool:
    found = spoken.read(_A.sub("1 ", text, count=1))
    read = lasting(found, 0)
    return bool(read) and not said(found, 0, "last", "next")


def _end_of(text: str, local: datetime) -> datetime | None:
    if (match := _END_OF.fullmatch(text)) and (unit := meaning(spoken.read(match["unit"]), 0, "unit")):
        return _end_of_unit(unit, local)
    text = _A.sub("1 ", text, count=1)
    found = spoken.read(text)
    if not found or said(found, 0, "last", "ago", "since") or any(said(found, n, "ago") for n in range(len(found))):
        return None
    for read, reckon in ((lasting(found, 0), _after), (point_at(found, 0), _at)):
        if read and read.end == len(found) and not text[found[-1].end :].strip(" .!"):
            return reckon(read, found, local)
    return None


def _after(read: ParsedLength, _found: Words, local: datetime) -> datetime:
    """Return when so long from now is: “2 weeks”, “next week”."""
    start, end = read.times(local)
    return start if start > local else local.astimezone(UTC) + (end - start)


def _at(read: ParsedLength, found: Words, local: datetime) -> datetime | None:
    """Return the next such day's end, or the next such hour. What is read names the latest that has come."""
    start, end = read.times(local)
    moment = start if read.clock else end
    if moment > local:
        return moment
    if not read.has_day:
        return moment + DAY
    if read.is_weekly or said(found, 0, "weekend"):
        return moment + ((local - moment) // WEEK + 1) * WEEK
    has_year = any(_YEAR.fullmatch(meaning(found, n, "number") or "") for n in range(len(found)))
    if has_year or said(found, 0, "iso", "day") or not any(said(found, n, "month", "date") for n in range(len(found))):
        return moment
    return moment.replace(year=moment.year + 1)


def _end_of_unit(unit: str, local: datetime) -> datetime:
    start = start_of(unit, local).date()
    match unit:
        case "day":
            return midnight(start + DAY, local)
        case "week":
            return midnight(start + WEEK, local)
        case "month":
            return midnight(next_month(start), local)
        case "quarter":
            return midnight(next_month(next_month(next_month(start))), local)
        case _:
            return midnight(start.replace(year=start.year + 1), local)
