"""How well a message fits what is looked for, and the part of it that shows that."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.core.search_words import SEARCHED, text_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.domain.search import KnownMessage, Term

SHOWN = 200  # characters of a message
BEFORE = 60  # of them before the first word that was looked for

_RUN = re.compile(r"\S+")


def ranked(messages: Sequence[KnownMessage], terms: Sequence[Term]) -> tuple[KnownMessage, ...]:
    """Return messages in the order in which they are worth reading; of those that fit alike, the newest first."""
    return tuple(sorted(messages, key=lambda one: (-fit(one.text, terms), -one.at.timestamp(), one.id)))


def fit(text: str, terms: Sequence[Term]) -> float:
    """Return how well a text fits, to one decimal: by whole words, by how often and how close to each other they are.

    Takes linear time.
    """
    words = text_words(text)
    whole: set[str] = set()
    places: list[tuple[int, str]] = []
    for at, word in enumerate(words):
        for term in terms:
            last = term.words[-1]
            if word.startswith(last):
                places.append((at, last))
                if word == last:
                    whole.add(last)
    wanted = {term.words[-1] for term in terms}
    density = len(places) / (len(places) + len(words) ** 0.5) if places else 0.0
    return round(len(whole) / len(wanted) + density + _closeness(places, len(wanted)), 1)


def _closeness(places: Sequence[tuple[int, str]], count: int) -> float:
    """Return 1 where two of several terms stand side by side somewhere, less where they are further apart."""
    if count < 2:  # noqa: PLR2004 (one term is next to no other)
        return 0.0
    nearest = min((second[0] - first[0] for first, second in pairwise(places) if first[1] != second[1]), default=0)
    return 1 / nearest if nearest else 0.0


def has(text: str, terms: Sequence[Term]) -> bool:
    """Return whether a text has all of the terms, of the last words at least the beginning. Takes linear time."""
    words = text_words(text)
    return all(_has(words, term) for term in terms)


def _has(words: Sequence[str], term: Term) -> bool:
    *first, last = term.words
    return any(
        words[at - len(first) : at] == first and (word == last if term.is_exact else word.startswith(last))
        for at, word in enumerate(words[len(first) :], start=len(first))
    )


def excerpt(text: str, terms: Sequence[Term]) -> str:
    """Return the part of a text around the first word that was looked for, on one line, with an ellipsis where cut."""
    start = next(_hits(text[:SEARCHED], terms), 0)
    begin = max(0, start - BEFORE)
    if begin and (space := text.find(" ", begin, start)) > 0:
        begin = space + 1
    line = " ".join(text[begin : begin + 2 * SHOWN].split())
    end = line[:SHOWN].rpartition(" ")[0] or line[:SHOWN] if len(line) > SHOWN else line
    is_cut = len(end) < len(line) or begin + 2 * SHOWN < len(text)
    return f"{'…' if begin else ''}{end}{'…' if is_cut else ''}"


def _hits(text: str, terms: Sequence[Term]) -> Iterator[int]:
    """Yield where a term begins, whole words before those that only begin so."""
    firsts = {term.words[0] for term in terms}
    runs = [(match.start(), match[0]) for match in _RUN.finditer(text)]
    for start, run in runs:
        words = text_words(run)
        if not firsts.isdisjoint(words):
            yield start + _offset(run, words, firsts)
    for start, run in runs:
        if any(word.startswith(first) for word in text_words(run) for first in firsts):
            yield start


def _offset(run: str, words: Sequence[str], firsts: set[str]) -> int:
    """Return about where in a run without spaces the word is: that of a whole sentence in some scripts."""
    return len(run) * next(at for at, word in enumerate(words) if word in firsts) // len(words)
