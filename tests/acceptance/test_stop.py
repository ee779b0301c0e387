"""Stop, wherever it is pressed and whatever it ends: model calls of all purposes, on this replica and on another."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.slack.outbound import answer as slack_answer
from tests.acceptance.conftest import RULES, Dialogue, on_shared_sqlite_bot
from tests.acceptance.test_classify import INTO, all_as, table
from tests.acceptance.test_classify import shown as classified
from tests.acceptance.test_commands import command_thread
from tests.acceptance.test_summarize import replies, share_file
from tests.acceptance.test_usage import ask
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.slack.records import MessageRecord
    from tests.support.scripted import ScriptedModel

ON_POSTGRESQL = pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def from_bot(stage: Dialogue, ts: str) -> list[MessageRecord]:
    return [m for m in stage.workspace.thread(stage.general, ts) if m.user == stage.workspace.bot.id]


def says(stage: Dialogue, ts: str, words: str) -> Callable[[], bool]:
    return lambda: any(words in message.shown for message in from_bot(stage, ts))


async def begun(stage: Dialogue, model: ScriptedModel) -> str:
    """Ask for an answer that never ends, and wait for its first words."""
    model.answer("Once upon a time ", asyncio.Event(), "never.")
    ts = stage.mention("tell me a story")
    await stage.workspace.until(says(stage, ts, "Once upon a time"))
    return ts


async def press_stop(stage: Dialogue, ts: str) -> None:
    stage.workspace.stop(stage.general, ts)


async def say_stop(stage: Dialogue, ts: str) -> None:
    stage.workspace.say(stage.general, "stop", thread_ts=ts)


async def test_a_stop_is_no_failure(stage: Dialogue, model: ScriptedModel, caplog: pytest.LogCaptureFixture) -> None:
    """In the inbox, which `work list` and Home count, in the metrics, in what was used, and in the log."""
    async with stage.bot():
        ts = await begun(stage, model)
        await say_stop(stage, ts)
        await stage.workspace.until(says(stage, ts, "_Stopped._"))
        jobs = await stage.until_idle()
        assert {status for _, status in jobs} == {2}
        async with aiohttp.ClientSession() as session, session.get(f"{stage.url}/metrics") as response:
            page = await response.text()
        assert 'parley_model_call_seconds_count{outcome="stopped",purpose="answer"} 1.0' in page
        assert 'parley_turn_seconds_count{kind="message",outcome="failed"}' not in page
        assert 'parley_work{status="failed"} 0.0' in page
        assert "1 stopped" in await ask(stage, "usage me 1d")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@ON_POSTGRESQL
@pytest.mark.parametrize("stop", [press_stop, say_stop])
async def test_another_replica_obeys(stage: Dialogue, model: ScriptedModel, stop: Callable[..., object]) -> None:
    async with stage.bot():
        first = stage.url
        async with stage.bot():
            second = stage.url
            stage.workspace.deliver_to(f"{first}/slack/events")
            ts = await begun(stage, model)
            stage.workspace.deliver_to(f"{second}/slack/events")
            await stop(stage, ts)  # type: ignore[misc]
            await model.until_abandoned()
            await stage.workspace.until(says(stage, ts, "_Stopped._"))
    (message,) = from_bot(stage, ts)
    assert message.shown == "Once upon a time \n\n_Stopped._"
    assert not message.streaming
    assert len(model.requests) == 1


async def test_a_button_stands_under_edits(
    model: ScriptedModel, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_answer, "EDIT_EVERY", 0.05)
    missing = frozenset({"chat.startStream", "agents.sessions.setStatus"})
    rules = replace(RULES, missing_methods=missing)
    async with ScriptedWorkspace(rules) as workspace, model.serving() as told:
        stage = Dialogue(workspace, environ | told)
        async with stage.bot():
            ts = await begun(stage, model)
            (message,) = from_bot(stage, ts)
            await workspace.press(message, "stop.0", user=workspace.sam)
            await workspace.until(lambda: workspace.ephemerals(workspace.sam))
            assert "Only the person who asked" in workspace.ephemerals(workspace.sam)[0].shown
            assert model.abandoned == 0
            await workspace.press(message, "stop.0")
            await model.until_abandoned()
            await workspace.until(lambda: message.shown == "Once upon a time \n\n_Stopped._")
        assert all("stop" not in str(block.get("elements")) for block in message.blocks)


async def test_reading_a_long_thread_is_stopped(stage: Dialogue, model: ScriptedModel) -> None:
    workspace, general = stage.workspace, stage.general
    root = workspace.say(general, "The long thread.")
    workspace.fill(general, [f"Message {n}." for n in range(12_000)], thread_ts=root, ago=9_000, apart=0.7)
    async with stage.bot():
        stage.mention("what is it about?", thread_ts=root)
        await workspace.until(says(stage, root, "Reading this thread"))
        (message,) = from_bot(stage, root)
        await workspace.press(message, "stop.0")
        await workspace.until(lambda: message.shown == "_Stopped._")
    assert [call.method for call in workspace.calls].count("conversations.replies") < 12_000 / 200
    assert model.requests == []
    # What was read is kept, and the rest is still to be read.
    ((until, wanted, count),) = await stage.rows("SELECT read_until, unread_until, read_count FROM threads")
    assert str(until) < str(wanted) == workspace.thread(general, root)[-2].ts
    assert 0 < int(str(count)) < 12_000


@on_shared_sqlite_bot
async def test_code_is_stopped(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\nprint(1)\n", asyncio.Event(), "```")
    await dialogue.workspace.command(dialogue.general, "/code", "python print one")
    await model.until_asked()
    root = command_thread(dialogue, dialogue.general)[0].ts
    dialogue.workspace.stop(dialogue.general, root)
    await model.until_abandoned()
    await dialogue.workspace.until(lambda: dialogue.answers(dialogue.general, root)[1:])
    assert dialogue.answers(dialogue.general, root)[-1].shown.endswith("_Stopped._")
    assert dialogue.workspace.files() == []


@on_shared_sqlite_bot
async def test_a_summary_of_a_text_is_stopped(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("It is about ", asyncio.Event(), "nothing.")
    await dialogue.workspace.command(dialogue.general, "/summarize", "A long story about nothing at all, told twice.")
    await model.until_asked()
    root = command_thread(dialogue, dialogue.general)[0].ts
    dialogue.workspace.stop(dialogue.general, root)
    await model.until_abandoned()
    await dialogue.workspace.until(says(dialogue, root, "_Stopped._"))


@on_shared_sqlite_bot
async def test_the_parts_of_a_summary_are_stopped(dialogue: Dialogue, model: ScriptedModel) -> None:
    for _ in range(4):
        model.answer(asyncio.Event(), "never", to="Note down in detail")
    content = b"".join(b"line %06d of the log\n" % number for number in range(18_000))
    _, link = share_file(dialogue, "log.txt", content)
    await dialogue.workspace.command(dialogue.general, "/summarize", link)
    await model.until_asked(2)
    await dialogue.workspace.until(lambda: any("parts read" in message.shown for message in replies(dialogue)))
    (message,) = replies(dialogue)
    await dialogue.workspace.press(message, "stop.0")
    await model.until_abandoned(2)
    await dialogue.workspace.until(lambda: message.shown.startswith("Stopped: 0 of 4 parts read."))


@on_shared_sqlite_bot
async def test_classifying_is_stopped(dialogue: Dialogue, model: ScriptedModel) -> None:
    for first in range(1, 501, 50):
        model.answer(asyncio.Event(), all_as("Billing", first, first + 49), to=f'"item": {first},')
    ts = dialogue.mention(f"classify {INTO}", files={"feedback.csv": table(500)})
    await model.until_asked(8)
    dialogue.workspace.say(dialogue.general, "stop", thread_ts=ts)
    await model.until_abandoned(8)
    await classified(dialogue, dialogue.general, ts, "Stopped after 0 of 500")
    assert await dialogue.rows("SELECT status FROM classify_runs") == [("stopped",)]
    assert len(model.requests) == 8


@on_shared_sqlite_bot
async def test_a_late_stop_spares_later_questions(dialogue: Dialogue, model: ScriptedModel) -> None:
    """Slack keeps no order, and delivers again what it thinks was lost: "stop" is for what was asked before it."""
    workspace, rest = dialogue.workspace, asyncio.Event()
    model.answer("One.")
    ts = dialogue.mention("count")
    await dialogue.answer(dialogue.general, ts)
    said = workspace.say(dialogue.general, "stop", thread_ts=ts)
    await dialogue.until_idle()
    model.answer("Two, ", rest, "three.")
    workspace.say(dialogue.general, "go on counting", thread_ts=ts)
    await workspace.until(says(dialogue, ts, "Two, "))
    await deliver_again(dialogue, said)
    rest.set()
    assert await dialogue.answer(dialogue.general, ts, 2) == "Two, three."


@on_shared_sqlite_bot
async def test_a_late_stop_spares_later_runs(dialogue: Dialogue, model: ScriptedModel) -> None:
    rest = asyncio.Event()
    for first in (1, 51):
        model.answer(rest, all_as("Billing", first, first + 49), to=f'"item": {first},')
    ts = dialogue.workspace.say(dialogue.general, "Our feedback.")
    said = dialogue.workspace.say(dialogue.general, "stop", thread_ts=ts)
    dialogue.mention(f"classify {INTO}", thread_ts=ts, files={"feedback.csv": table(100)})
    await model.until_asked(2)
    await deliver_again(dialogue, said)
    rest.set()
    await classified(dialogue, dialogue.general, ts, "**100 messages**")
    await dialogue.until_idle()
    assert await dialogue.rows("SELECT status FROM classify_runs") == [("done",)]


async def deliver_again(dialogue: Dialogue, ts: str) -> None:
    """Deliver a message again, as Slack does when it saw no acknowledgment."""
    (event,) = {one.event_id for one in dialogue.workspace.deliveries.log if one.event.get("ts") == ts}
    await dialogue.until_over(dialogue.workspace.redeliver(event))
