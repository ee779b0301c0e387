"""Feedback that is being triaged when the bot dies: sorted once, one card each, told to its team once, alerted once."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.message import Place
from bot.db import tables
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import TextDelta
from tests.chaos.instant import strike
from tests.chaos.verdict import until_idle

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.records import MessageRecord
    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

POSTED = 8  # one for each death, and three more that come at once
SETTINGS = {
    "triage": True,
    "routes": [{"when": ["Bug report"], "team": "Exports"}],
    "alert_from": 3,
    "together": 0,
}


class Sorter:
    """Finds that each post is a bug report like the first one. A blow may fall when it was asked or has answered."""

    def __init__(self) -> None:
        self.asked: list[set[int]] = []
        self._blows: list[tuple[str, Callable[[], None], asyncio.Future[None]]] = []

    async def strike(self, blow: Callable[[], None], instant: str) -> None:
        struck = asyncio.get_running_loop().create_future()
        self._blows.append((instant, blow, struck))
        async with asyncio.timeout(30):
            await struck

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        posts = [one["item"] for one in within(asked, "messages")]
        earlier = [one["item"] for one in within(asked, "earlier")]
        self.asked.append(set(posts))
        self._reach("asked")
        results = [judged(number, min([*earlier, *posts])) for number in posts]
        yield TextDelta(json.dumps({"results": results}))
        self._reach("answered")

    def _reach(self, instant: str) -> None:
        for one in [one for one in self._blows if one[0] == instant]:
            self._blows.remove(one)
            one[1]()
            one[2].set_result(None)


def within(asked: ModelRequest, tag: str) -> list[dict[str, Any]]:
    found = re.search(f"<{tag}>(.*)</{tag}>", asked.text, re.DOTALL)
    return json.loads(found[1]) if found else []


def judged(number: int, first: int) -> dict[str, Any]:
    return {
        "item": number,
        "category": "Bug report",
        "confidence": 90,
        "evidence": "",
        "nature": "feedback",
        "severity": "High",
        "sentiment": "negative",
        "area": "export",
        "summary": "The export crashes",
        "language": "en",
        "duplicate_of": first if first < number else 0,
    }


async def test_killed_triage_does_everything_once(scene: Scene) -> None:
    """It dies as it asks, as it is told, as it shows a card, as it tells the team, and as it raises the alert."""
    sorter = Sorter()
    async with MessagesServer(sorter) as server:
        scene.environ |= server.environment()
        replica = scene.replica("http")
        await replica.start()
        support, team = scene.workspace.channel("support-feedback"), scene.workspace.channel("engineering")
        database = Database.open(scene.environ["DATABASE_URL"])
        teams = [{"name": "Exports", "channel": team, "people": []}]
        place = Place(scene.workspace.workspace.team_id, support)
        await sql_store(database).settings.change(place, SETTINGS | {"teams": teams}, scene.workspace.me.id)

        def at(when: Callable[[MessageRecord], bool]) -> Callable[[], Coroutine[Any, Any, None]]:
            return partial(strike, scene.workspace, replica.kill, when=when)

        posts, kept = list[str](), list[tuple[int, set[int]]]()
        for instant in (
            partial(sorter.strike, replica.kill, "asked"),
            partial(sorter.strike, replica.kill, "answered"),
            at(lambda message: message.channel == support and bool(message.thread_ts)),
            at(lambda message: message.channel == team and is_alert(message)),
            at(lambda message: message.channel == team and not is_alert(message)),
        ):
            async with asyncio.TaskGroup() as group:
                group.create_task(instant())
                await asyncio.sleep(0)
                posts.append(say(scene, support, len(posts)))
            await replica.ended()
            kept.append((len(sorter.asked), await sorted_records(database)))
            await replica.start()
        posts += [say(scene, support, number) for number in range(len(posts), POSTED)]
        await until_idle(database)
        await settled(scene, database, replica)
        assert_nothing_is_sorted_twice(sorter, kept)
        assert await records(database) == [(FeedbackStatus.OPEN, "Bug report", 1)] * POSTED
        await database.close()
    assert_all_is_shown_once(scene, support, team, posts)


def say(scene: Scene, channel: str, number: int) -> str:
    return scene.workspace.say(channel, f"The export dialog crashes, case {number}")


async def settled(scene: Scene, database: Database, replica: Replica) -> None:
    """Wait until all is taken in and done."""
    await scene.workspace.until(lambda: all(one.is_over for one in scene.workspace.deliveries.log))
    await until_idle(database)
    assert await replica.stop() == 0


async def sorted_records(database: Database) -> set[int]:
    async with database.reader.connect() as connection:
        return set(await connection.scalars(select(tables.FeedbackRow.id).where(~tables.FeedbackRow.waits)))


async def records(database: Database) -> list[tuple[str, str, int]]:
    columns = (tables.FeedbackRow.status, tables.FeedbackRow.category, tables.FeedbackRow.version)
    async with database.reader.connect() as connection:
        return [(row.status, row.category, row.version) for row in await connection.execute(select(*columns))]


def assert_nothing_is_sorted_twice(sorter: Sorter, kept: list[tuple[int, set[int]]]) -> None:
    """What was kept at a death is not asked about again, and each death costs one call at most."""
    for asked_before, known in kept:
        assert all(known.isdisjoint(asked) for asked in sorter.asked[asked_before:])
    again = Counter(number for asked in sorter.asked for number in asked)
    assert len(again) == POSTED
    assert sum(again.values()) <= POSTED + len(kept)


def assert_all_is_shown_once(scene: Scene, support: str, team: str, posts: list[str]) -> None:
    bot = scene.workspace.bot.id
    for ts in posts:
        root, *cards = scene.workspace.thread(support, ts)
        assert [("Bug report" in one.shown, one.user) for one in cards] == [(True, bot)]
        assert list(root.reactions) == ["bug"]
    told = [one for one in scene.workspace.workspace.messages(team) if one.user == bot]
    (alert,) = [one for one in told if is_alert(one)]
    assert f"{POSTED} posts about the same thing" in alert.shown
    notices = "\n".join(one.shown for one in told if not is_alert(one))
    assert [notices.count(ts.replace(".", "")) for ts in posts] == [1] * POSTED


def is_alert(message: MessageRecord) -> bool:
    return "posts about the same thing" in message.shown
