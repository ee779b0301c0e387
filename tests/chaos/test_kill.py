"""One process on SQLite, killed again and again at random instants."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.chaos.instant import strike

if TYPE_CHECKING:
    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]

TALKS, QUESTIONS = 52, 6
KILLS = 30
EACH_LIFE = 16  # questions that come in it
STARTING = 1.0  # seconds: about what a start takes, behind its imports


async def test_no_kill_loses_or_doubles_a_turn(scene: Scene) -> None:
    replica = scene.replica("http")
    scene.people.patience = 150  # in most of these lives there is hardly time for an answer
    for number in range(TALKS):
        scene.people.meet("summarize" if number % 10 == 3 else "code" if number % 10 == 7 else "mention")
    floor = asyncio.Semaphore(TALKS)

    def is_over() -> bool:
        return len(scene.deaths) == KILLS

    async with asyncio.TaskGroup() as group:
        for talk in scene.people.talks:
            group.create_task(scene.people.hold(talk, QUESTIONS, is_over, replica.ready.wait, floor))
        for _ in range(KILLS):
            await live_and_die(scene, replica, floor)
        release(floor, TALKS * QUESTIONS)
        await replica.start()
    await scene.settle()
    assert sum(len(talk.tags) for talk in scene.people.talks) >= TALKS * QUESTIONS


async def live_and_die(scene: Scene, replica: Replica, floor: asyncio.Semaphore) -> None:
    """Start the bot and kill it: early, or in the middle of its work.

    When it dies is random, and has to be: no list of instants that somebody thought of holds the one that is wrong.
    """
    release(floor, EACH_LIFE)
    await replica.launch()
    if scene.rng.random() < 0.15:
        lifetime = scene.rng.uniform(0, STARTING)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(lifetime):
                await replica.until_ready()
        replica.kill()
        scene.deaths.append(f"killed {lifetime:.2f} s after its start")
    else:
        await replica.until_ready()
        count, delay = scene.rng.randint(1, 30), scene.rng.choice([0.0, scene.rng.uniform(0, 0.05)])
        await strike(scene.workspace, replica.kill, count=count, delay=delay)
        scene.deaths.append(f"killed {delay * 1000:.0f} ms after its {count}. change")
    await replica.ended()


def release(floor: asyncio.Semaphore, questions: int) -> None:
    """Let so many more questions come, to the talks in their turn."""
    for _ in range(questions):
        floor.release()
