"""Replicas on PostgreSQL: one dies for good, one is a zombie for a while, the database itself crashes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

import pytest

from bot.db.engine import Database
from tests.chaos.instant import strike
from tests.chaos.model import TAG
from tests.chaos.verdict import until_idle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica
    from tests.support.postgresql import PostgresqlServer

pytestmark = [pytest.mark.chaos, pytest.mark.postgresql, pytest.mark.timeout(300)]

Transport = Literal["http", "socket"]

TALKS, QUESTIONS = 24, 1
TAKEOVER = 60.0  # seconds


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_the_dead_and_the_frozen_are_replaced(scene: Scene, transport: Transport) -> None:
    if transport == "socket":
        del scene.environ["TAKEOVER_AFTER"]  # the promised minute holds with the default, too
    dying, zombie, last = await ready(scene, 3, transport)
    async with talking(scene) as is_over:
        await strike(scene.workspace, dying.kill, count=scene.rng.randint(20, 60))
        await strike(scene.workspace, zombie.freeze, count=scene.rng.randint(1, 20))
        is_over.set()
        async with asyncio.timeout(TAKEOVER):
            await scene.people.until_answered(scene.people.unanswered)
    await dying.ended()
    # It comes back among new work, and then has to do that alone.
    async with talking(scene):
        zombie.thaw()
        await strike(scene.workspace, last.terminate, count=20)
        assert await last.ended() == 0
    await scene.settle()


async def test_a_database_crash_loses_nothing(scene: Scene, postgresql_server: PostgresqlServer) -> None:
    await ready(scene, 2, "socket")
    async with talking(scene):
        for _ in range(2):
            instant = asyncio.Event()
            await strike(scene.workspace, instant.set, count=scene.rng.randint(20, 60))
            await asyncio.to_thread(postgresql_server.crash)
            await asyncio.to_thread(postgresql_server.start)
    await scene.settle()


async def ready(scene: Scene, number: int, transport: Transport) -> list[Replica]:
    """Start some bots; the workspace spreads what it delivers over all of their connections or addresses."""
    replicas = [scene.replica(transport) for _ in range(number)]
    await asyncio.gather(*(replica.start() for replica in replicas))
    return replicas


@asynccontextmanager
async def talking(scene: Scene) -> AsyncIterator[asyncio.Event]:
    """Let new people talk until the event is set or the block ends, and each has asked enough."""
    is_over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for number in range(TALKS):
            talk = scene.people.meet("summarize" if number % 7 == 3 else "mention")
            group.create_task(scene.people.hold(talk, QUESTIONS, is_over.is_set, scene.online))
        yield is_over
        is_over.set()


async def test_what_a_frozen_replica_held_is_answered_once(scene: Scene) -> None:
    """Slack delivers it to another one behind a later mention of its thread, which was answered with it in mind."""
    frozen, _ = await ready(scene, 2, "http")
    workspace, (its_url, other_url) = scene.workspace, scene.urls
    channel, mention = workspace.channel("general"), scene.workspace.bot.mention
    root = workspace.say(channel, "The build is red.", user=workspace.sam)
    await workspace.until(lambda: all(delivery.is_over for delivery in workspace.deliveries.log))
    workspace.deliver_to(its_url)
    frozen.freeze()
    log, before = workspace.deliveries.log, len(workspace.deliveries.log)
    workspace.say(channel, f"{mention} why q0.0?", thread_ts=root)
    held = log[before:]
    for _ in range(5):
        await asyncio.sleep(0)  # its delivery begins with the next rounds of the loop, to the address that holds then
    workspace.deliver_to(other_url)
    workspace.say(channel, f"{mention} and since when q0.1?", thread_ts=root)

    def answers(tag: str) -> list[str]:
        thread = workspace.thread(channel, root)[1:]
        return [m.shown for m in thread if m.user == workspace.bot.id and f"end of {tag}" in m.shown]

    await workspace.until(lambda: answers("q0.1"), 30)
    assert not answers("q0.0")
    await workspace.until(lambda: all(delivery.is_over for delivery in held) and answers("q0.0"), 30)
    frozen.thaw()
    database = Database.open(scene.environ["DATABASE_URL"])
    await until_idle(database)
    await database.close()
    assert "which reached me after the later ones" in answers("q0.0")[0]
    assert [len(answers(tag)) for tag in ("q0.0", "q0.1")] == [1, 1]
    assert [len(scene.model.requests[tag]) for tag in ("q0.0", "q0.1")] == [1, 1]
    asked = [tag for _, text in scene.model.requests["q0.0"][0].turns for tag in TAG.findall(text)]
    assert asked[:2] == ["q0.0", "q0.1"]
