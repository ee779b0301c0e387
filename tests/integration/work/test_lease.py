"""Replicas that die, freeze or lose the database: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot import turn
from bot.calls import Call, Purpose
from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import Record
from bot.db.store import sql_store
from bot.db.threads import record
from bot.work import AbandonedError, Delivery, LeaseLostError
from tests.integration.work import dying_replica
from tests.integration.work.stand_ins import FlakyError, HeldHandler, RecordingGivenUp, RecordingHandler
from tests.support.bot_process import FORK_SERVER
from tests.support.clock import around_the_loop, turn_clock
from tests.support.turn import no_one

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.db.engine import Database
    from bot.work import Finish, Job
    from tests.integration.work.conftest import Replicas, Rows

PLACE = Place("T1", "C1", "1")
E1 = Delivery("E1", "K1", "turn", {"text": "Hello"})
LEASE = 30.0  # seconds, which only the tests' own clock makes short


def saying(words: str) -> Finish:
    """Finish by recording a message."""

    def finish(connection: Connection) -> None:
        record(connection, Record(PLACE, "U1", messages=(Message(Role.ASSISTANT, "", words),)))

    return finish


async def said(database: Database) -> list[str]:
    return [message.text for message in (await sql_store(database).threads.load(PLACE)).messages]


async def let_run_out(held: HeldHandler) -> None:
    """Let a lease run out that can't be renewed."""
    while held.cancelled.empty():
        turn_clock(LEASE / 3)
        await around_the_loop()


async def test_done_and_recorded_are_one(replica: Replicas, database: Database, rows: Rows) -> None:
    inbox = replica()
    inbox.handle("turn", RecordingHandler(finish=saying("Hi")), RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await inbox.idle()
    assert await said(database) == ["Hi"]
    assert (await rows.get("E1")).status == 2


async def test_a_failing_finish_leaves_nothing(replica: Replicas, database: Database) -> None:
    def finish(connection: Connection) -> None:
        saying("Hi")(connection)
        if handler.attempts == [1]:
            raise FlakyError

    inbox, handler = replica(), RecordingHandler(finish=finish)
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await inbox.idle()
    assert handler.attempts == [1, 2]
    assert await said(database) == ["Hi"]


async def test_failed_and_recorded_are_one(replica: Replicas, database: Database, rows: Rows) -> None:
    inbox = replica()
    inbox.handle("turn", RecordingHandler(ValueError()), RecordingGivenUp(finish=saying("Sorry")), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await inbox.idle()
    assert await said(database) == ["Sorry"]
    assert (await rows.get("E1")).status == 3


async def test_an_expired_lease_is_taken_over(replica: Replicas, rows: Rows) -> None:
    frozen, held = replica(lease=60, running=1), HeldHandler()
    frozen.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await frozen.start()
    await frozen.accept(E1)
    await held.started.get()
    other, handler = replica(lease=LEASE), HeldHandler()
    other.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await other.start()
    await rows.set("E1", lease_until=0)
    turn_clock(LEASE / 3)
    assert (await handler.started.get()).attempt == 1


async def test_a_zombie_cannot_write_over_its_successor(replica: Replicas, database: Database, rows: Rows) -> None:
    frozen, held = replica(lease=60, running=1), HeldHandler(finish=saying("from the grave"))
    frozen.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await frozen.start()
    await frozen.accept(E1)
    await held.started.get()
    other, successor = replica(lease=LEASE), HeldHandler(finish=saying("Hi"))
    other.handle("turn", successor, RecordingGivenUp(), charge=no_one)
    await other.start()
    await rows.set("E1", lease_until=0)
    turn_clock(LEASE / 3)
    await successor.started.get()
    held.let_go.set()
    await frozen.idle()
    assert await said(database) == []
    successor.let_go.set()
    await other.idle()
    assert await said(database) == ["Hi"]
    assert (await rows.get("E1")).token == 2


async def test_a_zombie_cannot_keep_anything(replica: Replicas, rows: Rows) -> None:
    frozen, held = replica(lease=60, running=1), HeldHandler()
    frozen.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await frozen.start()
    await frozen.accept(E1)
    zombie = await held.started.get()
    other, successor = replica(lease=LEASE), HeldHandler()
    other.handle("turn", successor, RecordingGivenUp(), charge=no_one)
    await other.start()
    await rows.set("E1", lease_until=0)
    turn_clock(LEASE / 3)
    job = await successor.started.get()
    await job.keep("ts", "2")
    with pytest.raises(LeaseLostError):
        await zombie.keep("ts", "1")
    with pytest.raises(LeaseLostError):
        zombie.check()
    assert zombie.get("ts") is None
    assert (await rows.get("E1")).state == '{"ts": "2"}'


async def test_a_lost_job_is_cancelled_unmarked(replica: Replicas, rows: Rows) -> None:
    inbox, held = replica(lease=LEASE), HeldHandler()
    inbox.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await held.started.get()
    await rows.set("E1", owner="another replica", token=2, lease_until=9e9)
    turn_clock(LEASE / 3)
    assert (await held.cancelled.get()).id == "E1"
    row = await rows.get("E1")
    assert (row.status, row.owner, row.token, row.attempts) == (1, "another replica", 2, 1)


async def test_a_renewed_lease_outlasts_its_length(
    replica: Replicas, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    inbox, held = replica(lease=LEASE), HeldHandler()
    inbox.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    job = await held.started.get()
    for kind in ("odd", "strange", "queer", "weird"):  # which are logged just after each renewal
        before = (await rows.get("E1")).lease_until
        await inbox.accept(Delivery(kind, kind, kind, {}))
        turn_clock(LEASE / 3)
        while f"the kind {kind}" not in caplog.text:  # noqa: ASYNC110 (a log tells no one)
            await asyncio.sleep(0.01)
        job.check()
        assert (await rows.get("E1")).lease_until > before
    held.let_go.set()
    await inbox.idle()
    assert job.attempt == 1


async def test_who_cannot_renew_stops(replica: Replicas, rows: Rows) -> None:
    inbox, held = replica(lease=LEASE), HeldHandler()
    inbox.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    job = await held.started.get()
    job.check()
    async with rows.locked():
        await let_run_out(held)
        assert await held.cancelled.get() is job
        with pytest.raises(LeaseLostError):
            job.check()
    turn_clock(LEASE / 3)
    assert (await held.started.get()).attempt == 1


async def test_stopping_hands_back_what_runs(replica: Replicas, rows: Rows) -> None:
    inbox, held = replica(), HeldHandler()
    inbox.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await held.started.get()
    await inbox.stop(grace=0)
    row = await rows.get("E1")
    assert (row.status, row.attempts, row.owner) == (0, 0, None)
    other, handler = replica(), RecordingHandler()
    other.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await other.start()
    await other.idle()
    assert handler.attempts == [1]


CALL = Call(Purpose.ANSWER, "m", datetime(2026, 11, 30, tzinfo=UTC), 1, None, 1, 1, 0, 0, None, None, "ok")


class Calling:
    """A handler that makes a call to the model and waits to be cancelled; how many calls were written down."""

    def __init__(self) -> None:
        self.held, self.written = HeldHandler(), 0

    async def __call__(self, job: Job) -> Finish | None:
        turn.note(CALL)
        return await self.held(job)

    def write(self, _connection: Connection, spending: turn.Spending) -> None:
        self.written += len(spending.calls)


async def test_handing_back_writes_the_calls(replica: Replicas, rows: Rows) -> None:
    calling = Calling()
    inbox = replica(recorder=calling.write)
    inbox.handle("turn", calling, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await inbox.accept(Delivery("E2", "K2", "turn", {}))
    for _ in range(2):
        await calling.held.started.get()
    await inbox.stop(grace=0)
    assert calling.written == 2
    assert [(await rows.get(name)).status for name in ("E1", "E2")] == [0, 0]


async def test_a_lost_job_writes_its_calls(replica: Replicas, rows: Rows) -> None:
    calling = Calling()
    inbox = replica(lease=LEASE, recorder=calling.write)
    inbox.handle("turn", calling, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await calling.held.started.get()
    await rows.set("E1", owner="another replica", token=2, lease_until=9e9)
    turn_clock(LEASE / 3)
    await calling.held.cancelled.get()
    await inbox.stop(grace=0)
    assert calling.written == 1
    assert (await rows.get("E1")).owner == "another replica"


async def test_handing_back_outlasts_a_failing_recorder(replica: Replicas, rows: Rows) -> None:
    def write(_connection: Connection, _spending: turn.Spending) -> None:
        raise ValueError

    async def handler(job: Job) -> Finish | None:
        turn.note(CALL)
        return await held(job)

    inbox, held = replica(recorder=write), HeldHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await held.started.get()
    await inbox.stop(grace=0)
    assert (await rows.get("E1")).status == 0


async def test_stopping_waits_for_what_runs(replica: Replicas, rows: Rows) -> None:
    inbox, held = replica(), HeldHandler()
    inbox.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await inbox.accept(Delivery("E2", "K1", "turn", {}))
    await held.started.get()
    stopping = asyncio.create_task(inbox.stop(grace=30))
    await asyncio.sleep(0)
    held.let_go.set()
    await stopping
    assert (await rows.get("E1")).status == 2
    assert (await rows.get("E2")).status == 0
    assert held.cancelled.empty()


async def test_what_comes_while_stopped_is_run_later(replica: Replicas) -> None:
    inbox = replica()
    await inbox.start()
    await inbox.stop(grace=0)
    assert await inbox.accept(E1)
    other, handler = replica(), RecordingHandler()
    other.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await other.start()
    await other.idle()
    assert handler.ids == ["E1"]


async def die(url: str, lease: float) -> None:
    """Accept E1, and be killed while it runs."""
    process = FORK_SERVER.Process(target=dying_replica.live, args=(url, lease), daemon=True)
    await asyncio.to_thread(process.start)
    await asyncio.to_thread(process.join)
    assert process.exitcode == -signal.SIGKILL


async def test_a_killed_replica_is_replaced(url: str, replica: Replicas) -> None:
    await die(url, lease=0.5)
    inbox, handler = replica(lease=1), HeldHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    job = await handler.started.get()
    assert job.attempt == 1
    assert job.get("ts") == "1"


async def test_a_sole_process_does_not_wait(sqlite_url: str, sqlite_replica: Replicas) -> None:
    await die(sqlite_url, lease=3600)
    inbox, handler = sqlite_replica(lease=3600), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.idle()
    assert handler.attempts == [1]


async def test_a_second_process_takes_nothing(replica: Replicas) -> None:
    inbox, held = replica(), HeldHandler()
    inbox.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    job = await held.started.get()
    other, handler = replica(), RecordingHandler()
    for kind in ("turn", "other"):
        other.handle(kind, handler, RecordingGivenUp(), charge=no_one)
    await other.start()
    await other.accept(Delivery("E2", "K2", "other", {}))
    await other.idle()
    await job.keep("ts", "1")
    assert handler.ids == ["E2"]


async def test_a_deadly_job_does_not_loop(replica: Replicas, rows: Rows) -> None:
    inbox, handler, given_up = replica(attempts=5), RecordingHandler(), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.accept(E1)
    await rows.set("E1", attempts=5)
    await inbox.start()
    await inbox.idle()
    ((name, error),) = given_up.told
    assert name == "E1"
    assert isinstance(error, AbandonedError)
    assert handler.jobs == []
    assert (await rows.get("E1")).cause == "AbandonedError"


async def test_deadly_telling_does_not_loop(replica: Replicas, rows: Rows) -> None:
    inbox, handler, given_up = replica(attempts=5), RecordingHandler(), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.accept(E1)
    await rows.set("E1", attempts=8, cause="ValueError")
    await inbox.start()
    await inbox.idle()
    assert given_up.told == []
    assert handler.jobs == []
    assert (await rows.get("E1")).status == 3


@pytest.mark.postgresql
async def test_finishing_outlasts_a_lost_connection(postgresql_replica: Replicas) -> None:
    ran: list[str] = []

    def finish(connection: Connection) -> None:
        ran.append("finish")
        if len(ran) == 1:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    inbox, handler = postgresql_replica(), RecordingHandler(finish=finish)
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await inbox.idle()
    assert ran == ["finish", "finish"]
    assert handler.attempts == [1]


async def test_no_delivery_is_promised_without_database(replica: Replicas, rows: Rows) -> None:
    inbox, handler = replica(), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.idle()
    async with rows.locked():
        accepting = asyncio.create_task(inbox.accept(E1))
        await around_the_loop()
        turn_clock(30)
        with pytest.raises(TimeoutError):
            await accepting
    await inbox.accept(E1)
    await inbox.idle()
    assert handler.ids == ["E1"]


async def test_suspects_are_acquitted_by_a_death_without_them(replica: Replicas, rows: Rows, url: str) -> None:
    """They were kept out of the process that died; one that has crashed in quarantine is not let out."""
    inbox = replica()
    for name in ("innocent", "guilty"):
        await inbox.accept(Delivery(name, name, "turn", {}))
    await rows.set("innocent", deaths=2)
    await rows.set("guilty", deaths=2, crashes=1)
    await die(url, lease=LEASE)
    await rows.set("E1", lease_until=0)
    other, handler = replica(lease=LEASE), HeldHandler()
    other.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await other.start()
    await around_the_loop()
    turn_clock(LEASE / 3)
    assert {(await handler.started.get()).id for _ in range(2)} == {"E1", "innocent"}
    assert ((await rows.get("innocent")).deaths, (await rows.get("guilty")).deaths) == (1, 2)
    assert (await rows.get("E1")).deaths == 1
    assert (await rows.get("guilty")).status == 0


async def test_an_outage_is_nobodys_death(replica: Replicas, rows: Rows) -> None:
    inbox, held = replica(lease=LEASE), HeldHandler()
    inbox.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.accept(E1)
    await held.started.get()
    async with rows.locked():
        await let_run_out(held)
        await held.cancelled.get()
    turn_clock(LEASE / 3)
    assert (await held.started.get()).attempt == 1
    assert (await rows.get("E1")).deaths == 0
