"""Measure how well items were classified, against what people say they are.

The measures are the usual ones (https://en.wikipedia.org/wiki/F-score): twenty lines, where scikit-learn and its
dependencies are a hundred megabytes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.domain.category import UNCLASSIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Measure:
    """One category's measures, from 0 to 1."""

    precision: float
    recall: float
    f1: float
    support: int  # how many items are of it


@dataclass(slots=True)
class Score:
    """Counts pairs of an item's true and given category."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Score:
        """Count pairs of an item's true and given category, "" for "unclassified"."""
        return cls(Counter((true, given or UNCLASSIFIED) for true, given in pairs))

    @property
    def total(self) -> int:
        """The number of items."""
        return self.pairs.total()

    @property
    def accuracy(self) -> float:
        """The share of items that were classified correctly; 0 if there are none."""
        return sum(n for (true, given), n in self.pairs.items() if true == given) / self.total if self.total else 0.0

    @property
    def categories(self) -> list[str]:
        """All categories that occur, the most frequent first; those that were only given come last."""
        true = Counter[str]()
        for (name, _), count in self.pairs.items():
            true[name] += count
        given = sorted({name for _, name in self.pairs} - true.keys())
        return [name for name, _ in true.most_common()] + given

    def measure(self, category: str) -> Measure:
        """Return one category's measures; a ratio of nothing counts as 0."""
        right = self.pairs[category, category]
        support = sum(n for (true, _), n in self.pairs.items() if true == category)
        given = sum(n for (_, name), n in self.pairs.items() if name == category)
        precision, recall = right / given if given else 0.0, right / support if support else 0.0
        both = precision + recall
        return Measure(precision, recall, 2 * precision * recall / both if both else 0.0, support)

    @property
    def f1(self) -> float:
        """The mean F1 of all true categories (macro F1), so that rare ones count as much as others."""
        measures = [measure for name in self.categories if (measure := self.measure(name)).support]
        return sum(measure.f1 for measure in measures) / len(measures) if measures else 0.0


def table(score: Score) -> str:
    """Write the measures and the confusion matrix, for a terminal."""
    names = score.categories
    width = max([8, *(min(30, len(name)) for name in names)])
    lines = [f"{'category':<{width}}  precision  recall     f1  support"]  # not for people: a terminal's
    for name in names:
        one = score.measure(name)
        numbers = f"{one.precision:9.3f}  {one.recall:6.3f}  {one.f1:5.3f}  {one.support:7d}"
        lines.append(f"{name[:30]:<{width}}  {numbers}")
    lines += ["", f"accuracy {score.accuracy:.3f}, macro F1 {score.f1:.3f}, {score.total:,} messages", ""]
    confusion = "rows are what the messages are, columns what they were sorted as"  # not for people: as above
    lines.append(f"confusion: {confusion}")
    lines.append(" " * (width + 6) + "".join(f"{f'({n + 1})':>6}" for n in range(len(names))))
    for number, true in enumerate(names, start=1):
        counts = "".join(f"{score.pairs[true, given] or '·':>6}" for given in names)
        lines.append(f"{f'({number})':>5} {true[:30]:<{width}}{counts}")
    return "\n".join(lines)
