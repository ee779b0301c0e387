"""Tests of the calls that a job leaves when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot import turn
from bot.calls import Call
from bot.core.tools.progress import KEY, AnswerProgress, keep
from bot.jobs import call_ledger
from tests.support.turn import StandInJob, begin_turn

if TYPE_CHECKING:
    from bot.work import Finish, Job

NOW = datetime(2026, 12, 1, tzinfo=UTC)
FIRST, SECOND = (
    Call("answer", "m", NOW + timedelta(seconds=second), 1, 1, 10, 5, 0, 0, "tool_use", None, "ok")
    for second in range(2)
)


async def give_up(_job: Job, error: Exception) -> Finish | None:
    assert str(error) == "killed"
    return None


async def given_up(job: Any) -> list[Call]:
    context = turn.current()
    assert context is not None
    await call_ledger.with_kept(give_up)(job, ValueError("killed"))
    return context.spending.calls


@pytest.mark.parametrize("noted", [(), (FIRST,), (FIRST, SECOND)])
async def test_a_killed_try_leaves_its_calls(noted: tuple[Call, ...]) -> None:
    job = StandInJob()
    await keep(AnswerProgress(calls=(FIRST, SECOND)), job)
    begin_turn()
    for call in noted:
        turn.note(call)
    assert await given_up(job) == [FIRST, SECOND]


async def test_another_versions_rounds_are_left() -> None:
    job = StandInJob()
    await job.keep(KEY, '{"rounds": 7}')
    begin_turn()
    assert await given_up(job) == []
