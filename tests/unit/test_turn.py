from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot import turn
from bot.calls import Call, Purpose
from bot.turn import NO_ONE, CostCenter
from tests.support.turn import begin_turn

CALL = Call(Purpose.ANSWER, "m", datetime(2026, 11, 30, tzinfo=UTC), 1, None, 1, 1, 0, 0, None, None, "ok")
ANNA = CostCenter("T1", "C1", person="U1")


async def test_no_call_is_on_no_account() -> None:
    with pytest.raises(RuntimeError):
        turn.spending()
    begin_turn(cost_center=NO_ONE)
    with pytest.raises(RuntimeError):
        turn.spending()
    turn.charge(ANNA)
    assert turn.spending().cost_center == ANNA


async def test_outside_of_a_turn_nothing_is_known() -> None:
    turn.note(CALL)
    turn.check()
    assert (turn.reference(), turn.request(), turn.current()) == ("", "", None)


async def test_a_request_is_named_after_its_turn() -> None:
    begin_turn(reference="t-7", cost_center=ANNA)
    assert turn.request() == "t-7"
    turn.charge(CostCenter("T1", "C1", person="U1", request="run"))
    assert turn.request() == "run"
    turn.charge(CostCenter("T1", "C1"))
    assert turn.request() == ""


async def test_requests_side_by_side_are_metered_apart() -> None:
    context = begin_turn(cost_center=ANNA)

    async def ask(tries: int) -> int:
        with turn.metered() as calls:
            for _ in range(tries):
                await asyncio.sleep(0)
                turn.note(CALL)
        return len(calls)

    assert tuple(await asyncio.gather(ask(1), ask(3))) == (1, 3)
    assert len(context.spending.calls) == 4


async def test_notes_are_of_one_answer() -> None:
    begin_turn()

    async def answer(note: str) -> list[str]:
        notes, context = turn.noting(), turn.current()
        await asyncio.sleep(0)
        assert context
        assert context.notes is notes
        notes.append(note)
        return notes

    assert tuple(await asyncio.gather(answer("a"), answer("b"))) == (["a"], ["b"])
