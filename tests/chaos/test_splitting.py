"""A post about several things, as the bot dies: a record for each, one card, each team told once."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.core.domain.message import Place
from bot.db import tables
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

CRASH, WISH = "The export dialog crashes", "please add a dark mode"


class Sorter:
    """Finds a crash and a wish in each post."""

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        wish = {"category": "Feature request", "summary": "Dark mode", "severity": "Low", "words": WISH}
        results = [
            judged(one["item"], one["item"])
            | {"words": CRASH, "further": [judged(0, 0) | wish] if WISH in one["text"] else []}
            for one in within(asked, "messages")
        ]
        yield TextDelta(json.dumps({"results": results}))


class TestKilled:
    async def test_each_thing_is_shown_once(self, scene: Scene) -> None:
        """It dies as it shows the card, as it tells a team, and as it shows the card of a post that was edited."""
        async with MessagesServer(Sorter()) as server:
            scene.environ |= server.environment()
            replica = scene.replica("http")
            await replica.start()
            support, team = scene.workspace.channel("support-feedback"), scene.workspace.channel("engineering")
            database = Database.open(scene.environ["DATABASE_URL"])
            place = Place(scene.workspace.workspace.team_id, support)
            settings = {
                "triage": True,
                "together": 0,
                "alert_from": 0,
                "teams": [{"name": "Design", "channel": team, "people": []}],
                "routes": [{"when": ["Feature request"], "team": "Design"}],
            }
            await sql_store(database).settings.change(place, settings, scene.workspace.me.id)

            def is_card(message: MessageRecord) -> bool:
                return message.channel == support and "Dark mode" in message.shown

            def is_notice(message: MessageRecord) -> bool:
                return message.channel == team and "Dark mode" in message.shown

            posts = list[str]()
            for instant in (is_card, is_notice):
                async with asyncio.TaskGroup() as group:
                    group.create_task(strike(scene.workspace, replica.kill, when=instant))
                    await asyncio.sleep(0)
                    posts.append(scene.workspace.say(support, f"{CRASH}, and {WISH}, case {len(posts)}"))
                await replica.ended()
                await replica.start()
            await until_idle(database)
            async with asyncio.TaskGroup() as group:
                group.create_task(strike(scene.workspace, replica.kill, when=lambda one: one.channel == support))
                await asyncio.sleep(0)
                scene.workspace.edit(support, posts[0], CRASH)
            await replica.ended()
            await replica.start()
            await settled(scene, database, replica)
            assert await records(database) == ["open", "withdrawn", "open", "open"]
            await database.close()
        cards = [scene.workspace.thread(support, post)[1:] for post in posts]
        assert [len(ones) for ones in cards] == [1, 1]
        assert ["Dark mode" in ones[0].shown for ones in cards] == [False, True]
        told = "\n".join(one.shown for one in scene.workspace.workspace.messages(team))
        assert [told.count(post.replace(".", "")) for post in posts[1:]] == [1]


async def records(database: Database) -> list[str]:
    row = tables.FeedbackRow
    async with database.reader.connect() as connection:
        return [str(one) for one in await connection.scalars(select(row.status).order_by(row.message, row.part))]


class TestKilledOnPostgresql(TestKilled):
    pytestmark = pytest.mark.postgresql

    @pytest.fixture
    def database_url(self, postgresql_url: str) -> str:
        return postgresql_url
