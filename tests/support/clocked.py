"""A channel whose feedback has clocks, at times that a test chooses."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
from sqlalchemy import insert, select, update

from bot.core.domain.clock import ClockKind
from bot.core.domain.feedback import Decision, Feedback, FeedbackStatus, Judgment
from bot.core.domain.message import IncomingMessage, Place
from bot.core.ports import Store
from bot.core.ports.feedback_store import FeedbackStore
from bot.core.triage import clocks
from bot.db.engine import Database
from bot.db.feedback import sql_feedback_store
from bot.db.store import sql_store
from bot.db.tables import ClockRow, FeedbackRow
from bot.jobs.clocks import ClockJobs
from bot.playground.slack.rules import Rules
from bot.work import Delivery, Inbox, InboxLimits
from tests.support.chat import chat_in
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.playground.slack.records import MessageRecord

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE = "Mon-Fri 09:00-17:00"
EARLIER = {
    FeedbackRow: ("said_at", "responded_at"),
    ClockRow: ("started_at", "due_at", "remind_at", "next_at", "met_at"),
}


@dataclass
class Scene:
    """A channel with triage, and a bot that keeps its clocks. `now` is its time."""

    database: Database
    workspace: ScriptedWorkspace
    inbox: Inbox
    store: Store
    feedback: FeedbackStore
    now: datetime = NOON
    looks: int = 0
    ids: list[int] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """The channel where feedback comes in."""
        return Place(self.workspace.workspace.team_id, self.workspace.channel("support-feedback"))

    @property
    def team(self) -> str:
        """The channel of the team that works on it."""
        return self.workspace.channel("engineering")

    @property
    def others(self) -> str:
        """The channel of those who are told of what is overdue."""
        return self.workspace.channel("general")

    async def set(self, **settings: Any) -> None:
        """Set settings of the channel, with two teams."""
        teams = [{"name": "Apps", "channel": self.team}, {"name": "Lead", "channel": self.others}]
        await self.store.settings.change(self.place, {"triage": True, "teams": teams} | settings, "U1")

    async def post(self, *, ago: timedelta = timedelta(), severity: str = "High", team: str = "Apps") -> Feedback:
        """Let someone have posted feedback some time ago, which was sorted and shown."""
        said_at = self.now - ago
        message = self.workspace.say(self.place.channel, f"It crashes, case {len(self.ids)}")
        there = replace(self.place, thread=message)
        poster = self.workspace.me.id
        said = IncomingMessage(
            there, message, poster, there.workspace, "", is_direct=False, mentions_bot=False, addresses_other=False
        )
        id_ = await self.feedback.inbox.add(said, said_at, f"https://example.com/{message}", together=0)
        assert id_ is not None
        judgment = Judgment(id_, ("Bug report",), 90, summary=f"Crash {len(self.ids)}", severity=severity)
        decision = Decision("", judgment, FeedbackStatus.OPEN, team)
        await self.feedback.inbox.save(self.place, {id_: decision}, ())
        self.ids.append(id_)
        return await self.show(id_)

    async def show(self, id_: int) -> Feedback:
        """Set the clocks of a record, as is done when it is shown."""
        record = await self.feedback.records.find(self.place.workspace, id_)
        assert record is not None
        settings = await self.store.settings.load(self.place)
        await clocks.follow(record, settings, self.now, feedback=self.feedback)
        return record

    async def change(self, id_: int, **values: Any) -> None:
        """Let someone change a record now, and show it."""
        await self.feedback.records.change(self.place.workspace, id_, **values)
        async with self.database.writer.begin() as connection:
            await connection.execute(update(FeedbackRow).where(FeedbackRow.id == id_).values(changed_at=self.now))
        await self.show(id_)

    async def respond(self, record: Feedback) -> None:
        """Let someone reply to a post now."""
        await self.feedback.inbox.respond(record.place, "U2", self.now)

    async def look(self, later: timedelta = timedelta(), *, name: str = "triage clocks") -> None:
        """Let some time pass, and the next look come."""
        self.now += later
        self.looks += 1
        id_ = f"look:{self.looks}"
        await self.inbox.accept(Delivery(id_, id_, f"every:{name}", {}))
        async with asyncio.timeout(30):
            await self.inbox.idle()

    async def catch_up(self) -> None:
        """Let the look come that sees whether settings were changed."""
        await self.look(name="triage clock settings")

    def told(self, channel: str) -> list[str]:
        """Return what the bot said in a channel, threads included."""
        return [one.shown for one in self.messages(channel)]

    def messages(self, channel: str) -> Sequence[MessageRecord]:
        """Return the bot's messages in a channel."""
        return [one for one in self.workspace.workspace.messages(channel) if one.user == self.workspace.bot.id]

    async def due_at(self, kind: ClockKind = ClockKind.FIRST_RESPONSE) -> list[datetime | None]:
        """Return when the clocks of a kind are due."""
        query = select(ClockRow.due_at).where(ClockRow.kind == kind).order_by(ClockRow.record)
        async with self.database.reader.connect() as connection:
            return list((await connection.execute(query)).scalars())


@asynccontextmanager
async def clocked(database: Database, workspace: ScriptedWorkspace, **settings: Any) -> AsyncIterator[Scene]:
    """Let a bot keep the clocks of a channel."""
    async with aiohttp.ClientSession() as session:
        inbox = Inbox(database.writer, InboxLimits(attempts=1), is_transient=lambda _: False)
        store, feedback, chat = sql_store(database), sql_feedback_store(database), chat_in(workspace, session)
        scene = Scene(database, workspace, inbox, store, feedback)
        made = ClockJobs(inbox, feedback=feedback, settings=store.settings, chat=chat, clock=lambda: scene.now)
        made.register(inbox)
        await scene.set(**settings)
        await inbox.start()
        try:
            yield scene
        finally:
            await inbox.stop(0)


@asynccontextmanager
async def scene_of(database: Database, **settings: Any) -> AsyncIterator[Scene]:
    """Let a bot keep the clocks of a channel in a workspace of its own."""
    async with ScriptedWorkspace(Rules(tiers=False)) as workspace, clocked(database, workspace, **settings) as scene:
        yield scene


async def fill(here: Scene, count: int) -> None:
    """Let very many posts be there, three hours old and open, without their clocks."""
    rows = [
        {"workspace": here.place.workspace, "channel": here.place.channel, "message": f"179000{number:04}.000100"}
        | {"person": "U1", "is_bot": False, "text": "", "said_at": NOON - 3 * HOUR, "waits": False, "status": "open"}
        | {"permalink": f"https://example.com/{number}", "summary": f"Crash {number}", "severity": "High"}
        | {"team": "Apps", "changed_at": NOON, "version": 1, "shown_version": 1}
        for number in range(count)
    ]
    async with here.database.writer.begin() as connection:
        await connection.execute(insert(FeedbackRow), rows)


async def pass_time(database: Database, passed: timedelta) -> None:
    """Let all posts be so much older, as far as a bot in another process can see, and let its next look come."""
    async with database.writer.begin() as connection:
        for table, names in EARLIER.items():
            keys = list(table.__table__.primary_key)
            for row in (await connection.execute(select(table.__table__))).mappings().all():
                values = {name: row[name] - passed for name in names if row[name]}
                this = [key == row[key.name] for key in keys]
                await connection.execute(update(table).where(*this).values(values))
    kind = "every:triage clocks"
    inbox = Inbox(database.writer, is_transient=lambda _: False)
    await inbox.accept(Delivery(f"{kind}:{passed}:{id(inbox)}", kind, kind, {}))
