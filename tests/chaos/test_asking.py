"""Reports that lack something, as the bot dies while it asks for it: each writer is asked once."""

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

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.records import MessageRecord
    from tests.chaos.conftest import Scene

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

SETTINGS = {
    "triage": True,
    "together": 0,
    "alert_from": 0,
    "needs": [{"category": "Bug report", "facts": ["version"]}],
}


class Sorter:
    """Finds that each post is a bug report, and lacks the version unless it tells one."""

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        results = [
            judged(one["item"], one["item"]) | {"missing": [] if "3.2" in one["text"] else ["version"]}
            for one in within(asked, "messages")
        ]
        yield TextDelta(json.dumps({"results": results}))


def is_question(message: MessageRecord) -> bool:
    return "Could you add this" in message.shown


def is_card(message: MessageRecord) -> bool:
    return "Waiting for" in message.shown


def is_completed(message: MessageRecord) -> bool:
    return "Answered: version" in message.shown


class TestKilled:
    async def test_each_writer_is_asked_once(self, scene: Scene) -> None:
        """It dies as it shows that a report waits, as it asks, and as it shows that the report is complete."""
        async with MessagesServer(Sorter()) as server:
            scene.environ |= server.environment()
            replica = scene.replica("http")
            await replica.start()
            support, posts = scene.workspace.channel("support-feedback"), list[str]()
            database = Database.open(scene.environ["DATABASE_URL"])
            place = Place(scene.workspace.workspace.team_id, support)
            await sql_store(database).settings.change(place, SETTINGS, scene.workspace.me.id)
            for instant in (is_card, is_question):
                async with asyncio.TaskGroup() as group:
                    group.create_task(partial(strike, scene.workspace, replica.kill, when=instant)())
                    await asyncio.sleep(0)
                    posts.append(scene.workspace.say(support, f"The export dialog crashes, case {len(posts)}"))
                await replica.ended()
                await replica.start()
            await until_idle(database)
            for post in posts:
                async with asyncio.TaskGroup() as group:
                    group.create_task(partial(strike, scene.workspace, replica.kill, when=is_completed)())
                    await asyncio.sleep(0)
                    scene.workspace.say(support, "It is 3.2", thread_ts=post)
                await replica.ended()
                await replica.start()
            await settled(scene, database, replica)
            await database.close()
        for post in posts:
            said = [one for one in scene.workspace.thread(support, post) if one.user == scene.workspace.bot.id]
            assert [len([one for one in said if kind(one)]) for kind in (is_question, is_completed)] == [1, 1]
            assert len(said) == 2


class TestKilledOnPostgresql(TestKilled):
    pytestmark = pytest.mark.postgresql

    @pytest.fixture
    def database_url(self, postgresql_url: str) -> str:
        return postgresql_url
