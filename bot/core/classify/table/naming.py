"""What a column's heading says about it, in the languages and the tools that I know."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

LONGEST_NAME = 60  # characters; longer ones are questions, or no headings

_WORDS = tomllib.loads(Path(__file__).with_name("headings.toml").read_text(encoding="utf-8"))
TEXTS, WEAK, TITLES, OTHERS, ANSWERING, REPLIES = (
    frozenset(_WORDS[group].split()) for group in ("texts", "weak", "titles", "others", "answering", "replies")
)
LONGEST_WORD = 20  # characters, of a compound such as "Kundenkommentar"
LEAST_SUFFIX = 5
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+", re.UNICODE)
_EAST = 0x0E00  # from Thai on
_ENDS_AS_QUESTION = ("?", "\uff1f", "\u061f")


def folded(name: str) -> str:
    """Return a heading as it is compared: blanks and case aside."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def tokens(name: str) -> tuple[str, ...]:
    """Split a heading into words: `reviewText`, `review_text` and “Review Text” are the same."""
    return tuple(word.casefold() for word in _WORD.findall(unicodedata.normalize("NFC", name[:500])))


def is_question(name: str) -> bool:
    """Return whether a heading asks something."""
    return name.strip().rstrip("*_ \"'”").endswith(_ENDS_AS_QUESTION)


def is_known(name: str) -> bool:
    """Return whether a cell is what columns are called."""
    words = tokens(name)
    if not words or len(name) > LONGEST_NAME:
        return False
    known = sum(any(_is(word, group) for group in (TEXTS, TITLES, OTHERS)) for word in words)
    return folded(name) in TEXTS or known * 2 >= len(words)


def names_text(name: str) -> bool:
    """Return whether a heading ends in a word for what people write."""
    words = tokens(name)
    return folded(name) in TEXTS or bool(words and _is(words[-1], TEXTS))


def is_title(name: str) -> bool:
    """Return whether a column holds short texts that say what the longer one is about."""
    words = tokens(name)
    return bool(words) and _is(words[-1], TITLES)


def says_text(name: str) -> float:
    """Judge by its heading whether a column holds what people wrote: 3 is yes, -3 is no, 0 is not told."""
    words = tokens(name)
    if folded(name) in TEXTS:
        return 2.0 if folded(name) in WEAK else 3.0
    if is_question(name):
        return 2.0
    if len(name) > LONGEST_NAME:
        return 1.5  # a question without its mark
    return _told(words) if words else 0.0


def _told(words: tuple[str, ...]) -> float:
    last, is_text = words[-1], [_is(word, TEXTS) for word in words]
    is_other = [_is(word, OTHERS) and not text for word, text in zip(words, is_text, strict=True)]
    if _is(last, TITLES):
        return 1.0
    if is_other[-1] or words[0] in {"is", "has"} or _is_answer(words):
        return -3.0
    if any(is_text):
        return 2.0 if any(is_other) else 2.5
    return -1.5 if any(is_other) else 0.0


def _is_answer(words: tuple[str, ...]) -> bool:
    """Return whether a column holds what a team answered: that is not what is to be sorted."""
    if any(word in {"reply", "replies", "replied"} for word in words):
        return True
    return any(_is(word, ANSWERING) for word in words) and any(_is(word, REPLIES) for word in words)


def _is(word: str, group: frozenset[str]) -> bool:
    """Return whether a word is one of a group, or ends in one: scripts without blanks and German build words so."""
    if word in group:
        return True
    least = 2 if word and ord(word[0]) >= _EAST else LEAST_SUFFIX
    return any(word[n:] in group for n in range(max(1, len(word) - LONGEST_WORD), len(word) - least + 1))
