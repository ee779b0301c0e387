"""What failed for good: seen, retried, discarded, purged."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.work import Delivery
from bot.work.dead_letters import discard, failures, retry
from bot.work.delivery import reference_of
from bot.work.job_retention import purge
from tests.integration.work.stand_ins import FlakyError, RecordingGivenUp, RecordingHandler
from tests.support.turn import no_one

if TYPE_CHECKING:
    from bot.db.engine import Database
    from bot.work import Job
    from tests.integration.work.conftest import Replicas, Rows

DAY = 86_400.0


def turn(name: str, key: str = "K1") -> Delivery:
    return Delivery(name, key, "turn", {"text": "secret"})


async def fail(replica: Replicas, *names: str) -> None:
    """Let deliveries fail for good, each after it has kept something."""

    async def handle(job: Job) -> None:
        await job.keep("ts", f"secret {job.id}")
        raise ValueError("secret")

    inbox = replica()
    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    for name in names:
        await inbox.accept(turn(name))
    await inbox.idle()
    await inbox.stop(grace=0)


async def test_failures_are_listed_without_words(replica: Replicas, database: Database) -> None:
    await fail(replica, "E1", "E2")
    first, second = await failures(database.reader)
    assert (first.reference, second.reference) == (reference_of("E1"), reference_of("E2"))
    assert (first.kind, first.attempts, first.cause) == ("turn", 1, "ValueError")
    assert abs(first.failed_at - datetime.now(UTC)) < timedelta(seconds=30)
    assert "secret" not in str(first)


async def test_what_passes_is_gone_with_the_last_attempt(replica: Replicas, rows: Rows) -> None:
    """It serves the attempts between, also where a job is given up before its handler is asked again."""
    handler, kept = RecordingHandler(FlakyError(), FlakyError(), FlakyError()), list[str | None]()

    async def handle(job: Job) -> None:
        kept.append(job.get("found"))
        await job.keep("found", f"elsewhere {job.attempt}")
        await job.keep("ts", "1.0")
        await handler(job)

    inbox = replica(attempts=2)
    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one, passing=["found"])
    await inbox.accept(turn("E1"))
    await inbox.accept(turn("E2"))
    await rows.set("E2", attempts=99, state='{"found": "elsewhere", "ts": "2.0"}')
    await inbox.start()
    await inbox.idle()
    assert kept == [None, "elsewhere 1"]
    assert [(row.status, row.state) for row in await rows.of("turn")] == [(3, '{"ts": "1.0"}'), (3, '{"ts": "2.0"}')]


async def test_a_retry_starts_afresh(replica: Replicas, database: Database, rows: Rows) -> None:
    await fail(replica, "E1")
    await rows.set("E1", tried=599, attempts=8)
    assert await retry(database.writer, reference_of("E1")) == 1
    inbox, handler, given_up = replica(), RecordingHandler(FlakyError()), RecordingGivenUp()
    inbox.handle("turn", handler, given_up, charge=no_one)
    await inbox.start()
    await inbox.idle()
    assert handler.attempts == [1, 2]
    assert handler.jobs[0].payload == {"text": "secret"}
    assert handler.jobs[0].get("ts") == "secret E1"
    assert given_up.told == []
    row = await rows.get("E1")
    assert (row.status, row.cause) == (2, None)


async def test_a_retry_takes_its_old_place(replica: Replicas, database: Database) -> None:
    await fail(replica, "E1")
    inbox, handler = replica(), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.accept(turn("E2"))
    await retry(database.writer, reference_of("E1"))
    await inbox.start()
    await inbox.idle()
    assert handler.ids == ["E1", "E2"]


async def test_a_running_inbox_finds_retries(replica: Replicas, database: Database) -> None:
    await fail(replica, "E1")
    inbox, ran = replica(), asyncio.Event()

    async def handle(_job: Job) -> None:
        ran.set()

    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.idle()
    await retry(database.writer, None)
    await ran.wait()


async def test_discarding_leaves_no_words(replica: Replicas, database: Database, rows: Rows) -> None:
    await fail(replica, "E1", "E2")
    assert await discard(database.writer, reference_of("E1")) == 1
    assert "secret" not in str(await rows.get("E1"))
    assert "secret" in str(await rows.get("E2"))
    assert [one.reference for one in await failures(database.reader)] == [reference_of("E2")]
    assert not await replica().accept(turn("E1"))


async def test_all_that_failed_is_meant(replica: Replicas, database: Database, rows: Rows) -> None:
    await fail(replica, "E1", "E2")
    await replica().accept(turn("E3"))
    assert await discard(database.writer, None) == 2
    assert (await rows.get("E3")).payload == '{"text": "secret"}'


async def test_what_did_not_fail_is_unknown(replica: Replicas, database: Database, rows: Rows) -> None:
    await replica().accept(turn("E1"))
    assert await retry(database.writer, reference_of("E1")) == 0
    assert await discard(database.writer, reference_of("E1")) == 0
    assert await discard(database.writer, "nonsense") == 0
    assert (await rows.get("E1")).status == 0


async def test_failures_are_kept_a_month(replica: Replicas, database: Database, rows: Rows) -> None:
    await fail(replica, "E1", "E2")
    now = datetime.now(UTC).timestamp()
    await rows.set("E1", finished_at=now - 29 * DAY)
    await rows.set("E2", finished_at=now - 31 * DAY)
    await purge(database.writer)
    assert [one.reference for one in await failures(database.reader)] == [reference_of("E1")]


async def test_an_inbox_may_keep_failures_shorter(replica: Replicas, database: Database, rows: Rows) -> None:
    await fail(replica, "E1", "E2")
    await rows.set("E1", finished_at=datetime.now(UTC).timestamp() - 2 * DAY)
    await rows.forget("every:purge")
    inbox = replica(failed_kept=DAY)
    await inbox.start()
    while len(await failures(database.reader)) > 1:
        await inbox.idle()
    assert [one.reference for one in await failures(database.reader)] == [reference_of("E2")]
