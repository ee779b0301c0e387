"""Read what follows `/parley find`: words, and since when, in which channel and from whom."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.find.terms import terms_of
from bot.core.time_span import times
from bot.errors import UsageError
from bot.language import N_, _

USAGE = N_(
    "`/parley find <words>` finds messages that have all of these words, and shows them only to you. I know the "
    "messages of threads that I take part in and the posts in channels with triage. I look here and in the channels "
    'that we\'re both in. Put words in quotes to find them as they are: `/parley find "launch date"`. Narrow it down '
    "with `since 7d`, `in #channel` or `from @anna`."
)

_QUOTED = re.compile(r'["“”„«»][^"“”„«»]*["“”„«»]')
_CHANNEL = re.compile(r"(?<!\S)(?:in\s+)?#(?P<channel>[^\s,;:#]{1,80})(?!\S)", re.IGNORECASE)
_AUTHOR = re.compile(
    r"(?<!\S)(?:from|von)\s+(?:<?@(?P<person>(?-i:[A-Z0-9]{3,30}))(?:\|[^<>]*)?>?|(?P<me>me|mir))(?!\S)", re.IGNORECASE
)
_NAME = re.compile(r"(?<!\S)(?:from|von)\s+(?P<name>@[^\s<>]{1,80})", re.IGNORECASE)
_SINCE = re.compile(r"(?<!\S)(?=(?:since|seit)\s)", re.IGNORECASE)
ME = "me"


@dataclass(frozen=True, slots=True)
class FindRequest:
    """What is looked for. `author` is a person's id, `ME` for the asker; `since` are the words of a span."""

    words: str
    since: str = ""
    channel: str = ""
    author: str = ""


def parse(typed: str) -> FindRequest:
    """Read what was typed after `/parley`. Raises `UsageError`, with how it is used."""
    text = " ".join(typed.split(maxsplit=1)[1:])
    quoted = _QUOTED.findall(text)
    rest = _QUOTED.sub(" ", text)
    channel, rest = _taken(_CHANNEL, rest)
    author, rest = _taken(_AUTHOR, rest)
    if not author and (named := _NAME.search(rest)):
        raise UsageError(
            _(
                "I don't know who {name} is. Choose the person from the list that appears as you type.",
                name=named["name"],
            )
        )
    since, rest = _since(rest)
    words = " ".join((*quoted, *rest.split()))
    if not terms_of(words):
        raise UsageError(_(USAGE))
    return FindRequest(words, since, channel, author)


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Take the last of what matches out of a text; return it without what introduces it."""
    matches = list(pattern.finditer(text))
    if not matches:
        return "", text
    last = matches[-1]
    return next(filter(None, last.groups())), f"{text[: last.start()]} {text[last.end() :]}"


def _since(text: str) -> tuple[str, str]:
    """Take the last span that begins with "since" out of a text, if it is one that the bot understands."""
    for match in reversed(list(_SINCE.finditer(text))):
        span, rest = times.take(text[match.start() :])
        if span:
            return span, f"{text[: match.start()]} {rest}"
    return "", text
