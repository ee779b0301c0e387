"""Slots of periodic work."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.work.periodic import Period

DAILY = Period("digest", 86_400)
MIDNIGHT = 1_795_392_000.0


def test_a_slot_has_one_delivery() -> None:
    assert DAILY.delivery(MIDNIGHT) == DAILY.delivery(MIDNIGHT + 86_399.9)
    assert DAILY.delivery(MIDNIGHT).id == "every:digest:20780"


def test_the_next_slot_has_another() -> None:
    assert DAILY.delivery(MIDNIGHT).id != DAILY.delivery(MIDNIGHT + 86_400).id
    assert DAILY.delivery(MIDNIGHT).key == DAILY.delivery(MIDNIGHT + 86_400).key


@given(now=st.floats(MIDNIGHT, MIDNIGHT * 2), seconds=st.floats(1, 1_000_000))
def test_a_wait_ends_with_its_slot(now: float, seconds: float) -> None:
    assert 0 < Period("x", seconds).wait(now) <= seconds
