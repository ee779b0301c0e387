"""The instants between doing something in Slack and knowing that it is done: one process, killed at each of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot.core.private_once import MAYBE
from bot.db.engine import Database
from bot.slack.inbound.commands import AT_WORK
from bot.work import DeadlyError
from bot.work.table import inbox
from tests.chaos.instant import strike
from tests.chaos.verdict import until_idle

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.slack.records import MessageRecord
    from tests.chaos.conftest import Scene
    from tests.chaos.people import Opening
    from tests.chaos.replica import Replica

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

INSTANTS: dict[str, tuple[Opening, bool, Callable[[MessageRecord], bool]]] = {
    "a stream begun": ("mention", False, lambda message: message.streaming),
    "a stream ended": ("mention", False, lambda message: message.stream is not None and not message.streaming),
    "the first of two parts": ("mention", True, lambda message: not message.streaming),
    "the second of two parts": ("mention", True, lambda message: message.stream is None),
    "a command's thread opened": ("summarize", False, lambda message: not message.thread_ts),
    "a file shared": ("code", False, lambda message: bool(message.files)),
}


async def test_each_dangerous_instant_is_survived(scene: Scene) -> None:
    replica = scene.replica("http")
    await replica.start()
    for name, (opening, long, when) in INSTANTS.items():
        talk = scene.people.meet(opening, long=long)
        async with asyncio.TaskGroup() as group:
            group.create_task(scene.people.ask(talk, replica.ready.wait))
            await strike(scene.workspace, replica.kill, when=when)
            scene.deaths.append(f"talk {talk.number}: {name}")
            await replica.ended()
            await replica.start()
        await scene.people.until_answered()
    await scene.settle()


async def test_a_deadly_turn_is_given_up(scene: Scene) -> None:
    """Its begun answer becomes the apology, and the next question in its thread is answered."""
    replica = scene.replica("http")
    await replica.start()
    talk = scene.people.meet()
    async with asyncio.TaskGroup() as group:
        group.create_task(scene.people.ask(talk, replica.ready.wait))
        await strike(scene.workspace, replica.kill, when=lambda message: message.streaming)
    await replica.ended()
    # As if it had died with the process once before, and thrice in the quarantine, which is the bot's own.
    await set_deaths(scene.environ["DATABASE_URL"], deaths=1, crashes=3)
    await replica.start()
    thread = scene.workspace.thread(talk.channel, talk.thread)
    await scene.workspace.until(lambda: "Reference" in thread[1].shown, 20)
    assert (len(thread), thread[1].streaming) == (2, False)
    assert DeadlyError().sentence in thread[1].shown
    tag = await scene.people.ask(talk, replica.ready.wait)
    await scene.people.until_answered({tag})


async def test_a_private_answer_is_shown_once(scene: Scene) -> None:
    """Killed as it showed the answer, before it can know: the person is told, and nobody pays twice."""
    replica = scene.replica("http")
    await replica.start()
    async with asyncio.TaskGroup() as group:
        group.create_task(strike(scene.workspace, replica.kill, when=lambda message: "Answer to q0.0" in message.shown))
        await ask_privately(scene)
    await replica.ended()
    assert await shown_in_the_end(scene, replica) == [AT_WORK, "Answer to q0.0", MAYBE.format(name="summarize")]
    assert len(scene.model.requests["q0.0"]) == 1


async def test_a_private_answer_outlives_a_death(scene: Scene) -> None:
    """Killed before it showed anything: the answer comes, and nothing else does."""
    replica = scene.replica("http")
    await replica.start()
    await ask_privately(scene)
    async with asyncio.timeout(20):
        await scene.model.until_asked("q0.0", 1)
    replica.kill()
    await replica.ended()
    assert await shown_in_the_end(scene, replica) == [AT_WORK, "Answer to q0.0"]


async def ask_privately(scene: Scene) -> None:
    channel = scene.workspace.channel("general")
    reply = await scene.workspace.command(channel, "/summarize", "--private something about q0.0")
    assert reply.acked


async def shown_in_the_end(scene: Scene, replica: Replica) -> list[str]:
    """Start the bot again, and return how each thing begins that the person alone has been shown by its end."""
    await replica.start()
    database = Database.open(scene.environ["DATABASE_URL"])
    await until_idle(database)
    await database.close()
    assert await replica.stop() == 0
    return [message.shown.partition(":")[0] for message in scene.workspace.ephemerals()]


async def set_deaths(url: str, deaths: int, crashes: int) -> None:
    database = Database.open(url)
    async with database.writer.begin() as connection:
        await connection.execute(update(inbox).values(deaths=deaths, crashes=crashes))
    await database.close()
