"""More questions than room, and turns that failed for good, through the real wire."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from tests.support import bot_process

if TYPE_CHECKING:
    from pathlib import Path

    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

BEHIND_ONE = "I'm busy: your question is queued behind 1 other and will be answered in order."


@pytest.fixture
def narrow(stage: Dialogue) -> Dialogue:
    """The stage for a bot that works on one turn at a time."""
    stage.environ |= {"MAX_RUNNING_TURNS": "1", "SHUTDOWN_GRACE": "5"}
    return stage


async def occupy(stage: Dialogue, model: ScriptedModel) -> asyncio.Event:
    """Let the bot be busy until the event that is returned is set, and one question wait."""
    gate = asyncio.Event()
    model.answer(gate, "First.", to="first")
    model.answer("Second.", to="second")
    stage.mention("first")
    await model.until_asked(len(model.requests) + 1)
    await said(stage, stage.mention("second"))
    return gate


async def said(stage: Dialogue, ts: str) -> str:
    """Wait until what was said in a message has been acknowledged, as a mention, too; return its ts."""
    events = [delivery for delivery in stage.workspace.deliveries.log if delivery.event.get("ts") == ts]
    assert events
    for delivery in events:
        await stage.until_over(delivery)
    return ts


def notices(stage: Dialogue) -> list[MessageRecord]:
    everybody = (stage.workspace.me, stage.workspace.ada, stage.workspace.sam)
    return [message for person in everybody for message in stage.workspace.ephemerals(person)]


async def test_who_has_to_wait_is_told(narrow: Dialogue, model: ScriptedModel) -> None:
    async with narrow.bot():
        gate = await occupy(narrow, model)
        assert notices(narrow) == []
        model.answer("Third.")
        ts = narrow.mention("third", user=narrow.workspace.ada)
        await narrow.workspace.until(lambda: notices(narrow))
        gate.set()
        assert await narrow.answer(narrow.general, ts) == "Third."
    assert [(m.shown, m.ephemeral_to, m.thread_ts) for m in notices(narrow)] == [
        (BEHIND_ONE, narrow.workspace.ada.id, "")
    ]
    assert [asked.text for asked in model.requests] == ["first", "second", "third"]


async def test_everybody_knows_their_place(narrow: Dialogue, model: ScriptedModel) -> None:
    async with narrow.bot():
        gate = await occupy(narrow, model)
        for count in (1, 2, 3):
            model.answer("Later.")
            narrow.mention(f"question {count}")
            await narrow.workspace.until(lambda count=count: len(notices(narrow)) == count)  # type: ignore[misc]
        gate.set()
    assert [re.findall(r"behind (\d+ others?) ", m.shown) for m in notices(narrow)] == [
        ["1 other"],
        ["2 others"],
        ["3 others"],
    ]


async def test_a_notice_stands_in_its_thread(narrow: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    async with narrow.bot():
        thread = narrow.mention("hello")
        await narrow.answer(narrow.general, thread)
        gate = await occupy(narrow, model)
        model.answer("Bye.")
        narrow.workspace.say(narrow.general, "bye", thread_ts=thread)
        await narrow.workspace.until(lambda: notices(narrow))
        gate.set()
        assert await narrow.answer(narrow.general, thread, 2) == "Bye."
    assert [(m.shown, m.thread_ts) for m in notices(narrow)] == [(BEHIND_ONE, thread)]


async def test_a_command_is_told_by_its_own_way(narrow: Dialogue, model: ScriptedModel) -> None:
    async with narrow.bot():
        gate = await occupy(narrow, model)
        model.answer("Short.")
        await narrow.workspace.command(narrow.general, "/summarize", "A long text.")
        assert await narrow.whisper() == BEHIND_ONE
        gate.set()
        await narrow.workspace.until(lambda: any(m.shown == "Short." for m in latest(narrow)))
    assert "chat.postEphemeral" not in [call.method for call in narrow.workspace.calls]


def latest(stage: Dialogue) -> list[MessageRecord]:
    return stage.workspace.workspace.messages(stage.general)


async def test_talk_among_people_gets_no_notice(narrow: Dialogue, model: ScriptedModel) -> None:
    async with narrow.bot():
        thread = narrow.workspace.say(narrow.general, "Lunch?", user=narrow.workspace.sam)
        gate = await occupy(narrow, model)
        await said(narrow, narrow.workspace.say(narrow.general, "Yes!", thread_ts=thread, user=narrow.workspace.ada))
        model.answer("Third.")
        narrow.mention("third")
        await narrow.workspace.until(lambda: notices(narrow))
        gate.set()
    assert [m.ephemeral_to for m in notices(narrow)] == [narrow.workspace.me.id]


async def test_a_busy_thread_is_no_busy_bot(dialogue: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer(gate, "First.")
    model.answer("Second.")
    model.answer("Third.")
    ts = dialogue.mention("first")
    await model.until_asked()
    for words in ("second", "third"):
        await said(dialogue, dialogue.mention(words, thread_ts=ts))
    gate.set()
    assert await dialogue.answer(dialogue.general, ts, 3) == "Third."
    assert notices(dialogue) == []


async def test_notices_are_bounded_and_end(narrow: Dialogue, model: ScriptedModel) -> None:
    narrow.workspace.fail("chat.postEphemeral", retry_after=30, times=99)
    async with narrow.bot():
        gate = await occupy(narrow, model)
        for _ in range(25):
            model.answer("Later.")
            await said(narrow, narrow.mention("later"))
        await narrow.workspace.until(lambda: len(hushed(narrow)) == 20)
        assert [task.get_name() for task in asyncio.all_tasks()].count("notice") == 20
        gate.set()
    assert [task for task in asyncio.all_tasks() if task.get_name() == "notice"] == []
    assert len(hushed(narrow)) == 20


def hushed(stage: Dialogue) -> list[str]:
    return [call.method for call in stage.workspace.calls if call.method == "chat.postEphemeral"]


async def test_a_failed_notice_harms_no_answer(narrow: Dialogue, model: ScriptedModel) -> None:
    narrow.workspace.fail("chat.postEphemeral", error="user_not_in_channel")
    async with narrow.bot():
        gate = await occupy(narrow, model)
        model.answer("Third.")
        ts = narrow.mention("third")
        await narrow.workspace.until(lambda: hushed(narrow))
        gate.set()
        assert await narrow.answer(narrow.general, ts) == "Third."


async def work(stage: Dialogue, folder: Path, *arguments: str) -> str:
    """Run `python -m bot work …` on the bot's database; return what it printed."""
    environ = {"DATABASE_URL": stage.environ["DATABASE_URL"]}
    ended = await asyncio.to_thread(bot_process.run, ("work", *arguments), environ, folder)
    assert ended.status == 0
    return ended.out


async def test_an_apology_becomes_the_answer(stage: Dialogue, model: ScriptedModel, tmp_path: Path) -> None:
    stage.workspace.fail("users.info", error="missing_scope", times=2)  # neither language nor rank of who asks is known
    async with stage.bot():
        ts = stage.mention("what is a heron?")
        apology = await stage.answer(stage.general, ts)
    match = re.search(r"\(Reference: `(\w+)`\)", apology)
    assert match, apology
    assert match[1] in await work(stage, tmp_path, "list")
    assert await work(stage, tmp_path, "retry", match[1]) == "1 will be tried again.\n"

    model.answer("A bird.")
    model.answer("It fishes.")
    async with stage.bot():
        await stage.workspace.until(lambda: [m.shown for m in stage.answers(stage.general, ts)] == ["A bird."])
        stage.workspace.say(stage.general, "What does it do?", thread_ts=ts)
        assert await stage.answer(stage.general, ts, 2) == "It fishes."
    turns = [[turn["content"] for turn in asked.body["messages"]] for asked in model.requests]
    assert turns == [["what is a heron?"], ["what is a heron?", "A bird.", "What does it do?"]]
    assert "0 failed" in await work(stage, tmp_path, "list")
