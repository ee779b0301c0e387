from __future__ import annotations

import asyncio

import pytest

from bot.core.cancel import cancel_on
from bot.errors import ModelStoppedError


async def cancelling() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else -1


async def test_work_is_done_in_the_callers_task() -> None:
    async def work() -> asyncio.Task[object] | None:
        return asyncio.current_task()

    assert await cancel_on(asyncio.Event(), work()) is asyncio.current_task()


@pytest.mark.parametrize("is_early", [True, False])
async def test_a_cancellation_ends_the_work_alone(*, is_early: bool) -> None:
    cancelled, ended = asyncio.Event(), asyncio.Event()
    if is_early:
        cancelled.set()

    async def work() -> None:
        try:
            asyncio.get_running_loop().call_soon(cancelled.set)
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(ModelStoppedError):
        await cancel_on(cancelled, work())
    assert ended.is_set()
    assert await cancelling() == 0
    await asyncio.sleep(0)  # nothing is left that would be raised here


async def test_a_failure_of_the_work_is_raised() -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        raise KeyError

    with pytest.raises(KeyError):
        await cancel_on(asyncio.Event(), work())


@pytest.mark.parametrize("is_set", [True, False])
async def test_a_cancelled_caller_stays_cancelled(*, is_set: bool) -> None:
    cancelled, begun = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    caller = asyncio.create_task(cancel_on(cancelled, work()))
    await begun.wait()
    if is_set:
        cancelled.set()
        await asyncio.sleep(0)  # who waits for it hears of it, and cancels
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_a_deadline_outside_still_holds() -> None:
    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await cancel_on(asyncio.Event(), work())
