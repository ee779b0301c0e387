"""Answers that look things up, killed between their rounds: rounds that were paid for are not paid for again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.core.tools.rounds import STEERED
from bot.db import tables
from bot.db.engine import Database
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import TextDelta, ThinkingDelta, ToolUse
from tests.chaos.instant import strike
from tests.chaos.verdict import until_idle

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from bot.playground.anthropic.reply import Event, ModelRequest
    from tests.chaos.conftest import Scene
    from tests.chaos.replica import Replica

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

FACT = "the launch is on May 2"
NOTE, FIND = "remember that the launch is on May 2", "when is the launch?"
HURRY = "and hurry, please"
CALLS = {NOTE: ToolUse("remember", {"text": FACT}), FIND: ToolUse("find_messages", {"query": "launch"})}


class LookingModel:
    """Calls a tool, then answers. `begins` holds its first round back, `ends` its second one, in the middle."""

    def __init__(self) -> None:
        self.requests: dict[str, list[ModelRequest]] = {NOTE: [], FIND: []}
        self.others: list[ModelRequest] = []
        self.begins, self.ends = asyncio.Event(), asyncio.Event()

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        question = next((one for one in self.requests if one in asked.turns[0][1]), "")
        self.requests.get(question, self.others).append(asked)
        if not asked.tool_results:
            yield ThinkingDelta("I have to look.")
            yield TextDelta("One moment.")
            await self.begins.wait()
            yield CALLS[question]
            return
        yield TextDelta("It is on ")
        await self.ends.wait()
        yield TextDelta(f"May 2, end of “{question}”.")


@pytest.fixture
def model() -> LookingModel:
    return LookingModel()


@pytest.fixture
async def replica(scene: Scene, model: LookingModel) -> AsyncIterator[Replica]:
    async with MessagesServer(model) as server:
        scene.environ |= server.environment()
        replica = scene.replica("http")
        await replica.start()
        yield replica
        await replica.clear_away()


async def test_no_kill_doubles_a_round(scene: Scene, model: LookingModel, replica: Replica) -> None:
    """It dies as two answers are written from what tools returned, and as the first of them is shown."""
    local = scene.workspace
    channel = local.channel("general")
    await local.command(channel, "/parley", "set memory on")
    await local.until(lambda: "`memory` is set" in str([one.shown for one in local.ephemerals()]))
    threads = {question: local.say(channel, f"{local.bot.mention} {question}") for question in (NOTE, FIND)}
    await local.until(lambda: all(model.requests.values()))
    local.say(channel, f"{local.bot.mention} {HURRY}", thread_ts=threads[FIND])
    await local.until(lambda: all(delivery.is_over for delivery in local.deliveries.log))
    model.begins.set()
    await local.until(lambda: all("It is on" in answer(scene, ts) for ts in threads.values()))
    replica.kill()
    await replica.ended()
    model.ends.set()
    await replica.launch()
    await strike(local, replica.kill, when=lambda one: not one.streaming and f"end of “{NOTE}”" in one.shown)
    await replica.ended()
    await replica.start()
    database = Database.open(scene.environ["DATABASE_URL"])
    await until_idle(database)
    assert await replica.stop() == 0
    async with database.reader.connect() as connection:
        notes = list((await connection.execute(select(tables.NoteRow.text))).scalars())
        said = list((await connection.execute(select(tables.MessageRow.text))).scalars())
    await database.close()

    for question, ts in threads.items():
        assert answer(scene, ts).startswith(f"One moment.\n\nIt is on May 2, end of “{question}”.")
        first, *later = model.requests[question]
        assert not first.tool_results
        assert all(one.tool_results for one in later)
        # What Slack's search found is not kept, so that is looked up again; what the model wrote goes back unchanged.
        same = 3 if question == NOTE else 2
        assert {str(one.body["messages"][:same]) for one in later} == {str(later[0].body["messages"][:same])}
        assert later[0].body["messages"][1]["content"][0]["type"] == "thinking"
    assert len(model.requests[NOTE]) == 3
    assert notes == [FACT]
    assert model.others == []
    assert HURRY in str(model.requests[FIND][-1].body["messages"][-1])
    assert STEERED in answer(scene, threads[FIND])
    assert said.count(HURRY) == 1


def answer(scene: Scene, ts: str) -> str:
    """Return what the one answer in a thread says, "" while there is none."""
    thread = scene.workspace.thread(scene.workspace.channel("general"), ts)
    found = [one.shown for one in thread if one.user == scene.workspace.bot.id]
    assert len(found) <= 1
    return "".join(found)
