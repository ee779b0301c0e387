"""Which passages fit a question best: BM25 of our own over those that the database finds by the question's rare words.

The measures are those that did best in `python -m benchmarks.retrieval`. https://en.wikipedia.org/wiki/Okapi_BM25
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import TYPE_CHECKING

from bot.core.knowledge.words import BODY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.core.knowledge.terms import QueryWord

MOST_WANTED = 16  # words of a question by which passages are found: the rarest
MOST_UNKNOWN = 16  # others, of which it was not counted how many passages have them
MOST_READ = 30_000  # passages that all of these may have, so that a search takes milliseconds
MOST_RANKED = 250  # passages that share most with a question, and are compared with it in full
LENGTH = 120.0  # words of a usual passage
K1, B = 1.2, 0.5  # how little more a word counts that is there again, and how much a passage's length
HEADING = 2.5  # how often a word counts that is in the title or a heading
COVERAGE = 0.5  # how much more a passage counts that has all of a question's words
PAGE = 0.3  # how much a page's passages count for each of them
AGAIN = 0.5  # how much each further passage of a page counts, so that others are shown, too
LEAST_ALIKE = 8  # words of a passage that is shown once, however many pages have it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that has some of a question's words; `words` are those that are stored of it."""

    id: int
    page: int
    changed_at: datetime | None
    words: str


def wanted(of: Sequence[QueryWord], counts: Mapping[str, int]) -> list[QueryWord]:
    """Choose the words by which passages are found: the rarest first, and no more than can be read."""
    numbers = {one: sum(counts.get(form, 0) for form in one.forms) for one in of}
    chosen: list[QueryWord] = []
    read = 0
    for one in sorted((one for one in of if numbers[one]), key=numbers.__getitem__)[:MOST_WANTED]:
        read += numbers[one]
        if chosen and read > MOST_READ:
            break
        chosen.append(one)
    return chosen + [one for one in of if not numbers[one]][:MOST_UNKNOWN]


def weights(found: Mapping[QueryWord, Collection[int]], total: int) -> dict[QueryWord, float]:
    """Return how much each word tells: the more, the fewer of all passages have it."""
    total = max([total, *map(len, found.values())])
    return {
        term: term.likeness * math.log1p((total - len(ids) + 0.5) / (len(ids) + 0.5))
        for term, ids in found.items()
        if ids
    }


def candidates(found: Mapping[QueryWord, Collection[int]], weight: Mapping[QueryWord, float]) -> list[int]:
    """Return the passages that share most with a question."""
    shared: defaultdict[int, float] = defaultdict(float)
    for term, ids in found.items():
        tells = weight.get(term, 0.0)
        for one in ids:
            shared[one] += tells
    least = min(nlargest(MOST_RANKED, shared.values()), default=0.0)
    enough = [one for one, share in shared.items() if share >= least]
    return sorted(enough, key=lambda one: (-shared[one], one))[:MOST_RANKED]


def ranked(found: Iterable[Candidate], weight: Mapping[QueryWord, float]) -> list[tuple[float, int]]:
    """Rank passages, the best first, and of equal ones the newest; one that several pages have is there once."""
    wanted = [(tells, [f" {form} " for form in term.forms]) for term, tells in weight.items()]
    scores = {one: _score(f"{one.words} ", wanted) for one in found}
    pages: defaultdict[int, list[float]] = defaultdict(list)
    for one, score in scores.items():
        pages[one.page].append(score)
    shares = {page: sum(score / at for at, score in enumerate(sorted(own)[::-1], 1)) for page, own in pages.items()}
    whole = {one: score + PAGE * shares[one.page] for one, score in scores.items()}
    shown: dict[str, Candidate] = {}
    for one in sorted(whole, key=lambda one: _order(one, whole[one])):
        shown.setdefault(_said(one.words), one)
    again: defaultdict[int, int] = defaultdict(int)
    kept: list[tuple[float, Candidate]] = []
    for one in shown.values():
        kept.append((whole[one] * AGAIN ** again[one.page], one))
        again[one.page] += 1
    return [(score, one.id) for score, one in sorted(kept, key=lambda pair: _order(pair[1], pair[0]))]


def _score(words: str, wanted: Sequence[tuple[float, Sequence[str]]]) -> float:
    """Return how well a passage's words fit, which begin with those of its headings."""
    at = words.index(BODY)
    length = 1 - B + B * words.count(" ", at) / LENGTH
    score, covered, most = 0.0, 0.0, 0.0
    for tells, forms in wanted:
        in_heads = in_body = 0
        for form in forms:
            in_heads += words.count(form, 0, at)
            in_body += words.count(form, at)
        if count := in_body / length + HEADING * in_heads:
            score += tells * count * (K1 + 1) / (count + K1)
            covered += tells
        most += tells
    return score * (1 + COVERAGE * covered / most) if covered else 0.0


def _order(one: Candidate, score: float) -> tuple[float, float, int]:
    return -round(score, 6), -(one.changed_at.timestamp() if one.changed_at else 0), one.id


def _said(words: str) -> str:
    """Return what two passages share that say the same, even if their pages have other titles."""
    _, _, body = words.partition(BODY)
    return body if body.count(" ") >= LEAST_ALIKE else words
