"""Drafts whose bot dies while it writes, shows and sends them: written for each post, shown once, sent once."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.knowledge import NewSource, ReadPage, SourceKind
from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.db.knowledge import sql_knowledge_store
from bot.db.store import sql_store
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import BlockStop, TextDelta
from tests.chaos.instant import strike
from tests.chaos.test_feedback import Sorter, judged, within
from tests.chaos.verdict import until_idle

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.records import MessageRecord
    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

LINK = "https://docs.lumen.example/export"
ANSWER = "Choose Export in the menu, then PDF."
POSTED = 6
SETTINGS = {"triage": True, "drafts": "on", "together": 0, "alert_from": 0}
SETTINGS |= {"routes": [{"when": ["Question"], "team": "Apps"}]}


class Desk(Sorter):
    """Sorts each post as a question, and answers it from the only page. A blow may fall as a draft is written."""

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        posts = [one["item"] for one in within(asked, "messages")]
        if posts:
            told = [judged(number, number) | {"category": "Question", "asks": True} for number in posts]
            yield TextDelta(json.dumps({"results": told}))
            return
        self._reach("asked")
        for event in (BlockStop(), TextDelta(ANSWER), asked.citing(0), BlockStop()):
            yield event
        self._reach("answered")


async def test_killed_drafts_are_sent_once(scene: Scene) -> None:
    desk = Desk()
    async with MessagesServer(desk) as server:
        scene.environ |= server.environment()
        replica = scene.replica("http")
        await replica.start()
        support, team = (scene.workspace.channel(name) for name in ("support-feedback", "engineering"))
        database = Database.open(scene.environ["DATABASE_URL"])
        await prepare(scene, database, support, team)

        def at(when: Callable[[MessageRecord], bool]) -> Callable[[], Awaitable[None]]:
            return partial(strike, scene.workspace, replica.kill, when=when)

        posts: list[str] = []
        for instant in (
            partial(desk.strike, replica.kill, "asked"),
            partial(desk.strike, replica.kill, "answered"),
            at(lambda message: message.channel == team and ANSWER in message.shown),
        ):
            await during(instant(), partial(say, scene, support, posts), replica)
        while len(posts) < POSTED:
            await say(scene, support, posts)
        await until_idle(database)
        drafts = shown(scene, team)
        assert len(drafts) == POSTED
        for instant, draft in zip(
            (
                at(lambda message: message.channel == support and "Approved by" in message.shown),
                at(lambda message: message.channel == team and "Sent by" in message.shown),
                at(lambda message: message.channel == support and "Answered with a draft" in message.shown),
            ),
            drafts,
            strict=False,
        ):
            await during(instant(), partial(press, scene, draft), replica)
        await press(scene, drafts[3])
        replica.kill()  # whatever it had come to
        await replica.ended()
        await replica.start()
        for draft in drafts:
            await press(scene, draft)
        await until_idle(database)
        assert await replica.stop() == 0
        await database.close()
    for ts in posts:
        answers = [one for one in scene.workspace.thread(support, ts) if "Approved by" in one.shown]
        assert len(answers) == 1
    assert len(shown(scene, team)) == POSTED
    assert all("Sent by" in one.shown for one in shown(scene, team))


async def prepare(scene: Scene, database: Database, support: str, team: str) -> None:
    """Let the channel have a page, a team, and drafts."""
    place, now = Place(scene.workspace.workspace.team_id, support), datetime.now(UTC)
    knowledge = sql_knowledge_store(database)
    new = NewSource(place.workspace, support, SourceKind.SITE, LINK, "Docs", scene.workspace.me.id)
    source = await knowledge.pages.begin(await knowledge.sources.add(new, now), [LINK], now)
    assert source is not None
    await knowledge.pages.keep(source, LINK, ReadPage(LINK, LINK, "Export guide", f"{ANSWER} Case by case."), now)
    await knowledge.pages.finish(source, now, now + timedelta(days=1))
    teams = [{"name": "Apps", "channel": team, "people": []}]
    await sql_store(database).settings.change(place, SETTINGS | {"teams": teams}, scene.workspace.me.id)


async def during(instant: Awaitable[None], act: Callable[[], Awaitable[None]], replica: Replica) -> None:
    """Act, and let the bot die at an instant of what follows from that."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_awaited(instant))
        await asyncio.sleep(0)
        await act()
    await replica.ended()
    await replica.start()


async def _awaited(instant: Awaitable[None]) -> None:
    await instant


async def say(scene: Scene, channel: str, posts: list[str]) -> None:
    text = f"How do I export as a PDF, case {len(posts)}?"
    posts.append(scene.workspace.say(channel, text, user=scene.workspace.sam))


async def press(scene: Scene, draft: MessageRecord) -> None:
    """Press Send, if it is still there."""
    if "draft_send" in str(draft.blocks):
        await scene.workspace.press(draft, "draft_send.0")


def shown(scene: Scene, team: str) -> list[MessageRecord]:
    return [one for one in scene.workspace.workspace.messages(team) if ANSWER in one.shown]
