"""Cases from the field: work that kills, deaths that are nobody's fault, late deliveries, models that retire.

Each was reported about a job queue, a bot or a library of its kind, under the address beside it.
"""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import TYPE_CHECKING

import anthropic
import httpx2
import pytest
from anthropic import transform_schema
from sqlalchemy import select, update

from bot import settings
from bot.claude.errors import translate
from bot.claude.retry import pause
from bot.core.classify import schema as form
from bot.core.domain.category import Category
from bot.db.engine import Database
from bot.db.scrub import settle
from bot.errors import ModelUnavailableError, SettingsError
from bot.playground.slack.events import envelope
from bot.work import DeadlyError, Delivery, Inbox, InboxLimits, Job
from bot.work.claim import Cell
from bot.work.group_commit import Commits
from bot.work.lease import Leases
from bot.work.table import inbox as table
from tests.field.test_threads import Wire
from tests.support.turn import no_one

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Row

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel
    from tests.support.sqlite import SqliteFolder

READY, RUNNING, FAILED = 0, 1, 3
KINDS = ("turn",)


class Queue:
    """An inbox whose processes die: what is claimed and never left was running when they did."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def leases(self, cell: Cell = Cell.OPEN, owner: str = "", length: float = 60) -> Leases:
        commits = Commits(self.database.writer)
        return Leases(self.database.writer, commits, length, lambda: None, cell=cell, owner=owner)

    async def accept(self, *names: str) -> None:
        inbox = Inbox(self.database.writer, is_transient=lambda _: False)
        for name in names:
            assert await inbox.accept(Delivery(name, name, "turn", {}))

    async def die_with_all(self) -> list[str]:
        """Claim all that the bot's own process may run, and die; return what that was."""
        claimed = [claim.delivery for claim in await self.leases().claim(KINDS, 100)]
        await self.leases().take_leftovers(has_died=True)
        return claimed

    async def crash_apart(self, cell: Cell) -> list[str]:
        """Let the process in quarantine die of what it runs, while the bot lives."""
        claimed = [
            claim.delivery for claim in await self.leases(cell, "apart").claim(KINDS, 1 + 15 * (cell == "shared"))
        ]
        assert await self.leases().bury("apart", is_crash=True) == len(claimed)
        return claimed

    async def row(self, name: str) -> Row[tuple[object, ...]]:
        async with self.database.reader.connect() as connection:
            return (await connection.execute(select(table).where(table.c.delivery == name))).one()


@pytest.fixture
async def queue(sqlite_folder: SqliteFolder) -> AsyncIterator[Queue]:
    database = Database.open(await sqlite_folder.migrated())
    yield Queue(database)
    await database.close()


async def test_a_job_that_runs_out_of_memory_ends(queue: Queue) -> None:
    """https://github.com/sidekiq/sidekiq/issues/5300 and https://github.com/vectorize-io/hindsight/issues/2675

    Fetched, killed and pushed back forever (54 times there), as nothing that can be caught ever counts it.
    """
    await queue.accept("hog")
    assert [await queue.die_with_all() for _ in range(2)] == [["hog"], ["hog"]]
    assert await queue.leases().claim(KINDS, 1) == []
    assert await queue.crash_apart(Cell.SHARED) == ["hog"]
    assert [await queue.crash_apart(Cell.ALONE) for _ in range(2)] == [["hog"], ["hog"]]
    told: list[type[Exception]] = []

    async def never(_job: Job) -> None:
        raise AssertionError

    async def tell(_job: Job, error: Exception) -> None:
        told.append(type(error))

    inbox = Inbox(queue.database.writer, InboxLimits(running=1), is_transient=lambda _: False, cell=Cell.ALONE)
    inbox.handle("turn", never, tell, charge=no_one)
    await inbox.start()
    await inbox.idle()
    await inbox.stop(0)
    assert told == [DeadlyError]
    row = await queue.row("hog")
    assert (row.status, row.cause) == (FAILED, "DeadlyError")


async def test_an_innocent_orphan_is_no_poison(queue: Queue) -> None:
    """https://github.com/sidekiq/sidekiq/issues/4859

    An innocent orphan that is rescued and a poison pill that is killed look the same to a queue that counts rescues.
    """
    await queue.accept("long", "short")
    for _ in range(36):
        await queue.die_with_all()
        for cell in (Cell.SHARED, Cell.ALONE):
            await queue.leases(cell, "apart").claim(KINDS, 16)  # which dies with the bot
    await queue.leases().take_leftovers(has_died=True)
    for name in ("long", "short"):
        row = await queue.row(name)
        assert (row.status, row.attempts, row.crashes) == (READY, 0, 0)


async def test_a_killer_takes_no_neighbor_along(queue: Queue) -> None:
    """https://github.com/sidekiq/sidekiq/issues/4633

    The job that crashes the process, and any other that runs beside it, is lost or marked with it.
    """
    await queue.accept("killer", "bystander")
    await queue.die_with_all()
    await queue.die_with_all()
    await queue.crash_apart(Cell.SHARED)
    (first,) = await queue.crash_apart(Cell.ALONE)
    assert first == "killer"
    leases = queue.leases(Cell.ALONE)
    await queue.accept("newcomer")
    assert [claim.delivery for claim in await queue.leases().claim(KINDS, 9)] == ["newcomer"]
    killer, bystander = await leases.claim(KINDS, 2)
    assert (killer.crashes, bystander.crashes) == (2, 1)
    await leases.done(bystander, None)


async def test_an_endless_redelivery_loop_ends(queue: Queue) -> None:
    """https://github.com/taskiq-python/taskiq-aio-pika/issues/35

    The broker requeues what killed its consumer as it is, so that it is consumed again at once, and never counted.
    """
    await queue.accept("E1")
    runs = 0
    while await queue.die_with_all():
        runs += 1
    assert runs == 2


async def test_what_a_killed_worker_had_is_not_acknowledged(queue: Queue) -> None:
    """https://github.com/celery/celery/issues/1628"""
    await queue.accept("E1")
    await queue.die_with_all()
    row = await queue.row("E1")
    assert (row.status, row.owner is None or row.lease_until is None) == (READY, True)


async def test_orphans_of_a_rolling_restart_are_found(queue: Queue) -> None:
    """https://github.com/sidekiq/sidekiq/issues/5540

    The old process is killed after the new one has started, which looked for orphans at its start alone.
    """
    await queue.accept("E1")
    await queue.leases().claim(KINDS, 1)
    new = queue.leases(length=1)
    assert await new.renew([]) == 0
    async with queue.database.writer.begin() as connection:
        await connection.execute(update(table).values(lease_until=0))
    assert await new.renew([]) == 1
    assert [claim.delivery for claim in await new.claim(KINDS, 1)] == ["E1"]


async def test_a_start_takes_nothing_that_still_runs(sqlite_folder: SqliteFolder) -> None:
    """https://github.com/sidekiq/sidekiq/issues/4611

    A job that was fetched three seconds before was recovered by a process that booted, and ran twice.
    """
    url, ran = await sqlite_folder.migrated(), list[str]()
    first, second = Database.open(url), Database.open(url)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(job: Job) -> None:
        ran.append(job.id)
        begun.set()
        await go_on.wait()

    async def tell(_job: Job, _error: Exception) -> None:
        raise AssertionError

    inboxes = [Inbox(one.writer, InboxLimits(poll=0.05), is_transient=lambda _: False) for one in (first, second)]
    for inbox in inboxes:
        inbox.handle("turn", handle, tell, charge=no_one)
    await inboxes[0].start()
    await inboxes[0].accept(Delivery("E1", "K1", "turn", {}))
    await begun.wait()
    await inboxes[1].start()
    go_on.set()
    for inbox in inboxes:
        await inbox.idle()
        await inbox.stop(0)
    await first.close()
    await second.close()
    assert ran == ["E1"]


async def test_a_checkpoint_leaves_no_statement_open(queue: Queue) -> None:
    """https://github.com/pypy/pypy/issues/3183 and https://github.com/coleifer/pysqlite3/issues/41

    "cannot commit transaction - SQL statements in progress": a pragma's cursor was not read to its end.
    """
    await settle(queue.database)
    await queue.accept("E1")
    await settle(queue.database)
    await queue.die_with_all()
    assert (await queue.row("E1")).status == READY


async def test_many_events_of_one_message_count_once(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/slackapi/node-slack-sdk/issues/2141 and https://github.com/slackapi/bolt-js/issues/2487

    Up to eleven events about one message, each with an id of its own, minutes apart, without a word of being retries.
    """
    wire = Wire(dialogue)
    ts = wire.post(f"<@{dialogue.workspace.bot.id}> what time is it?")
    model.answer("Noon.")
    for number in range(11):
        event = wire.event("app_mention" if number % 2 else "message", ts)
        given = dialogue.workspace.deliver(envelope(dialogue.workspace.workspace, event))
        await dialogue.until_over(given)
        if number == 3:
            await dialogue.answer(dialogue.general, ts)
    await dialogue.until_idle()
    assert len(model.requests) == 1
    assert len(dialogue.answers(dialogue.general, ts)) == 1


async def test_a_delayed_reply_is_not_taken_in_twice(dialogue: Dialogue, model: ScriptedModel) -> None:
    """https://github.com/sanity-io/community-studio/issues/3

    The whole thread was recorded meanwhile; then the retry of an earlier reply's event comes, and is added once more.
    """
    wire, bot = Wire(dialogue), dialogue.workspace.bot.id
    root = wire.post("The export is broken.", user=dialogue.workspace.sam)
    early = wire.post(f"<@{bot}> since when?", thread_ts=root)
    model.answer("Since Friday, and it was my change.")
    dialogue.mention("and who?", thread_ts=root)
    await dialogue.answer(dialogue.general, root)
    model.answer("As I said: since Friday.")
    for kind in ("app_mention", "message"):
        await wire.tell(wire.event(kind, early))
    assert "which reached me after the later ones" in await dialogue.answer(dialogue.general, root, 2)
    await dialogue.until_idle()
    assert len(model.requests) == 2
    texts = [str(row[0]) for row in await dialogue.rows("SELECT text FROM messages")]
    assert sum("since when?" in text for text in texts) == 1


@pytest.mark.parametrize(
    ("model", "new"),
    [
        # https://github.com/run-llama/llama_index/issues/22690: the default itself had retired a year before
        ("claude-2.1", "claude-sonnet-5-5"),
        # https://github.com/kagent-dev/kagent/pull/919: a default that retired on July 21
        ("claude-3-sonnet-20240229", "claude-sonnet-5-5"),
        # https://github.com/langchain-ai/langchain/pull/27965: "retired yesterday"
        ("claude-instant-1.2", "claude-haiku-5-5"),
        # https://github.com/Significant-Gravitas/AutoGPT/issues/10974: from a date on, which somebody has to remember
        ("claude-sonnet-4-5", "claude-sonnet-5-5"),
    ],
)
def test_a_retired_default_names_its_replacement(model: str, new: str) -> None:
    with pytest.raises(SettingsError, match=f"The model {model} is retired; use {new} instead"):
        settings.read({"CLAUDE_MODEL": model}, on=date(2026, 11, 30))


def test_no_cell_of_a_form_may_be_another() -> None:
    """https://github.com/RailtownAI/railtracks/issues/1582 and https://github.com/googleapis/python-genai/issues/69

    A row of mixed types admits each of them at any place, and `prefixItems`, which would not, is not taken.
    """
    schema = json.dumps(transform_schema(form.form([Category(name="Bug"), Category(name="Praise")])))
    assert not any(word in schema for word in ("anyOf", "oneOf", "prefixItems"))


@pytest.mark.parametrize("status", [529, 200])
def test_an_overloaded_model_is_asked_again_in_time(status: int) -> None:
    """https://github.com/agentscope-ai/QwenPaw/pull/1891 and https://github.com/GD4AI/obsidian-llm-wiki/issues/41

    "Overloaded" is no failure for good, also where it comes without a status of its own; when to return is said there.
    """
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    request = httpx2.Request("POST", "http://127.0.0.1/v1/messages")
    response = httpx2.Response(status, request=request, headers={"retry-after": "9"}, json=body)
    error = translate(anthropic.APIStatusError("Overloaded", response=response, body=body))
    assert isinstance(error, ModelUnavailableError)
    assert error.is_transient
    assert pause(error, 60) == 9
    assert "9 seconds" in error.sentence
