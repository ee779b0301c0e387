"""The words that a message is found by: in small letters, without accents, the same on every database.

Scripts that put no spaces between words become pairs of characters that overlap, so that any part of a sentence is
found. https://www.unicode.org/reports/tr15/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category, combining, normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

SEARCHED = 16_000  # characters of a text: PostgreSQL numbers as many words
LONGEST = 64  # characters of a word

_MARKS = [chr(code) for code in range(0x300, 0x1D00) if category(chr(code)) in {"Mn", "Mc"}]
# Accents have these combining classes; vowel signs have none, and what makes another letter has a lower one.
_ACCENTS = {*range(10, 37), *range(200, 250)}
_DROPPED = re.compile("[\u00ad\u200c\u200d" + "".join(one for one in _MARKS if combining(one) in _ACCENTS) + "]+")
_WORD = re.compile("(?:[^\\W_]|[\u3099\u309a" + "".join(_MARKS) + "])+")
_PLAIN_WORD = re.compile(r"[a-z0-9]+")
# Thai, Lao, Myanmar and Khmer; kana, Han and Hangul.
_SCRIPTS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{_SCRIPTS}]")
_SEGMENT = re.compile(f"[{_SCRIPTS}]+|[^{_SCRIPTS}]+")
_PLACE = "\ue000"  # begins the word for a place; no word of a text has it


def stored_words(text: str, workspace: str, channel: str) -> str | None:
    """Return the words that a message of a channel is found by, with one for the channel; None for no words."""
    words = " ".join(text_words(text))
    return f"{place_word(workspace, channel)} {words}" if words else None


def place_word(workspace: str, channel: str) -> str:
    """Return the word that all messages of a channel have."""
    return f"{_PLACE}{workspace}{channel}".lower()


def text_words(text: str) -> list[str]:
    """Return the words of a text, in their order. Takes linear time."""
    text = text[:SEARCHED]
    if text.isascii():
        return [word[:LONGEST] for word in _PLAIN_WORD.findall(text.lower())]
    folded = normalize("NFC", _DROPPED.sub("", normalize("NFKD", text)).casefold())
    return [part for word in _WORD.findall(folded) for part in _parts(word)]


def wanted_words(text: str) -> list[str]:
    """Return the words of what is looked for, as they follow each other where it is found.

    The last character of an unspaced script is in the pair that it ends; only one that is alone is a word of its own.
    """
    words = text_words(text)
    if len(words) > 1 and is_unspaced(words[-1]) and words[-2][1:] == words[-1]:
        words.pop()
    return words


def is_unspaced(word: str) -> bool:
    """Return whether a word is of a script without spaces: a character, or a pair of them."""
    return bool(_UNSPACED.match(word))


def _parts(word: str) -> Iterator[str]:
    """Cut the unspaced scripts of a word into pairs, and what ends them."""
    if not _UNSPACED.search(word):
        yield word[:LONGEST]
        return
    for segment in _SEGMENT.findall(word):
        if is_unspaced(segment):
            yield from (segment[at : at + 2] for at in range(len(segment)))
        else:
            yield segment[:LONGEST]
