"""Whom a message addresses at its start by a plain name, typed without choosing it from a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LOOKED_AT = 200  # characters: a name stands at the very start
MOST_WORDS = 5  # of a name and what ends it
SHORTEST = 2  # characters of a name
# Words that open sentences, and are someone's name somewhere.
_NO_NAMES = {
    *("so", "an", "do", "may", "no", "now", "ok", "okay", "yes", "well", "then", "please", "also", "will", "the", "a"),
    *(
        "all",
        "team",
        "everyone",
        "everybody",
        "guys",
        "folks",
        "there",
        "again",
        "you",
        "my",
        "our",
        "your",
        "it",
        "we",
    ),
}
_GREETINGS = re.compile(
    r"(?:hey|hi|hello|hallo|hola|salut|bonjour|ciao|ol[aá]|hej|dear|thanks|thank you|thx|merci|danke|gracias)\b[ ,]*+",
    re.IGNORECASE,
)
_JOIN = re.compile(r"(?:[ ]*[,&+/][ ]*|[ ]+(?:and|und|et|y|e|&)[ ]+)@?", re.IGNORECASE)
_SENTENCES = re.compile(r"[\n.!?;:]+")
_STOP = re.compile(r"[ ]*(?:[,:;!?.\u2026\u2013\u2014\n]|- |$)")
_ENDS = re.compile(r"[,:;!?.&+/\u2026\u2013\u2014\n]| (?:-|and|und|et|y|e)$| - ", re.IGNORECASE)
_NEXT = re.compile(r"[\w.'\u2019-]++[ ]*+[,:;!?]")


def opening(text: str) -> str:
    """Return where a message may speak to someone: its start, after what it quotes."""
    lines = text[: 10 * LOOKED_AT].split("\n")
    while lines and (not lines[0].strip() or lines[0].lstrip().startswith(">")):
        lines.pop(0)
    return "\n".join(lines).strip()[:LOOKED_AT]


def may_speak_to_somebody(text: str) -> bool:
    """Return whether it is worth looking names up for a message: its first words may be one, or end at one."""
    start = opening(text)
    if start.startswith("@") or _GREETINGS.match(start):
        return True
    first = start.split(" ")
    return len(first) <= MOST_WORDS or bool(_ENDS.search(" ".join(first[:MOST_WORDS])))


def speaks_to(text: str, names: Collection[str]) -> bool:
    """Return whether a message opens by speaking to one of these, by the whole name or its first word.

    "Ana, can you look?", "@Ana can you", "hey Ana can you", "Ana and Ben: look"; not "Ana is on leave".
    """
    start = opening(text).casefold()
    greeting = _GREETINGS.match(start)
    start = start[greeting.end() :] if greeting else start
    is_called = bool(greeting) or start.startswith("@")
    start = start.removeprefix("@")
    return any(_begins(start, name, is_called=is_called) for name in _calls(names))


def _calls(names: Collection[str]) -> set[str]:
    """Return what people may be called by."""
    whole = {" ".join(name.casefold().split()).removeprefix("@") for name in names}
    calls = whole | {name.partition(" ")[0] for name in whole}
    return {name for name in calls if len(name) >= SHORTEST and name not in _NO_NAMES}


def _begins(start: str, name: str, *, is_called: bool) -> bool:
    if not start.startswith(name):
        return False
    rest = start[len(name) :]
    if is_called:
        return not (rest[:1].isalnum() or rest[:1] in {"_", "'", "\u2019"})
    if _STOP.match(rest):
        return True
    joined = _JOIN.match(rest)
    return joined is not None and _NEXT.match(rest, joined.end()) is not None


def turns_to(text: str, names: Collection[str]) -> bool:
    """Return whether a later line or sentence of a message begins by speaking to one of these."""
    _, *later = _SENTENCES.split(text[: 10 * LOOKED_AT])
    return any(speaks_to(sentence, names) for sentence in later)
