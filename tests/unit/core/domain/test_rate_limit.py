from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.rate_limit import LOWERED, SLOT, Window, slot_of

MINUTE = 60.0


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 30), st.floats(0, SLOT - 0.01)), min_size=1, max_size=60))
def test_no_minute_has_too_many(steps: list[tuple[float, int, float]]) -> None:
    """Calls are made at any time in the slot they were taken in, and reach Slack up to 3 s later."""
    window, now, limit, made = Window(), 1_000.0, 20, []
    for pause, wanted, late in steps:
        now += pause
        granted = window.take(now, wanted, limit)
        at = max(now, slot_of(now) * SLOT + late)
        made += [at] * granted
    for at in made:
        assert sum(at - MINUTE < other <= at for other in made) <= limit


def test_what_is_given_back_is_free() -> None:
    window = Window()
    assert window.take(100.0, 15, 20) == 15
    window.give_back(slot_of(100.0), 10)
    assert window.used(101.0) == 5
    assert window.take(101.0, 20, 20) == 15


def test_a_refusal_closes_and_lowers() -> None:
    window = Window()
    window.close(100.0, 30.0)
    assert window.take(129.0, 1, 20) == 0
    assert window.take(131.0, 20, 20) == 10
    assert window.take(131.0 + LOWERED, 20, 20) == 20


def test_a_window_survives_its_json() -> None:
    window = Window()
    window.take(100.0, 7, 20)
    assert Window.model_validate_json(window.model_dump_json()).used(100.0) == 7
