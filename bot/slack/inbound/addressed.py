"""Whom a text mentions and addresses, by Slack's mentions: the bot, or someone else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.answer.name_at_start import end_of_greeting
from bot.slack.client.escaping import MARKUP

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOMEBODY = re.compile(r"@[UWB][A-Z0-9]+|!subteam\^S[A-Z0-9]+")
_AND = re.compile(r"(?:\s|,|&amp;|\+|and\b)*")
_QUOTED = re.compile(r"(?:\s++|(?:&gt;|>)[^\n]*+\n)*")
_COMMA = re.compile(r"\A[\s,:]++")


def mentions(text: str, person: str) -> bool:
    """Return whether a person is mentioned."""
    return any(match["target"] == f"@{person}" for match in MARKUP.finditer(text))


def without_mention(text: str, person: str) -> str:
    """Remove the mentions of a person, and the space or comma that follows one at the start."""
    text = text.lstrip()
    if (first := MARKUP.match(text)) and first["target"] == f"@{person}":
        text = _COMMA.sub("", text[first.end() :])
    return MARKUP.sub(lambda match: "" if match["target"] == f"@{person}" else match[0], text).strip()


def addresses_other(text: str, bot: str) -> bool:
    """Return whether a message starts by addressing a person or a group, not the bot, and never addresses the bot.

    A quotation and a greeting can come first. It addresses the bot if its mention is among those at the start, or
    starts a line or a sentence. @here and @channel include the bot.
    """
    spoken_to = list(_spoken_to(text))
    return bool(spoken_to) and f"@{bot}" not in spoken_to and not _turns_to(text, bot)


def _spoken_to(text: str) -> Iterator[str]:
    """Return the mentions at the start, after a quotation and a greeting."""
    quoted = _QUOTED.match(text)
    at = end_of_greeting(text, quoted.end() if quoted else 0)
    while (match := MARKUP.match(text, at)) and _SOMEBODY.fullmatch(match["target"]):
        yield match["target"]
        joined = _AND.match(text, match.end())
        at = joined.end() if joined else match.end()


def _turns_to(text: str, person: str) -> bool:
    """Return whether the mention of a person starts the text, a line or a sentence."""
    before = 0
    for match in MARKUP.finditer(text):
        between = text[before : match.start()]
        words = between.rstrip()
        begins = not (before or words) or words.endswith((".", "!", "?", ":", ";")) or "\n" in between[len(words) :]
        if begins and match["target"] == f"@{person}":
            return True
        before = match.end()
    return False
