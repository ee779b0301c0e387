"""Replicas on PostgreSQL: one dies for good, one is a zombie for a while, the database itself crashes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

import pytest

from tests.chaos.instant import strike

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica
    from tests.stage.postgresql import PostgresqlServer

pytestmark = [pytest.mark.chaos, pytest.mark.postgresql, pytest.mark.timeout(150)]

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
