"""Which words of a post are about which of several things, as far as they stand in it."""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from bot.core.trigrams import alike, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 4  # things in one post
LEAST_LETTERS = 4  # of what is said about one
SAME = 0.4  # how alike words of two versions of a post are, at least, to be about the same thing

Span = tuple[int, int]

_LETTER = re.compile(r"\w")
_EDGES = " \t\r\n,;.:-\u2013\u2014&+"


def find(quote: str, text: str) -> Span | None:
    """Return where a quote stands in a text, None where it does not. Case may differ, and what is between letters."""
    wanted = "".join(letter for _, letter in _letters(quote))
    standing = _letters(text)
    start = "".join(letter for _, letter in standing).find(wanted) if wanted else -1
    return (standing[start][0], standing[start + len(wanted) - 1][0] + 1) if start >= 0 else None


def _letters(text: str) -> list[tuple[int, str]]:
    """Return the letters and digits of a text in lower case, each with where it stands."""
    return [(match.start(), small) for match in _LETTER.finditer(text) for small in match[0].lower()]


def apart(quotes: Sequence[str], text: str) -> list[tuple[int, str]]:
    """Return the numbers of the quotes that stand apart in a text, with their words, in the order of the quotes.

    What overlaps an earlier one is joined to it. A first quote that is not there has the words that no other has. One
    alone is none: the text is about one thing. Takes at most four.
    """
    spans: list[tuple[int, Span]] = []
    for number, quote in islice(enumerate(quotes), MOST):
        if (span := find(quote, text)) is not None and says_something(text[slice(*span)]):
            _add(spans, number, span)
    if spans and spans[0][0] != 0 and len(quotes) <= MOST:
        left = rest(text, (span for _, span in spans))
        found = [(0, left)] if says_something(left) else []
        return [*found, *((number, text[slice(*span)]) for number, span in spans)] if found else []
    return [(number, text[slice(*span)]) for number, span in spans] if len(spans) > 1 else []


def _add(spans: list[tuple[int, Span]], number: int, span: Span) -> None:
    """Add a span; with all that overlap it, it belongs to the first of them."""
    touching = [one for one in spans if one[1][0] < span[1] and span[0] < one[1][1]]
    for one in touching:
        spans.remove(one)
        span = min(span[0], one[1][0]), max(span[1], one[1][1])
    spans.append((min([number, *(one[0] for one in touching)]), span))
    spans.sort()


def pairs(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Return which of the new words of a post are about the same thing as which of the old ones, the most alike first.

    A place among the new, then one among the old; each at most once.
    """
    ranked = sorted(
        (-alike(distinct(one), distinct(other)), there, here)
        for there, one in enumerate(new)
        for here, other in enumerate(old)
    )
    found: dict[int, int] = {}
    for likeness, there, here in ranked:
        if -likeness >= SAME and there not in found and here not in found.values():
            found[there] = here
    return found


def rest(text: str, spans: Iterable[Span]) -> str:
    """Return a text without some of its words."""
    ordered = [(0, 0), *sorted(spans), (len(text), len(text))]
    kept = (text[end:start].strip(_EDGES) for (_, end), (start, _) in pairwise(ordered))
    return " … ".join(filter(None, kept))


def says_something(words: str) -> bool:
    """Return whether words could be about anything."""
    return len(_LETTER.findall(words)) >= LEAST_LETTERS
