"""The stage of the dialogues: the local workspace, a scripted or the rehearsal model, and the real bot between them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

import bot.claude.client  # noqa: F401 - which takes seconds, while a form has to open within three
from bot import app, settings
from bot.db.engine import Database
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal
from bot.playground.slack.rules import Rules
from bot.slack.manifest import EVENTS, SCOPES
from bot.work import Delivery, Inbox
from tests.support.rows import Rows
from tests.support.scripted import ScriptedModel
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from bot.db.tables import ClassifyRunRow, SummaryRunRow
    from bot.playground.slack import delivery
    from bot.playground.slack.records import MessageRecord
    from tests.support.postgresql import PostgresqlServer
    from tests.support.sqlite import SqliteFolder

Transport = Literal["http", "socket"]
UNDER_WAY = (0, 1)  # states of jobs
LONG = 30.0  # seconds that a test waits for the database
LOOK_EVERY = 0.02

# No more than what the manifest asks for: what the bot can't do in a real workspace, it can't do here. Slack waits for
# three seconds; what is late on a busy machine is no fault of the bot's.
RULES = Rules(scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS), ack_timeout=LONG, trigger_lifetime=LONG)

Row = tuple[object, ...]


@dataclass
class Dialogue:
    """What a test speaks with."""

    workspace: ScriptedWorkspace
    environ: dict[str, str]
    url: str = ""

    def __post_init__(self) -> None:
        self._rows = Rows(self.environ["DATABASE_URL"])

    @property
    def general(self) -> str:
        return self.workspace.channel("general")

    @property
    def direct(self) -> str:
        return self.workspace.workspace.direct(self.workspace.me.id).id

    def mention(self, words: str, **where: Any) -> str:
        """Say something to the bot in #general; return its ts."""
        return self.workspace.say(self.general, f"<@{self.workspace.bot.id}> {words}", **where)

    def answers(self, channel: str, ts: str) -> list[MessageRecord]:
        """Return what the bot said in a thread, as far as it has finished saying it."""
        thread = self.workspace.thread(channel, ts)
        return [message for message in thread if message.user == self.workspace.bot.id and not message.streaming]

    async def answer(self, channel: str, ts: str, number: int = 1) -> str:
        """Wait for the bot's n-th whole message in a thread; return its text."""
        await self.workspace.until(lambda: len(self.answers(channel, ts)) >= number)
        return self.answers(channel, ts)[number - 1].shown

    async def whisper(self, number: int = 1) -> str:
        """Wait for the n-th message that only I see; return its text."""
        await self.workspace.until(lambda: len(self.workspace.ephemerals()) >= number)
        return self.workspace.ephemerals()[number - 1].shown

    async def until_over(self, given: delivery.EventDelivery) -> None:
        """Wait until the bot has acknowledged an event, or the workspace has given up."""
        await self.workspace.until(lambda: given.is_over)

    async def until_idle(self) -> Sequence[Row]:
        """Wait until the bot has nothing left to do; return the kinds and states of all that it did."""
        ours = "SELECT kind, status FROM inbox WHERE kind NOT LIKE 'every:%'"
        return await self.until_rows(ours, lambda jobs: all(status not in UNDER_WAY for _, status in jobs))

    async def until_rows(self, sql: str, condition: Callable[[list[Row]], object] = bool) -> list[Row]:
        """Wait until what a query finds is as it should be: without a condition, until it finds any; return it."""
        async with asyncio.timeout(LONG):
            while not condition(rows := await self.rows(sql)):  # noqa: ASYNC110 (a database tells no one when it changes)
                await asyncio.sleep(LOOK_EVERY)
        return rows

    async def rows(self, sql: str) -> list[Row]:
        """Ask the bot's database."""
        return await self._rows.ask(sql)

    async def aclose(self) -> None:
        """Let the database go."""
        await self._rows.aclose()

    @asynccontextmanager
    async def bot(self, transport: Transport = "http", accept_within: float = LONG) -> AsyncIterator[None]:
        """Run the bot against the stage."""
        read = settings.read(self.environ | self.workspace.environment(transport), for_slack=True)
        async with app.running(read, accept_within=accept_within) as address:
            self.url = address
            if transport == "http":
                self.workspace.deliver_to(f"{address}/slack/events")
            yield


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> Transport:
    return cast("Transport", request.param)


BOTH_DATABASES = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
"""Runs a dialogue on both databases; without it, it runs on SQLite."""


@pytest.fixture
async def database_url(request: pytest.FixtureRequest) -> str:
    fixture = "postgresql_server" if getattr(request, "param", "sqlite") == "postgresql" else "sqlite_folder"
    backend: PostgresqlServer | SqliteFolder = request.getfixturevalue(fixture)
    return await backend.migrated()


@pytest.fixture
def environ(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "PORT": "0"}


@pytest.fixture
async def workspace() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace(RULES) as local:
        yield local


@pytest.fixture
def model() -> ScriptedModel:
    """A model that answers what the test queues."""
    return ScriptedModel()


@pytest.fixture
async def stage(workspace: ScriptedWorkspace, model: ScriptedModel, environ: dict[str, str]) -> AsyncIterator[Dialogue]:
    """Set the stage, with the scripted model; the test lets the bot on."""
    async with model.serving() as told, aclosing(Dialogue(workspace, environ | told)) as dialogue:
        yield dialogue


@pytest.fixture
async def dialogue(stage: Dialogue) -> AsyncIterator[Dialogue]:
    """The stage with the bot on it, reached over HTTP."""
    async with stage.bot():
        yield stage


@pytest.fixture
async def rehearsal(workspace: ScriptedWorkspace, environ: dict[str, str]) -> AsyncIterator[Dialogue]:
    """The stage with the rehearsal model and the bot on it."""
    async with (
        MessagesServer(Rehearsal(pace=0)) as server,
        aclosing(Dialogue(workspace, environ | server.environment())) as dialogue,
        dialogue.bot(),
    ):
        yield dialogue


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(sqlite_folder: SqliteFolder) -> AsyncIterator[Dialogue]:
    """A bot for those tests of a module that leave nothing behind, and run in its loop. Its model says nothing."""
    environ = {"DATABASE_URL": await sqlite_folder.migrated(), "PORT": "0"}
    async with (
        ScriptedWorkspace(RULES) as workspace,
        ScriptedModel().serving() as told,
        aclosing(Dialogue(workspace, environ | told)) as dialogue,
        dialogue.bot(),
    ):
        yield dialogue


async def pass_retention(dialogue: Dialogue, table: type[SummaryRunRow | ClassifyRunRow]) -> None:
    """Let runs be two years old, and the hour of retention come, as far as the bot can tell; wait until they went."""
    database = Database.open(dialogue.environ["DATABASE_URL"])
    long_ago, kind = datetime.now(UTC) - timedelta(days=730), "every:retention"
    try:
        async with database.writer.begin() as connection:
            await connection.execute(update(table).values(created_at=long_ago))
        await Inbox(database.writer, is_transient=lambda _: False).accept(Delivery(f"{kind}:now", kind, kind, {}))
        async with asyncio.timeout(LONG):
            left = 1
            while left:
                await asyncio.sleep(0.05)
                async with database.reader.connect() as connection:
                    left = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
    finally:
        await database.close()
