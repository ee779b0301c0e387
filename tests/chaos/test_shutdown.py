"""One process that is told to stop, or to come over other connections, in the middle of its work."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.chaos.conftest import GRACE
from tests.chaos.instant import strike

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

TALKS, QUESTIONS = 16, 2
QUICK, SLOW, STUCK = 0.04, 1.5, 90  # seconds between two pieces of an answer
MARGIN = 30.0  # seconds: for closing connections and the end of the interpreter, on however busy a machine
LONG_GRACE = 60


async def test_stopping_loses_nothing(scene: Scene) -> None:
    """What runs is finished; or, where that takes too long, handed over."""
    replica = scene.replica()
    await replica.start(from_scratch=True)
    async with talking(scene, replica):
        for pace, then in ((QUICK, QUICK), (SLOW, STUCK)):
            scene.model.pace = pace
            await strike(scene.workspace, replica.terminate, count=scene.rng.randint(5, 20))
            scene.model.pace = then
            await ends(scene, replica, 0, within=GRACE + MARGIN)
            await replica.start()
    await scene.settle()


async def test_a_second_signal_ends_at_once(scene: Scene) -> None:
    scene.environ["SHUTDOWN_GRACE"] = str(LONG_GRACE)
    replica = scene.replica()
    await replica.start()
    async with talking(scene, replica):
        scene.model.pace = SLOW
        await strike(scene.workspace, replica.terminate, count=scene.rng.randint(5, 20))
        # By its next changes it has heard the first signal: its loop looks for those before all else.
        await strike(scene.workspace, replica.terminate, count=3)
        scene.model.pace = STUCK
        await ends(scene, replica, 130, within=LONG_GRACE / 2)
        await replica.start()
    await scene.settle()


async def ends(scene: Scene, replica: Replica, status: int, within: float) -> None:
    """See a bot end, and let the model be quick for the next."""
    told = time.monotonic()
    assert await replica.ended() == status
    assert time.monotonic() - told < within
    scene.deaths.append(f"ended with {status} after {time.monotonic() - told:.1f} s")
    scene.model.pace = QUICK


async def test_a_disconnect_loses_nothing(scene: Scene) -> None:
    replica = scene.replica()
    await replica.start()
    async with talking(scene, replica):
        for _ in range(2):
            instant = asyncio.Event()
            await strike(scene.workspace, instant.set, count=scene.rng.randint(10, 30))
            await scene.workspace.disconnect()
    await scene.settle()


@asynccontextmanager
async def talking(scene: Scene, replica: Replica) -> AsyncIterator[None]:
    """Let people talk as long as the block runs, and until each has asked enough."""
    is_over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for number in range(TALKS):
            talk = scene.people.meet("code" if number % 7 == 3 else "mention")
            group.create_task(scene.people.hold(talk, QUESTIONS, is_over.is_set, replica.ready.wait))
        yield
        is_over.set()
