"""The stage of the dialogues: the local workspace, a scripted or the rehearsal model, and the real bot between them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

import bot.claude.client  # noqa: F401 - which takes seconds, while a form has to open within three
from bot import app, settings
from bot.db.engine import Database
from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal
from bot.playground.slack.rules import Rules
from bot.slack.manifest import EVENTS, OPTIONAL_SCOPES, SCOPES
from bot.work import Delivery, Inbox
from tests.support.rows import Rows
from tests.support.scripted import ScriptedModel
from tests.support.shared_bot import CurrentModel, SharedBot
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
GRANTED = frozenset({*SCOPES, *OPTIONAL_SCOPES})
RULES = Rules(scopes=GRANTED, subscriptions=frozenset(EVENTS), ack_timeout=LONG, trigger_lifetime=LONG)

Row = tuple[object, ...]
Test = TypeVar("Test", bound="Callable[..., Any]")


@dataclass
class Dialogue:
    """What a test speaks with."""

    workspace: ScriptedWorkspace
    environ: dict[str, str]
    url: str = ""
    kept: Rows | None = None  # a connection to ask the database over, if the test is not the first to use it

    def __post_init__(self) -> None:
        self._rows = self.kept or Rows(self.environ["DATABASE_URL"])

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
    "backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
"""Runs a dialogue on both databases; without it, it runs on SQLite."""


def databases(request: pytest.FixtureRequest, name: str) -> PostgresqlServer | SqliteFolder:
    """Return where a kind of database is made."""
    found: PostgresqlServer | SqliteFolder = request.getfixturevalue(
        "postgresql_server" if name == "postgresql" else "sqlite_folder"
    )
    return found


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    return getattr(request, "param", "sqlite")


@pytest.fixture
async def database_url(request: pytest.FixtureRequest, backend: str) -> str:
    return await databases(request, backend).migrated()


@pytest.fixture
def environ(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "PORT": "0"}


@pytest.fixture
async def workspace() -> AsyncIterator[ScriptedWorkspace]:
    async with ScriptedWorkspace(RULES) as local:
        yield local


@pytest.fixture
def model(request: pytest.FixtureRequest) -> ScriptedModel:
    """A model that answers what the test queues."""
    if "shared_bot" in request.fixturenames:
        request.getfixturevalue("lent")
        shared: SharedBot = request.getfixturevalue("shared_bot")
        return shared.model.current
    return ScriptedModel()


@pytest.fixture
async def stage(workspace: ScriptedWorkspace, model: ScriptedModel, environ: dict[str, str]) -> AsyncIterator[Dialogue]:
    """Set the stage, with the scripted model; the test lets the bot on."""
    async with model.serving() as told, aclosing(Dialogue(workspace, environ | told)) as dialogue:
        yield dialogue


@pytest.fixture
def dialogue(request: pytest.FixtureRequest, backend: str) -> Dialogue:  # noqa: ARG001 (of the bot of its own)
    """The stage with the bot on it, reached over HTTP."""
    found: Dialogue = request.getfixturevalue("lent" if "shared_bot" in request.fixturenames else "own")
    return found


@pytest.fixture
async def own(stage: Dialogue) -> AsyncIterator[Dialogue]:
    """The stage with a bot for this test alone."""
    async with stage.bot():
        yield stage


def shared(*databases: object) -> Callable[[Test], Test]:
    """Return a decorator that runs a dialogue on one bot with the others of its module that have it."""
    marks = (
        pytest.mark.asyncio(loop_scope="module"),
        pytest.mark.usefixtures("shared_bot"),
        pytest.mark.parametrize("shared_bot", databases, indirect=True),
    )

    def marked(test: Test) -> Test:
        for mark in marks:
            test = mark(test)
        return test

    return marked


# On both databases, or on SQLite. Not for dialogues that have settings of their own, stop the bot, turn its clock, or
# leave it something to do.
on_shared_bot = shared("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
on_shared_sqlite_bot = shared("sqlite")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_bot(request: pytest.FixtureRequest) -> AsyncIterator[SharedBot]:
    """A bot for those dialogues of a module that share it."""
    model = CurrentModel()
    # A minute's calls to Slack are not enough for all of them.
    environ = {"SLACK_RATE_FACTOR": "1000"}
    environ |= {"DATABASE_URL": await databases(request, request.param).migrated(lasting=True), "PORT": "0"}
    async with (
        ScriptedWorkspace(RULES) as workspace,
        MessagesServer(model, console=lambda: model.current.console) as server,
        aclosing(Dialogue(workspace, environ | server.environment())) as dialogue,
        dialogue.bot(),
        aclosing(Rows(environ["DATABASE_URL"])) as rows,
    ):
        database = Database.open(environ["DATABASE_URL"])
        yield SharedBot(workspace, model, dialogue.environ, dialogue.url, database, rows)
        await database.close()


@pytest_asyncio.fixture(loop_scope="module")
async def lent(shared_bot: SharedBot) -> AsyncIterator[Dialogue]:
    """The stage as if it were new, with a bot on it that others use after this test."""
    async with shared_bot.lent() as workspace:
        dialogue = Dialogue(workspace, shared_bot.environ, shared_bot.url, shared_bot.rows)
        yield dialogue
        await workspace.until(lambda: all(delivery.is_over for delivery in workspace.deliveries.log))
        await dialogue.until_idle()


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
