"""Find the settled examples that are most like what is to be classified: TF-IDF over trigrams."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from bot.core.trigrams import trigrams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.classification import Example
    from bot.core.domain.classify_item import Item

MOST_CORRECTIONS = 1_000  # that are searched for examples
SHOWN = 400  # characters of an example in a prompt
MOST_EXAMPLES = 12  # in one call
COMMON = 0.2  # of many texts: a trigram in more of them tells little, and takes most of the time
MANY = 50
LEAST_ALIKE = 0.1  # below, two texts share no more than their language


class Nearest:
    """Examples, indexed. Building the index takes some milliseconds for a thousand; it does not change afterwards."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._examples = examples
        counted = [Counter(trigrams(example.text)) for example in examples]
        spread = Counter(gram for grams in counted for gram in grams)
        self._rarity = {gram: math.log((1 + len(examples)) / (1 + count)) + 1 for gram, count in spread.items()}
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        most = COMMON * len(examples) if len(examples) >= MANY else len(examples)
        for number, grams in enumerate(counted):
            for gram, weight in self._weighted(grams).items():
                if spread[gram] <= most:
                    self._postings[gram].append((number, weight))

    def to(self, items: Sequence[Item]) -> list[Example]:
        """Return the examples that are most like any of these items, the nearest first, at most twelve."""
        best: dict[int, float] = defaultdict(float)
        for item in items if self._examples else ():
            for number, likeness in self._alike(item.text).items():
                best[number] = max(best[number], likeness)
        ranked = sorted((number for number in best if best[number] >= LEAST_ALIKE), key=lambda n: (-best[n], n))
        return [self._examples[number] for number in ranked[:MOST_EXAMPLES]]

    def _alike(self, text: str) -> Mapping[int, float]:
        found: dict[int, float] = defaultdict(float)
        for gram, weight in self._weighted(Counter(trigrams(text))).items():
            for number, other in self._postings.get(gram, ()):
                found[number] += weight * other
        return found

    def _weighted(self, grams: Counter[str]) -> dict[str, float]:
        usual = math.log(1 + len(self._examples)) + 1
        weights = {gram: (1 + math.log(n)) * self._rarity.get(gram, usual) for gram, n in grams.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / length for gram, weight in weights.items()}
