"""Groups of three letters, by which texts are compared.

Letters rather than words, because that needs no list of a language's endings, and misspelled words are still alike.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARED = 600  # characters of a text; the database's index of posts has as many

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words of what is compared of a text, in small letters."""
    return _WORD.findall(text[:COMPARED].lower())


def trigrams(text: str) -> Iterator[str]:
    """Return a text's trigrams, word by word, with words padded as pg_trgm does."""
    return (
        padded[start : start + 3]
        for word in words(text)
        for padded in (f"  {word} ",)
        for start in range(len(padded) - 2)
    )


@lru_cache(maxsize=4_096)
def distinct(text: str) -> frozenset[str]:
    """Return a text's trigrams, each once."""
    return frozenset(trigrams(text))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how alike two texts are, from 0 to 1: the share of their trigrams that they have in common."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0
