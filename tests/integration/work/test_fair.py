"""Shares take turns when there is more work than room."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.work import Delivery
from bot.work.accept import Acceptance
from bot.work.group_commit import Commits
from tests.integration.work.stand_ins import FlakyError, RecordingGivenUp, RecordingHandler
from tests.support.turn import no_one

if TYPE_CHECKING:
    from bot.db.engine import Database
    from bot.work import Job
    from tests.integration.work.conftest import Replicas, Rows


class SteppedHandler:
    """Notes who starts, and lets each run until the test lets one of them end."""

    def __init__(self) -> None:
        self.started: asyncio.Queue[str] = asyncio.Queue()
        self._ends = asyncio.Semaphore(0)

    async def __call__(self, job: Job) -> None:
        self.started.put_nowait(job.id)
        await self._ends.acquire()

    async def next(self, count: int = 1) -> list[str]:
        """Return who starts next."""
        return [await self.started.get() for _ in range(count)]

    async def after_one(self) -> str:
        """Let one end; return who starts in its place."""
        self._ends.release()
        return await self.started.get()


def turn(name: str) -> Delivery:
    """Make a delivery of a thread of its own: "A1" is in the share "A"."""
    return Delivery(name, f"K{name}", "turn", {}, share=name[0])


async def accept_all(database: Database, *names: str) -> None:
    """Accept deliveries in one commit."""
    acceptance = Acceptance(Commits(database.writer), lambda: None, within=30)
    assert all(await asyncio.gather(*(acceptance.accept(turn(name)) for name in names)))


async def order(replica: Replicas) -> list[str]:
    """Run what waits one by one; return the order."""
    inbox, handler = replica(running=1), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.idle()
    return handler.ids


async def test_shares_take_turns(replica: Replicas, database: Database) -> None:
    await accept_all(database, "A1", "A2", "A3", "A4")
    await accept_all(database, "B1", "B2", "C1")
    assert await order(replica) == ["A1", "B1", "C1", "A2", "B2", "A3", "A4"]


async def test_one_commit_may_hold_several_shares(replica: Replicas, database: Database) -> None:
    await accept_all(database, "A1", "A2", "B1", "A3", "B2", "C1")
    assert await order(replica) == ["A1", "B1", "C1", "A2", "B2", "A3"]


async def test_a_burst_holds_up_no_other(replica: Replicas, database: Database) -> None:
    inbox, handler = replica(running=3), SteppedHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await accept_all(database, *(f"A{i}" for i in range(50)))
    await inbox.start()
    assert await handler.next(3) == ["A0", "A1", "A2"]
    await inbox.accept(turn("B1"))
    assert await handler.after_one() == "B1"
    assert await handler.after_one() == "A3"


async def test_a_newcomer_has_no_arrears(replica: Replicas, database: Database) -> None:
    inbox, handler = replica(running=1), SteppedHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await accept_all(database, *(f"A{i}" for i in range(9)))
    await inbox.start()
    await handler.next()
    assert [await handler.after_one() for _ in range(3)] == ["A1", "A2", "A3"]
    await accept_all(database, "B1", "B2", "B3")
    assert [await handler.after_one() for _ in range(6)] == ["B1", "A4", "B2", "A5", "B3", "A6"]


async def test_one_at_a_time_gains_nothing(replica: Replicas, database: Database) -> None:
    inbox, handler = replica(running=1), SteppedHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await accept_all(database, *(f"A{i}" for i in range(9)))
    await inbox.start()
    assert await handler.next() == ["A0"]
    started = []
    for i in range(3):
        await inbox.accept(turn(f"B{i}"))
        started += [await handler.after_one(), await handler.after_one()]
    assert started == ["B0", "A1", "B1", "A2", "B2", "A3"]


async def test_a_lane_keeps_its_order(replica: Replicas, database: Database) -> None:
    acceptance = Acceptance(Commits(database.writer), lambda: None, within=30)
    for name, share in (("E1", "A"), ("E2", "A"), ("E3", "B"), ("E4", "A")):
        await acceptance.accept(Delivery(name, "K1", "turn", {}, share=share))
    assert await order(replica) == ["E1", "E2", "E3", "E4"]


async def test_a_retry_keeps_its_round(replica: Replicas, rows: Rows) -> None:
    inbox, handler = replica(), RecordingHandler(FlakyError())
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.accept(turn("A1"))
    await rows.set("A1", round=7)
    await inbox.start()
    await inbox.idle()
    assert (await rows.get("A1")).round == 7


async def test_idle_shares_begin_together(database: Database, rows: Rows) -> None:
    await accept_all(database, "A1", "A2", "A3")
    for name in ("A1", "A2", "A3"):
        await rows.set(name, status=2, token=1)
    await accept_all(database, "A4", "B1")
    assert [(await rows.get(name)).round for name in ("A3", "A4", "B1")] == [2, 0, 0]


@pytest.mark.parametrize("status", [0, 1])
async def test_none_begins_before_what_has_begun(database: Database, rows: Rows, status: int) -> None:
    await accept_all(database, "A1")
    await rows.set("A1", status=status, token=1, round=5)
    await accept_all(database, "B1", "A2")
    assert [(await rows.get(name)).round for name in ("A1", "A2", "B1")] == [5, 6, 5]
