"""What people see of what an answer looks up, from the message in Slack to the task cards and back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.slack.outbound import answer as slack_answer
from tests.acceptance.conftest import on_shared_sqlite_bot
from tests.support.scripted import Search

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

QUERY = "Lumenpad export"
RUNNING, DONE = f"Searching the web for “{QUERY}”: in_progress", f"Searched the web for “{QUERY}”: complete"
FAILED = f"Searching the web for “{QUERY}”: error"


def parts(dialogue: Dialogue, ts: str) -> list[str]:
    """Return what the bot's messages in a thread say: tasks by title and status, and texts."""
    thread = dialogue.workspace.thread(dialogue.general, ts)
    return [
        f"{block['title']}: {block['status']}" if block["type"] == "task_card" else block["text"].strip()
        for message in thread
        if message.user == dialogue.workspace.bot.id
        for block in message.blocks
        if block["type"] in {"task_card", "markdown"}
    ]


def shows(dialogue: Dialogue, ts: str, *expected: str) -> Callable[[], bool]:
    return lambda: parts(dialogue, ts)[: len(expected)] == list(expected)


async def asked(dialogue: Dialogue) -> str:
    """Switch the web on, and ask something that is found there."""
    await dialogue.workspace.command(dialogue.general, "/parley", "set web on")
    await dialogue.whisper()
    return dialogue.mention("what does Lumenpad export?")


async def only_answer(dialogue: Dialogue, ts: str) -> MessageRecord:
    await dialogue.until_idle()
    (message,) = dialogue.answers(dialogue.general, ts)
    return message


@on_shared_sqlite_bot
async def test_a_search_is_a_card_above_the_answer(dialogue: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer("Let me look.", Search(QUERY, waits=True))
    model.answer(gate, "It exports PDF.")
    ts = await asked(dialogue)
    await dialogue.workspace.until(shows(dialogue, ts, "Let me look.", RUNNING))
    gate.set()
    message = await only_answer(dialogue, ts)
    assert shows(dialogue, ts, "Let me look.", DONE, "It exports PDF.")()
    card = next(block for block in message.blocks if block["type"] == "task_card")
    assert card["sources"]
    assert all(source["url"].startswith("https://") for source in card["sources"])
    streamed = [call for call in dialogue.workspace.calls if call.method.endswith("Stream")]
    assert all(call.result["ok"] for call in streamed)


@on_shared_sqlite_bot
async def test_a_failed_search_says_so(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(Search(QUERY, error="too_many_requests"), "I could not search.")
    ts = await asked(dialogue)
    await only_answer(dialogue, ts)
    card, text, *_ = parts(dialogue, ts)
    assert card.startswith(f"Searching the web for “{QUERY}”: ")
    assert card.endswith(": error")
    assert text == "I could not search."


@on_shared_sqlite_bot
async def test_a_stop_leaves_no_search_running(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Let me look.", Search(QUERY, waits=True))
    model.answer(asyncio.Event())
    ts = await asked(dialogue)
    await dialogue.workspace.until(shows(dialogue, ts, "Let me look.", RUNNING))
    dialogue.workspace.say(dialogue.general, "stop", thread_ts=ts)
    await dialogue.workspace.until(lambda: "_Stopped._" in "".join(parts(dialogue, ts)))
    message = await only_answer(dialogue, ts)
    assert not message.streaming
    assert RUNNING not in parts(dialogue, ts)


@on_shared_sqlite_bot
async def test_a_stream_cut_in_a_search_loses_no_text(dialogue: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer("Let me look.", Search(QUERY, waits=True))
    model.answer(gate, "It exports PDF.")
    ts = await asked(dialogue)
    await dialogue.workspace.until(shows(dialogue, ts, "Let me look.", RUNNING))
    message = dialogue.workspace.thread(dialogue.general, ts)[1]
    assert message.stream is not None
    message.stream.began -= 301
    gate.set()
    await only_answer(dialogue, ts)
    assert shows(dialogue, ts, "Let me look.\n\nIt exports PDF.")()


async def test_a_search_is_a_line_without_streams(
    stage: Dialogue, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_answer, "EDIT_EVERY", 0.05)
    gates = asyncio.Event(), asyncio.Event()
    stage.workspace.change_rules(no_streams_in=frozenset({"channel"}))
    model.answer(Search(QUERY, waits=True))
    model.answer(gates[0], "It exports PDF.", gates[1], " Always.")
    async with stage.bot():
        ts = await asked(stage)
        await stage.workspace.until(shows(stage, ts, f"_Searching the web for “{QUERY}” …_"))
        gates[0].set()
        await stage.workspace.until(shows(stage, ts, "It exports PDF."))
        gates[1].set()
        await only_answer(stage, ts)
    assert shows(stage, ts, "It exports PDF. Always.")()


async def test_a_second_try_doubles_no_search(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer("Let me look.", Search(QUERY, waits=True))
    model.answer(asyncio.Event())
    stage.environ["SHUTDOWN_GRACE"] = "0"
    async with stage.bot():
        ts = await asked(stage)
        await stage.workspace.until(shows(stage, ts, "Let me look.", RUNNING))
        await model.until_asked(2)
    model.answer("It exports PDF.")
    async with stage.bot():
        await only_answer(stage, ts)
    assert shows(stage, ts, "Let me look.\n\nIt exports PDF.")()
