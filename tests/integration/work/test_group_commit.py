"""Writes that share commits: fewer of them, and nobody's trouble is a neighbor's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import Record
from bot.db.store import sql_store
from bot.db.threads import record
from bot.work import Delivery
from bot.work.group_commit import MOST_IN_ONE_COMMIT, Commits
from tests.integration.work.stand_ins import FlakyError, HeldHandler, RecordingGivenUp
from tests.support.statements import listened
from tests.support.turn import no_one

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.db.engine import Database
    from bot.work import Job
    from bot.work.group_commit import Write
    from tests.integration.work.conftest import Replicas, Rows

PLACE = Place("T1", "C1", "1")


def saying(words: str, error: Exception | None = None) -> Write[None]:
    """Write a message down, and then fail if told to."""

    def write(connection: Connection) -> None:
        record(connection, Record(PLACE, "U1", messages=(Message(Role.ASSISTANT, "", words),)))
        if error is not None:
            raise error

    return write


async def said(database: Database) -> list[str]:
    return [message.text for message in (await sql_store(database).threads.load(PLACE)).messages]


async def test_what_is_written_together_shares_commits(database: Database) -> None:
    commits = Commits(database.writer)
    async with listened(database.writer) as heard:
        await asyncio.gather(*(commits.share(saying(str(i))) for i in range(MOST_IN_ONE_COMMIT + 1)))
    assert await said(database) == [str(i) for i in range(MOST_IN_ONE_COMMIT + 1)]
    assert heard.count("COMMIT") == 2


async def test_a_failing_write_harms_no_neighbor(database: Database) -> None:
    commits, error = Commits(database.writer), FlakyError()
    writes = saying("1"), saying("2", error), saying("3")
    outcomes = await asyncio.gather(*(commits.share(write) for write in writes), return_exceptions=True)
    assert outcomes == [None, error, None]
    assert await said(database) == ["1", "3"]


async def test_who_gave_up_writes_nothing(database: Database) -> None:
    commits = Commits(database.writer)
    first, second = (asyncio.create_task(commits.share(saying(words))) for words in ("1", "2"))
    asyncio.get_running_loop().call_soon(first.cancel)
    await second
    assert await said(database) == ["2"]


async def test_closing_waits_for_what_is_written(database: Database) -> None:
    commits = Commits(database.writer)
    writing = asyncio.create_task(commits.share(saying("1")))
    await asyncio.sleep(0)
    await commits.close()
    assert writing.done()
    assert await said(database) == ["1"]


async def test_jobs_share_where_one_may_write(database: Database) -> None:
    commits = Commits(database.writer)
    async with listened(database.writer) as heard:
        await asyncio.gather(*(commits.write(saying(str(i))) for i in range(9)))
    assert len(await said(database)) == 9
    assert heard.count("COMMIT") == (1 if database.writer.dialect.name == "sqlite" else 9)


async def test_a_job_is_claimed_with_its_delivery(replica: Replicas, rows: Rows) -> None:
    """Nobody, at no time, sees it accepted and not claimed, while there is room."""
    inbox, held = replica(poll=60), HeldHandler()
    inbox.handle("turn", held, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await inbox.idle()
    await inbox.accept(Delivery("E1", "K1", "turn", {}))
    assert (await rows.get("E1")).status == 1


async def test_a_failing_finish_harms_no_neighbor(replica: Replicas, database: Database, rows: Rows) -> None:
    held = HeldHandler()

    async def handle(job: Job) -> Write[None]:
        await held(job)
        return saying(job.id, FlakyError() if job.id == "E1" and job.attempt == 1 else None)

    inbox = replica()
    inbox.handle("turn", handle, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    await asyncio.gather(*(inbox.accept(Delivery(f"E{i}", f"K{i}", "turn", {})) for i in range(3)))
    for _ in range(3):
        await held.started.get()
    held.let_go.set()
    await inbox.idle()
    assert sorted(await said(database)) == ["E0", "E1", "E2"]
    assert [(row.status, row.attempts) for row in await rows.of("turn")] == [(2, 1), (2, 2), (2, 1)]
