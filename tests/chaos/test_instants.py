"""The instants between doing something in Slack and knowing that it is done: one process, killed at each of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from bot.core.ephemeral_once import MAYBE
from bot.db.engine import Database
from bot.db.tables import NoteRow
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
    """Killed before it showed anything, the answer comes; killed as it did, the person is told. Nobody pays twice."""
    replica = scene.replica("http")
    await replica.start()
    await ask_privately(scene, "q0.0")
    async with asyncio.timeout(20):
        await scene.model.until_asked("q0.0", 1)
    replica.kill()
    await replica.ended()
    await replica.start()
    async with asyncio.TaskGroup() as group:
        group.create_task(strike(scene.workspace, replica.kill, when=lambda message: "Answer to q0.1" in message.shown))
        await scene.workspace.until(lambda: "Answer to q0.0" in shown_in_private(scene))
        await ask_privately(scene, "q0.1")
    await replica.ended()
    await idle_again(scene, replica)
    told = MAYBE.format(name="summarize")
    assert shown_in_private(scene) == [AT_WORK, "Answer to q0.0", AT_WORK, "Answer to q0.1", told]
    assert len(scene.model.requests["q0.1"]) == 1


async def test_a_used_control_goes_after_a_death(scene: Scene) -> None:
    """Killed as what “Continue” asked for stood there, and before the button was taken away."""
    workspace, replica = scene.workspace, scene.replica("http")
    await replica.start()
    channel = workspace.channel("general")
    ts = workspace.say(channel, f"{workspace.bot.mention} What about k1.0?")
    await workspace.until(lambda: any("continue.0" in str(one.blocks) for one in workspace.thread(channel, ts)))
    (_, first) = workspace.thread(channel, ts)
    async with asyncio.TaskGroup() as group:
        ended = strike(workspace, replica.kill, when=lambda one: one is not first and "end of k1.0" in one.shown)
        group.create_task(ended)
        await workspace.press(first, "continue.0")
    await replica.ended()
    assert "continue.0" in str(first.blocks)
    await idle_again(scene, replica)
    assert "continue.0" not in str(first.blocks)
    assert "regenerate" in str(first.blocks)
    (second,) = workspace.thread(channel, ts)[2:]
    assert second.shown.startswith("Answer to k1.0")
    assert len(scene.model.requests["k1.0"]) == 2


async def test_a_note_is_offered_once(scene: Scene) -> None:
    """Killed as the card stood there: its round is not paid for again, and neither note nor card comes twice."""
    workspace, replica = scene.workspace, scene.replica("http")
    await replica.start()
    channel = workspace.channel("general")
    await workspace.command(channel, "/parley", "set memory on")
    await workspace.until(workspace.ephemerals)
    async with asyncio.TaskGroup() as group:
        group.create_task(strike(workspace, replica.kill, when=lambda one: "a note of n1" in one.shown))
        ts = workspace.say(channel, f"{workspace.bot.mention} What about n1.0?")
    await replica.ended()
    await idle_again(scene, replica)
    cards = [one.shown for one in workspace.thread(channel, ts) if "a note of n1" in one.shown]
    answers = [one.shown for one in workspace.thread(channel, ts) if "Answer to n1.0" in one.shown]
    assert (len(cards), len(answers), len(scene.model.requests["n1.0"])) == (1, 1, 2)
    database = Database.open(scene.environ["DATABASE_URL"])
    async with database.reader.connect() as connection:
        assert (await connection.execute(select(NoteRow.text))).scalars().all() == ["a note of n1.0"]
    await database.close()


async def ask_privately(scene: Scene, tag: str) -> None:
    channel = scene.workspace.channel("general")
    reply = await scene.workspace.command(channel, "/summarize", f"--private something about {tag}")
    assert reply.acked


def shown_in_private(scene: Scene) -> list[str]:
    """Return how each thing begins that the person alone has been shown."""
    return [message.shown.partition(":")[0] for message in scene.workspace.ephemerals()]


async def idle_again(scene: Scene, replica: Replica) -> None:
    """Start the bot again, let it do all that is left, and stop it."""
    await replica.start()
    database = Database.open(scene.environ["DATABASE_URL"])
    await until_idle(database)
    await database.close()
    assert await replica.stop() == 0


async def set_deaths(url: str, deaths: int, crashes: int) -> None:
    database = Database.open(url)
    async with database.writer.begin() as connection:
        await connection.execute(update(inbox).values(deaths=deaths, crashes=crashes))
    await database.close()
