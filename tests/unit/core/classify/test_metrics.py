from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.classify import metrics
from bot.core.classify.metrics import Measure, Score

PAIRS = [("A", "A")] * 3 + [("A", "B")] + [("B", "B")] * 2 + [("B", "")] + [("C", "A")]


def test_measures_are_the_usual_ones() -> None:
    found = Score.of(PAIRS)
    assert found.accuracy == pytest.approx(5 / 8)
    assert found.measure("A") == Measure(3 / 4, 3 / 4, 3 / 4, 4)
    assert found.measure("B").f1 == pytest.approx(2 / 3)
    assert found.measure("C") == Measure(0, 0, 0, 1)
    assert found.f1 == pytest.approx((3 / 4 + 2 / 3 + 0) / 3)
    assert found.categories == ["A", "B", "C", "Unclassified"]


def test_the_confusion_is_shown() -> None:
    written = metrics.table(Score.of(PAIRS))
    assert "accuracy 0.625, macro F1 0.472, 8 messages" in written
    assert written.splitlines()[-4].split() == ["(1)", "A", "3", "1", "·", "·"]


def test_nothing_scores_nothing() -> None:
    assert (Score().accuracy, Score().f1) == (0, 0)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["A", "B", "C", ""])), min_size=1))
def test_all_scores_are_shares(pairs: list[tuple[str, str]]) -> None:
    found = Score.of(pairs)
    assert 0 <= found.f1 <= 1
    assert 0 <= found.accuracy <= 1
    assert sum(found.measure(name).support for name in found.categories) == len(pairs)
    assert metrics.table(found)
