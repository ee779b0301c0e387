"""Read what follows `/parley feedback`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.find.terms import terms_of
from bot.errors import UsageError
from bot.language import N_, _

USAGE = N_(
    "`/parley feedback find <words>` finds feedback of this channel and shows it only to you. "
    "`/parley feedback merge <link> into <link>` says that the first post repeats the second; where a post has several "
    "records, put the number of one behind its link. "
    "`/parley feedback split <link> <words>` makes these words of a post a record of their own. "
    "`/parley feedback export` sends an admin all feedback of this channel as a CSV file, and "
    "`/parley feedback export xlsx` as a workbook."
)
WHAT_FILE = N_("I can export feedback as `csv` or `xlsx`; for example, `/parley feedback export xlsx`.")

_TYPED = re.compile(r"feedback\s+(?P<what>export|find|merge|split)(?:\s+(?P<rest>\S.*))?", re.IGNORECASE | re.DOTALL)
_LINK = r"<?(?P<{name}>https?://[^\s<>|]+)(?:\|[^<>]*>|>)?"
_MERGE = re.compile(
    rf"{_LINK.format(name='first')}(?:\s+(?P<one>\d\d?))?\s+(?:into|in|with)"
    rf"\s+{_LINK.format(name='second')}(?:\s+(?P<other>\d\d?))?",
    re.IGNORECASE,
)
_SPLIT = re.compile(rf"{_LINK.format(name='post')}\s*:?\s+(?P<words>\S.*)", re.IGNORECASE | re.DOTALL)
_QUOTES = ' "“”„«»'
_FILE = re.compile(r"(?:as\s+)?(?:(?P<stem>[^\s/\\]{1,60})\.)?(?P<kind>csv|xlsx)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedbackRequest:
    """What is asked for: the `words` to find; the kind of a file and its name, if it was given one; links to posts.

    `numbers` are those of the posts' records on their cards, 0 where none is given.
    """

    what: str
    words: str = ""
    kind: str = "csv"
    stem: str = ""
    links: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


def parse(typed: str) -> FeedbackRequest:
    """Read what was typed after `/parley`. Raises `UsageError`."""
    match = _TYPED.fullmatch(typed.strip())
    if match is None:
        raise UsageError(_(USAGE))
    what, rest = match["what"].lower(), (match["rest"] or "").strip()
    if what == "export":
        return _export(rest)
    if what == "merge" and (found := _MERGE.fullmatch(rest)):
        numbers = int(found["one"] or 0), int(found["other"] or 0)
        return FeedbackRequest(what, links=(found["first"], found["second"]), numbers=numbers)
    if what == "split" and (found := _SPLIT.fullmatch(rest)):
        return FeedbackRequest(what, words=found["words"].strip(_QUOTES), links=(found["post"],))
    if what == "find" and terms_of(rest):
        return FeedbackRequest(what, words=rest)
    raise UsageError(_(USAGE))


def _export(typed: str) -> FeedbackRequest:
    if not typed:
        return FeedbackRequest("export")
    if (found := _FILE.fullmatch(typed)) is None:
        raise UsageError(_(WHAT_FILE))
    return FeedbackRequest("export", kind=found["kind"].lower(), stem=found["stem"] or "")
