"""Periodic work, and the purge that is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.work import Delivery
from bot.work.job_retention import purge
from tests.integration.work.stand_ins import HeldHandler, RecordingGivenUp, RecordingHandler
from tests.support.turn import no_one

if TYPE_CHECKING:
    from bot.db.engine import Database
    from tests.integration.work.conftest import Replicas, Rows


async def test_two_replicas_share_a_period(replica: Replicas) -> None:
    replicas, handler = [replica(), replica()], HeldHandler()
    handler.let_go.set()
    for inbox in replicas:
        inbox.every("digest", 86_400, handler)
        await inbox.start()
    assert (await handler.started.get()).kind == "every:digest"
    for inbox in replicas:
        await inbox.idle()
    assert handler.started.empty()


async def test_the_next_slot_runs_again(replica: Replicas) -> None:
    inbox, handler = replica(), HeldHandler()
    handler.let_go.set()
    inbox.every("tick", 0.05, handler)
    await inbox.start()
    ids = [(await handler.started.get()).id for _ in range(3)]
    assert ids == sorted(set(ids))


async def test_rare_work_waits_for_calm(replica: Replicas, rows: Rows) -> None:
    inbox, often, rare = replica(startup_delay=3_600), HeldHandler(), HeldHandler()
    often.let_go.set()
    inbox.every("tick", 0.05, often)
    inbox.every("digest", 86_400, rare)
    await inbox.start()
    for _ in range(3):
        await often.started.get()
    assert await rows.of("every:digest") == []


async def test_rare_work_comes_after_it(replica: Replicas) -> None:
    inbox, rare = replica(startup_delay=0.05), HeldHandler()
    rare.let_go.set()
    inbox.every("digest", 86_400, rare)
    await inbox.start()
    assert (await rare.started.get()).kind == "every:digest"


async def test_old_jobs_are_purged(replica: Replicas, database: Database, rows: Rows) -> None:
    inbox = replica()
    inbox.handle("turn", RecordingHandler(ValueError()), RecordingGivenUp(), charge=no_one)
    inbox.every("digest", 86_400, RecordingHandler())
    await inbox.start()
    for i in range(3):
        await inbox.accept(Delivery(f"E{i}", "K1", "turn", {}))
    await inbox.accept(Delivery("every:digest:1", "every:digest", "every:digest", {}))
    await inbox.accept(Delivery("every:digest:2", "every:digest", "every:digest", {}))
    await inbox.idle()
    await inbox.stop(grace=0)
    await purge(database.writer)
    assert len(await rows.ids()) >= 5
    await purge(database.writer, kept=0)
    left = await rows.ids()
    assert "E0" in left  # it has failed
    assert not {"E1", "E2", "every:digest:1"} & set(left)
    assert len([name for name in left if name.startswith("every:digest:")]) == 1
