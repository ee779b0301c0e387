"""Some of the faults that `python -m benchmarks.faults` lets turns meet, and what people are left with, each time."""

from __future__ import annotations

import pytest

from tests.support.faults import CASES, WHOLE, meet

TURNS = 6


@pytest.mark.parametrize(
    "title",
    [
        "each call: 500, 3 of 10",
        "each call: reset after it took effect, 3 of 10",
        "edit refused: block_mismatch, streams die",
        "Claude: hangs before its first byte",
    ],
)
async def test_a_fault_leaves_nothing_odd(title: str, database_url: str) -> None:
    case = CASES[title]
    result = await meet(case, database_url, turns=TURNS, pace=0.1, deadline=40)
    assert result.violations == []
    assert result.outcomes.total() == TURNS
    assert result.outcomes.keys() <= {WHOLE, *case.allowed}
