"""What trackers sent when the bot dies: it has its effect, and the person who posted is told once."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from sqlalchemy import select

from bot.core.domain.message import Place
from bot.db import tables
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.integrations.webhook import signed
from bot.playground.anthropic.api import MessagesServer
from tests.chaos.instant import strike
from tests.chaos.test_feedback import Sorter, say
from tests.chaos.verdict import until_idle

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.chaos.conftest import Scene

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

SECRET, DONE = "a-long-random-text", "Good news: this is done"
POSTED = 4  # one for each instant at which the bot dies
ISSUE = tables.TrackerIssueRow


async def close(url: str, workspace: str, record: int) -> int:
    """Say that a record is resolved; return the status of the answer, 0 for none."""
    said = {"workspace": workspace, "id": record, "status": "resolved", "updated_at": "2036-12-01T10:00:00Z"}
    body = json.dumps(said | {"by": "Ana", "comment": f"Shipped {record}."}).encode()
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=signed(body, SECRET, time.time())) as response,
        ):
            return response.status
    except aiohttp.ClientError:
        return 0


async def test_killed_events_are_told_once(scene: Scene) -> None:
    """It dies as an event is taken, as it tells the author, as the card changes, and when it has told."""
    scene.environ["TRIAGE_WEBHOOK_SECRET"] = SECRET
    async with MessagesServer(Sorter()) as server:
        scene.environ |= server.environment()
        replica = scene.replica("http")
        url = scene.urls[0].replace("/slack/events", "/triage/events")
        await replica.start()
        support, team = scene.workspace.channel("support-feedback"), scene.workspace.workspace.team_id
        database = Database.open(scene.environ["DATABASE_URL"])
        settings = {"triage": True, "together": 0, "alert_from": 0}
        await sql_store(database).settings.change(Place(team, support), settings, scene.workspace.me.id)
        posts = [say(scene, support, number) for number in range(POSTED)]
        records = await sorted_records(database)

        def at(words: str, delay: float = 0.0) -> Any:
            def is_it(message: MessageRecord) -> bool:
                return message.channel == support and words in message.shown

            return partial(strike, scene.workspace, replica.kill, when=is_it, delay=delay)

        assert await close(url, team, records[0]) == 202
        replica.kill()
        await come_back(replica, database)
        for record, instant in zip(records[1:], (at(DONE), at("Resolved by Ana"), at(DONE, 0.03)), strict=True):
            async with asyncio.TaskGroup() as group:
                group.create_task(instant())
                await asyncio.sleep(0)
                assert await close(url, team, record) == 202
            await come_back(replica, database)
        for record in records:  # as a tracker that saw no answer would do
            assert await close(url, team, record) == 202
        await until_idle(database)
        assert await replica.stop() == 0
        assert await outcomes(database) == [("completed", "completed", "resolved")] * POSTED
        await database.close()
    for number, ts in enumerate(posts):
        said = [one.shown for one in scene.workspace.thread(support, ts)[1:]]
        assert [DONE in text for text in said].count(True) == 1, (number, said)
        assert sum("Resolved by Ana" in text for text in said) == 1, (number, said)


async def come_back(replica: Any, database: Database) -> None:
    await replica.ended()
    await replica.start()
    await until_idle(database)


async def sorted_records(database: Database) -> list[int]:
    """Wait until all posts are sorted and shown; return the ids of their records."""
    row = tables.FeedbackRow
    query = select(row.id).where(~row.waits, row.shown_version == row.version, row.version > 0).order_by(row.message)
    async with asyncio.timeout(60):
        while True:
            async with database.reader.connect() as connection:
                found = list(await connection.scalars(query))
            if len(found) == POSTED:
                return found
            await asyncio.sleep(0.1)  # the table belongs to another process and tells nobody when it changes


async def outcomes(database: Database) -> list[tuple[str, str, str]]:
    columns = ISSUE.state, ISSUE.told, tables.FeedbackRow.status
    query = select(*columns).join(tables.FeedbackRow, tables.FeedbackRow.id == ISSUE.record)
    async with database.reader.connect() as connection:
        return [(row.state, row.told, row.status) for row in await connection.execute(query)]
