"""What was typed behind `/summarize`: a text, or where to look; since when; wishes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.core import span as spans
from bot.core.command import check_text
from bot.core.summarize import wish
from bot.core.summarize.wish import Wishes
from bot.errors import UsageError

LONGEST_REQUEST = 300  # characters: what is longer, or has several lines, is a text

_LINK = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_CHANNEL = re.compile(r"#(?P<name>[^\s,;:#]{1,80})(?=[\s,;]|\Z)")
_SPAN = re.compile(r"\d{1,4}(?:h|d|w|min)(?=[\s,;]|\Z)", re.IGNORECASE)
_HERE = re.compile(r"(?:this\s+(?:channel|conversation)|here)(?=[\s,;]|\Z)", re.IGNORECASE)
_PREPOSITION = re.compile(r"(?:in|of|from)\s+(?=#|https?://|this\s|here)", re.IGNORECASE)
_WISHES_FIRST = re.compile(r"(?P<wishes>[^:\n]{2,200}):(?!//)\s*(?P<text>\S.*)", re.DOTALL)
_WISHES_LAST = re.compile(r"(?P<text>[\"“].+[\"”])\s+(?P<wishes>[^\n\"“”]{2,200})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ask:
    """What to summarise, and how.

    Either `text` is to be summarised as it stands, or `link` leads to a message, a thread or a file, or `channel` and
    `span` name messages: the channel as it was typed without its #, "" for this one, the span "" for the usual one.
    """

    text: str = ""
    link: str = ""
    channel: str = ""
    span: str = ""
    wishes: Wishes = field(default_factory=Wishes)

    @property
    def is_text(self) -> bool:
        """Tell whether the text itself is meant."""
        return bool(self.text)


def parse(typed: str) -> Ask:
    """Read what was typed. Raises `UsageError` for nothing.

    A request is one short line that says nothing else than where to look, since when, and wishes; or wishes of fixed
    words alone. All else is a text, perhaps with wishes before a colon, or behind its quotes.
    """
    typed = check_text("summarize", typed)
    if ask := _request(typed):
        return ask
    for pattern in (_WISHES_FIRST, _WISHES_LAST):
        if (match := pattern.fullmatch(typed)) and (wishes := wish.read(match["wishes"])):
            return Ask(text=match["text"].strip(), wishes=wishes)
    return Ask(text=typed)


def opens_with(text: str) -> tuple[str, str]:
    """Return the link, the channel's name or the span that a short text begins with, and what stands behind it.

    The first is "" where it begins with none of these; of spans only the short ones count, since sentences begin with
    "yesterday", too.

    What is said so but is no request is more likely a request gone wrong than a text; who knows the link can tell.
    """
    if len(text) > LONGEST_REQUEST or "\n" in text.strip():
        return "", text
    if match := _LINK.match(text) or _CHANNEL.match(text) or _SPAN.match(text):
        return match[0], text[match.end() :].strip()
    return "", text


def not_understood(rest: str) -> UsageError:
    """Say that a request has a part that is none."""
    return UsageError(
        f"I don't understand “{rest[:80]}”. You can say where (`#channel`, a link), since when ({spans.EXAMPLES}), "
        "`short`, `medium` or `long`, `as bullets`, `as paragraph` or `as table`, `focus on …`, `for the …`, "
        "`in German`. To summarise this as a text, put it in quotes."
    )


def _request(typed: str) -> Ask | None:
    if len(typed) > LONGEST_REQUEST or "\n" in typed:
        return None
    found: dict[str, str] = {}
    wishes, rest = Wishes(), typed.removesuffix(".").rstrip()
    while rest:
        if (taken := _take_source(rest, found)) is not None:
            rest = taken
        elif (wished := wish.take(rest, wishes)) is not None:
            wishes, rest = wished
        else:
            return None
    if not found and not wish.is_plain(wishes):
        return None
    if "link" in found and found.keys() & {"span", "channel"}:
        return None
    return Ask(link=found.get("link", ""), channel=found.get("channel", ""), span=found.get("span", ""), wishes=wishes)


def _take_source(text: str, found: dict[str, str]) -> str | None:
    """Take a link, a channel or a span off the start of a text, each once; None where there is none of these."""
    bare = text[match.end() :] if (match := _PREPOSITION.match(text)) else text
    if "link" not in found and "channel" not in found:
        if match := _LINK.match(bare):
            found["link"] = match[0].rstrip(",;.")
            return wish.skip_gap(bare[match.end() - (len(match[0]) - len(found["link"])) :])
        if match := _CHANNEL.match(bare):
            found["channel"] = match["name"].rstrip(".")
            return wish.skip_gap(bare[match.end() :])
        if match := _HERE.match(bare):
            found["channel"] = ""
            return wish.skip_gap(bare[match.end() :])
    if "span" not in found:
        words, rest = spans.take(text)
        if words:
            found["span"] = words
            return wish.skip_gap(rest)
    return None
