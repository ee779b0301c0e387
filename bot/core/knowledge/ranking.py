"""Which passages fit a question best: BM25 over those that the database finds by its rare words.

https://en.wikipedia.org/wiki/Okapi_BM25
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.knowledge.words import BODY, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

MOST_TERMS = 400  # words of a question that are looked up
MOST_WANTED = 16  # of those, the rarest, by which passages are found
MOST_UNKNOWN = 16  # words that were not counted, by which they are found as well
MOST_READ = 30_000  # passages that all of these may have, so that a search takes milliseconds
MOST_RANKED = 300  # passages that share most with the question, and are compared with it in full
LENGTH = 120.0  # words of a usual passage
K1, B = 1.2, 0.5  # how little more a word counts that is there again, and how much a passage's length
HEADING = 2.5  # how often a word counts that is in the title or a heading


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question in the basic forms of the sources' languages, and how often the question has it."""

    forms: frozenset[str]
    count: int = 1


def terms(question: str, languages: Collection[str]) -> list[Term]:
    """Return the words of a question, each once, in their order."""
    forms = zip(*(words(question, language) for language in sorted(languages) or [""]), strict=True)
    counts: dict[frozenset[str], int] = {}
    for one in forms:
        word = frozenset(one)
        counts[word] = counts.get(word, 0) + 1
    return [Term(word, count) for word, count in counts.items()][:MOST_TERMS]


def wanted(of: Sequence[Term], counts: Mapping[str, int]) -> list[Term]:
    """Choose the words by which passages are found: the rarest first, and no more than can be read."""
    known = sorted((one for one in of if _known(one, counts)), key=lambda one: _known(one, counts))
    chosen: list[Term] = []
    read = 0
    for one in known[:MOST_WANTED]:
        read += _known(one, counts)
        if chosen and read > MOST_READ:
            break
        chosen.append(one)
    return chosen + [one for one in of if not _known(one, counts)][:MOST_UNKNOWN]


def _known(term: Term, counts: Mapping[str, int]) -> int:
    return sum(counts.get(form, 0) for form in term.forms)


def weights(found: Mapping[Term, Collection[int]], total: int) -> dict[Term, float]:
    """Return how much each word tells: the more, the fewer passages have it."""
    total = max(total, *map(len, found.values())) if found else total
    return {term: math.log1p((total - len(ids) + 0.5) / (len(ids) + 0.5)) for term, ids in found.items() if ids}


def candidates(found: Mapping[Term, Collection[int]], weight: Mapping[Term, float]) -> list[int]:
    """Return the passages that share most with a question."""
    shared: defaultdict[int, float] = defaultdict(float)
    for term, ids in found.items():
        for one in ids:
            shared[one] += weight[term]
    return sorted(shared, key=lambda one: (-shared[one], one))[:MOST_RANKED]


def ranked(passages: Iterable[tuple[int, str]], weight: Mapping[Term, float]) -> list[tuple[float, int]]:
    """Rank passages by their stored words, the best first."""
    return sorted(((_score(stored, weight), one) for one, stored in passages), key=lambda pair: (-pair[0], pair[1]))


def _score(stored: str, weight: Mapping[Term, float]) -> float:
    heads, _, body = (f" {part} " for part in stored.partition(BODY))
    length = 1 - B + B * body.count(" ") / LENGTH
    score = 0.0
    for term, tells in weight.items():
        count = sum(body.count(f" {form} ") + HEADING * heads.count(f" {form} ") for form in term.forms)
        score += tells * count * (K1 + 1) / (count + K1 * length) if count else 0
    return score
