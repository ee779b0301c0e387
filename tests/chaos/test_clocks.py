"""Feedback that is due, as the bot dies while it tells people: each is told once, and nothing is forgotten."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import TextDelta
from tests.chaos.instant import strike
from tests.chaos.test_feedback import judged, settled, within
from tests.chaos.verdict import until_idle
from tests.support.clocked import HOUR, MINUTE, pass_time

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from datetime import timedelta

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.records import MessageRecord
    from tests.chaos.conftest import Scene

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


class Sorter:
    """Finds that each post is a bug report."""

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        yield TextDelta(json.dumps({"results": [judged(one["item"], 1) for one in within(asked, "messages")]}))


def is_told(message: MessageRecord) -> bool:
    return "⏰" in message.shown or "🚨" in message.shown


def is_reminder(message: MessageRecord) -> bool:
    return "⏰" in message.shown and "needs a first response" in message.shown


def is_escalation(message: MessageRecord) -> bool:
    return "🚨" in message.shown and "has had no response" in message.shown


class TestKilled:
    async def test_each_is_told_once(self, scene: Scene) -> None:
        """It dies as it reminds the team, as it tells others, and before two more are due, one of which is answered."""
        async with MessagesServer(Sorter()) as server:
            scene.environ |= server.environment()
            replica = scene.replica("http")
            await replica.start()
            support, team, others = map(scene.workspace.channel, ("support-feedback", "engineering", "general"))
            database = Database.open(scene.environ["DATABASE_URL"])
            settings = {
                "triage": True,
                "together": 0,
                "alert_from": 0,
                "teams": [{"name": "Apps", "channel": team}, {"name": "Lead", "channel": others}],
                "routes": [{"when": ["Bug report"], "team": "Apps"}],
                "first_response": "1h",
                "escalate_to": "Lead",
            }
            place = Place(scene.workspace.workspace.team_id, support)
            await sql_store(database).settings.change(place, settings, scene.workspace.me.id)
            messages = scene.workspace.workspace.messages
            await self.post(scene, support, "The export dialog crashes")
            await until_idle(database)
            for instant, passed in ((is_reminder, 50 * MINUTE), (is_escalation, 2 * HOUR)):
                await self.dies(scene, replica.kill, instant, database, passed)
                await replica.ended()
                await replica.start()
                await until_idle(database)
            await pass_time(database, 5 * HOUR)
            answered, waits = [await self.post(scene, support, f"The import fails, {n}") for n in range(2)]
            await until_idle(database)
            replica.kill()
            await replica.ended()
            scene.workspace.deliver_to()  # what is said now never arrives
            scene.workspace.say(support, "I have a look", user=scene.workspace.ada, thread_ts=answered)
            scene.workspace.deliver_to(*scene.urls)
            await pass_time(database, 5 * HOUR)
            await replica.start()
            await settled(scene, database, replica)
            await database.close()
        for channel in (team, others):
            first, late = [one for one in messages(channel) if is_told(one)]
            assert (is_reminder if channel == team else is_escalation)(first)
            assert "has had no response" in late.shown
            assert waits.replace(".", "") in late.shown
            assert answered.replace(".", "") not in late.shown

    async def post(self, scene: Scene, channel: str, text: str) -> str:
        """Post, and wait for the card; return the post's ts."""
        ts = scene.workspace.say(channel, text)
        await scene.workspace.until(
            lambda: any(
                one.thread_ts == ts and "Team: Apps" in one.shown for one in scene.workspace.workspace.messages(channel)
            )
        )
        return ts

    async def dies(
        self,
        scene: Scene,
        kill: Callable[[], None],
        instant: Callable[[MessageRecord], bool],
        database: Database,
        passed: timedelta,
    ) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(partial(strike, scene.workspace, kill, when=instant)())
            await asyncio.sleep(0)
            await pass_time(database, passed)


class TestKilledOnPostgresql(TestKilled):
    pytestmark = pytest.mark.postgresql

    @pytest.fixture
    def database_url(self, postgresql_url: str) -> str:
        return postgresql_url
