"""Where to look, as people type it before or after options: a channel, a link, this conversation; and since when."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.core.time_span import times as spans

LONGEST = 300  # characters: what is longer, or has several lines, is a text

_LINK = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_CHANNEL = re.compile(
    r"(?:the\s+|(?:the\s+)?channel\s+)?#(?P<name>[^\s,;:#]{1,80})(?:\s+channel)?(?=[\s,;]|\Z)", re.IGNORECASE
)
_PLACE = re.compile(r"[(]?(?:#[^\s,;:#]{1,80}|https?://[^\s<>|]+)[,;.:)]?", re.IGNORECASE)
_BEFORE_PLACE = {
    "in",
    "of",
    "from",
    "on",
    "for",
    "the",
    "and",
    "channel",
    "aus",
    "im",
    "und",
    "kanal",
    "dans",
    "et",
    "en",
    "y",
}
_HERE = re.compile(
    r"(?:this\s+(?:channel|conversation)|here|diese[nrsm]?\s+kanal|ce\s+canal|este\s+canal)(?=[\s,;]|\Z)", re.IGNORECASE
)
_THREAD = re.compile(
    r"(?:this|the|diese[nrs]?|de[nrs]|ce|este)\s+(?:whole\s+|entire\s+)?(?:thread|fil|hilo)(?=[\s,;]|\Z)", re.IGNORECASE
)
_PREPOSITION = re.compile(
    r"(?:in|of|from|aus|dans|en)\s+(?=#|https?://|the\s+(?:channel\s+)?#|channel\s+#|this\s|the\s+thread|here|diese|ce\s|este\s)",
    re.IGNORECASE,
)
_GAP = re.compile(r"[ \t]*(?:[,;]|\band\b)?[ \t]*", re.IGNORECASE)
# What people say around a place or a time, and what a request means anyway.
_SAID = r"(?:messages|posts|feedback|conversations?|discussions?)"
_FILLER = re.compile(
    rf"(?:please|pls|bitte|por\s+favor|(?:the\s+)?{_SAID}"
    rf"|(?:(?:show|give)\s+me\s+)?(?:everything|alles|all)(?:\s+(?:the\s+)?{_SAID})?"
    r"|what(?:['\u2019]s|\s+is|\s+was)?\s+(?:new|happened|said)"
    r"|what\s+(?:i(?:['\u2019]ve)?\s+missed|did\s+i\s+miss))(?=[\s,;?.]|\Z)[?]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Where:
    """Where to look. `channel` is as it was typed without its #, "" for this one, None where none was named.

    `is_thread`: in the thread that it is said in.
    """

    link: str = ""
    channel: str | None = None
    span: str = ""
    is_thread: bool = False

    @property
    def is_named(self) -> bool:
        """Return whether anything was named."""
        return bool(self.link or self.span) or self.is_placed

    @property
    def is_placed(self) -> bool:
        """Return whether a channel or this thread was named."""
        return self.channel is not None or self.is_thread


def take(text: str, where: Where) -> tuple[Where, str] | None:
    """Take a link, a channel or a span off the start of a text, each once; None where there is none of these."""
    bare = text[match.end() :] if (match := _PREPOSITION.match(text)) else text
    if not where.link and not where.is_placed:
        if match := _LINK.match(bare):
            link = match[0].rstrip(",;.")
            return replace(where, link=link), skip_gap(bare[len(link) :])
        if match := _CHANNEL.match(bare):
            return replace(where, channel=match["name"].rstrip(".")), skip_gap(bare[match.end() :])
        if match := _HERE.match(bare):
            return replace(where, channel=""), skip_gap(bare[match.end() :])
        if match := _THREAD.match(bare):
            return replace(where, is_thread=True), skip_gap(bare[match.end() :])
    if not where.span:
        words, rest = spans.take(text)
        if words:
            return replace(where, span=words), skip_gap(rest)
    return None


def read(text: str) -> Where | None:
    """Read a text that says nothing but where and since when, in any order; None for anything else."""
    rest, where = bare(text), Where()
    while rest and len(text) <= LONGEST and "\n" not in text:
        if taken := take(rest, where):
            where, rest = taken
        elif filler := skip_filler(rest):
            rest = rest[filler:].lstrip(" ,;")
        else:
            return None
    return where if where.is_named and not rest else None


def apart(text: str) -> tuple[str, int]:
    """Take the channels and the links off both ends of a line; return the rest with the number of channels taken."""
    words, channels = text.split(), 0
    while at := next((n + 1 for n, word in enumerate(words[:3]) if _PLACE.fullmatch(word)), 0):
        if not all(word.casefold() in _BEFORE_PLACE for word in words[: at - 1]):
            break
        channels += "#" in words[at - 1][:2]
        words = words[at + (words[at : at + 1] == ["channel"]) :]
    while words and _PLACE.fullmatch(words[-1 - (len(words) > 1 and words[-1] == "channel")]):
        place = words.pop() if words[-1] != "channel" else words.pop(-2)
        channels += "#" in place[:2]
        while words and words[-1].casefold() in _BEFORE_PLACE:
            words.pop()
    return (" ".join(words).strip(" ,;"), channels) if channels or len(words) < len(text.split()) else (text, 0)


def bare(text: str) -> str:
    """Take a full stop or a question mark off the end of what was typed."""
    return text.strip().rstrip(".?!").rstrip()


def skip_filler(text: str) -> int:
    """Return how long the words at the start are that a request means anyway, as "everything" or "please"."""
    match = _FILLER.match(text)
    return match.end() if match else 0


def skip_gap(text: str) -> str:
    """Take a comma, a semicolon or an "and" off the start of a text, with the spaces around it."""
    return text[match.end() :] if (match := _GAP.match(text)) else text
