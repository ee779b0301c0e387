"""Triage as durable work, on a clock of its own."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import stamina

from bot.claude.client import connect
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.feedback import Decision, FeedbackStatus, Judgment
from bot.core.domain.message import IncomingMessage, Place
from bot.db.classify_runs import SqlClassifyItemStore
from bot.db.feedback import sql_feedback_store
from bot.db.store import sql_store
from bot.jobs.feedback_chain import SORT
from bot.jobs.languages import Languages
from bot.jobs.triage import LOOK_EVERY, TriageJobs
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import TextDelta
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.rehearsal.model import Rehearsal
from bot.work import Delivery, Inbox, InboxLimits
from tests.support.chat import chat_in
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from bot.db.engine import Database
    from bot.playground.anthropic.reply import Event, ModelRequest

EVER = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = 3_600.0
POSTS = 60  # more than go into one call


@dataclass
class Clock:
    """Stands still until the test moves it."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class AwayModel:
    """The rehearsal model, which is overloaded for a while; keeps the numbers of the posts that it was asked about."""

    is_away: bool = True
    refusals: int = 0
    about: list[int] = field(default_factory=list)

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        if self.is_away:
            self.refusals += 1
            raise MessagesApiError(529, "Overloaded")
        messages = json.loads(asked.text.split("<messages>")[1].split("</messages>")[0])
        self.about += [one["item"] for one in messages]
        yield TextDelta(Rehearsal(pace=0).answer(asked))


@dataclass
class Scene:
    """What a test works with."""

    triaging: TriageJobs
    inbox: Inbox
    workspace: ScriptedWorkspace

    @property
    def place(self) -> Place:
        """The channel where feedback comes in."""
        return Place(self.workspace.workspace.team_id, self.workspace.channel("general"))


@asynccontextmanager
async def triaging(database: Database, model: AwayModel, clock: Clock) -> AsyncIterator[Scene]:
    """Let triage work in a local workspace, with an inbox that tries each job once."""
    async with MessagesServer(model) as server, ScriptedWorkspace() as workspace, aiohttp.ClientSession() as session:
        told = server.environment()
        async with connect(
            api_key=told["ANTHROPIC_API_KEY"], model="claude-haiku-5-5", base_url=told["ANTHROPIC_BASE_URL"]
        ) as claude:
            inbox = Inbox(database.writer, InboxLimits(attempts=1), is_transient=lambda _: False)

            async def settings_of(_: Place) -> ChannelSettings:
                return ChannelSettings(triage=True, together=0)

            chat = chat_in(workspace, session)
            made = TriageJobs(
                inbox,
                feedback=sql_feedback_store(database),
                classified=SqlClassifyItemStore(database),
                store=sql_store(database),
                model=claude.model(),
                chat=chat,
                settings_of=settings_of,
                languages=Languages(chat.directory, ""),
                clock=clock,
            )
            made.register(inbox)
            await inbox.start()
            try:
                yield Scene(made, inbox, workspace)
            finally:
                await inbox.stop(0)


async def test_an_hour_without_claude_is_waited_out(database: Database) -> None:
    clock, model, feedback = Clock(), AwayModel(), sql_feedback_store(database)
    with stamina.set_testing(testing=True, attempts=1):
        async with triaging(database, model, clock) as here:
            inbox, place = here.inbox, here.place
            for number in range(POSTS):
                there = replace(place, thread=f"{1_790_000_000 + number}.000100")
                text = f"The export crashes, case {number}"
                await here.triaging.hear(
                    IncomingMessage(
                        there,
                        there.thread,
                        "U1",
                        place.workspace,
                        text,
                        is_direct=False,
                        mentions_bot=False,
                        addresses_other=False,
                    )
                )
            looks = 0
            while clock.now < HOUR:
                await look(inbox, place, looks := looks + 1)
                await inbox.idle()
                clock.now += 6 * LOOK_EVERY
            assert (model.refusals >= looks, model.about) == (True, [])
            assert len(await feedback.inbox.waiting(place, 2 * POSTS)) == POSTS
            model.is_away = False
            await look(inbox, place, looks + 1)
            async with asyncio.timeout(30):
                while await feedback.inbox.waiting(place, 1):  # noqa: ASYNC110 (nobody tells)
                    await asyncio.sleep(0.05)
            assert model.about == [one.id for one in reversed(await feedback.statistics.recent(place, EVER, 2 * POSTS))]
            assert (await inbox.counts()).failed == 0


async def test_a_digest_that_is_due_comes_once(database: Database) -> None:
    feedback, now = sql_feedback_store(database), datetime.now(UTC)
    async with triaging(database, AwayModel(), Clock()) as here:
        settings = {"digest": "daily", "digest_at": f"{now:%H:%M}", "time_zone": "UTC"}
        await sql_store(database).settings.change(here.place, settings, "U1")
        there = replace(here.place, thread="1790000000.000100")
        said = IncomingMessage(
            there, there.thread, "U1", there.workspace, "", is_direct=False, mentions_bot=False, addresses_other=False
        )
        id_ = await feedback.inbox.add(said, now, "", together=0)
        judgment = Judgment(id_ or 0, ("Praise",), 90, summary="They like it")
        await feedback.inbox.save(here.place, {judgment.number: Decision("", judgment, FeedbackStatus.OPEN)}, ())
        for number in range(3):
            queue_key = f"digests:{number}"  # of their own, as replicas look at the same time
            await here.inbox.accept(Delivery(queue_key, queue_key, "every:triage digests", {}))
        await here.inbox.idle()
        messages = [one.shown for one in here.workspace.workspace.messages(here.place.channel)]
        assert ["They like it" in one for one in messages if "Feedback from the last day" in one] == [True]


async def look(inbox: Inbox, place: Place, number: int) -> None:
    """Wake a channel as is done every twenty seconds."""
    queue_key = f"triage:{place.workspace}:{place.channel}"
    await inbox.accept(Delivery(f"look:{number}", queue_key, SORT, asdict(place), queue_key))
