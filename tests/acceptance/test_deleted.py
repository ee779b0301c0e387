"""A message is deleted while it is answered: the call ends, and nothing is left of an answer that nobody wants."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot
from tests.acceptance.test_classify import INTO, all_as, table
from tests.acceptance.test_commands import command_thread
from tests.acceptance.test_stop import ON_POSTGRESQL, begun

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

DONE = 2  # the state of a job


async def until_there(dialogue: Dialogue, which: str) -> None:
    """Wait until the bot has a job."""
    await dialogue.until_rows(f"SELECT 1 FROM inbox WHERE {which}")  # noqa: S608 (words of ours)


async def expect_nothing(dialogue: Dialogue, channel: str = "") -> None:
    """Expect that all is done, nothing failed, and nobody sees anything of it."""
    jobs = await dialogue.until_idle()
    assert {status for _, status in jobs} == {DONE}
    bot = dialogue.workspace.bot.id
    shown = dialogue.workspace.workspace.messages(channel or dialogue.general)
    assert [message.shown for message in shown if message.user == bot] == []
    assert dialogue.workspace.ephemerals() == []


@on_shared_bot
async def test_an_answer_ends_with_its_question(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = await begun(dialogue, model)
    dialogue.workspace.delete(dialogue.general, ts)
    await model.until_abandoned()
    await expect_nothing(dialogue)
    assert dialogue.workspace.workspace.find(dialogue.general, ts) is None
    assert await dialogue.rows("SELECT purpose, outcome FROM calls") == [("answer", "ModelStoppedError")]
    assert await dialogue.rows("SELECT text FROM messages WHERE text <> ''") == []
    model.answer("Here.", to="still")
    other = dialogue.mention("still there?")
    assert await dialogue.answer(dialogue.general, other) == "Here."


@on_shared_bot
async def test_nothing_is_posted_before_the_first_word(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(asyncio.Event(), "never")
    ts = dialogue.mention("question")
    await model.until_asked()
    dialogue.workspace.delete(dialogue.general, ts)
    await model.until_abandoned()
    await expect_nothing(dialogue)
    methods = [call.method for call in dialogue.workspace.calls]
    assert "chat.postMessage" not in methods
    assert "chat.startStream" not in methods


@on_shared_bot
async def test_a_deleted_follow_up_is_never_asked(dialogue: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer("One", gate, " answer.")
    ts = dialogue.mention("first")
    await model.until_asked()
    waiting = dialogue.workspace.say(dialogue.general, "second", thread_ts=ts)
    await until_there(dialogue, "kind = 'message' AND status = 0")
    dialogue.workspace.delete(dialogue.general, waiting)
    await until_there(dialogue, "halted = 2")
    gate.set()
    assert await dialogue.answer(dialogue.general, ts) == "One answer."
    await dialogue.until_idle()
    assert len(model.requests) == 1


@on_shared_bot
async def test_other_questions_keep_their_answers(dialogue: Dialogue, model: ScriptedModel) -> None:
    root = dialogue.workspace.say(dialogue.general, "What shall we eat?", user=dialogue.workspace.sam)
    gate = asyncio.Event()
    model.answer("Soup", gate, " and bread.")
    dialogue.mention("what do you say?", thread_ts=root)
    await model.until_asked()
    dialogue.workspace.delete(dialogue.general, root)
    gate.set()
    assert (await dialogue.answer(dialogue.general, root)).startswith("Soup and bread.")
    assert model.abandoned == 0


@on_shared_bot
async def test_code_ends_with_its_thread(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\nprint(1)\n", asyncio.Event(), "```")
    await dialogue.workspace.command(dialogue.general, "/code", "python print one")
    await model.until_asked()
    root = command_thread(dialogue, dialogue.general)[0].ts
    dialogue.workspace.delete(dialogue.general, root)
    await model.until_abandoned()
    await expect_nothing(dialogue)
    assert dialogue.workspace.files() == []


@on_shared_bot
async def test_a_correction_of_code_ends_too(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\nprint(1\n```")
    model.answer(asyncio.Event(), "never", to="Some of these files don't parse.")
    await dialogue.workspace.command(dialogue.general, "/code", "python print one")
    await model.until_asked(2)
    root = command_thread(dialogue, dialogue.general)[0].ts
    dialogue.workspace.delete(dialogue.general, root)
    await model.until_abandoned()
    await expect_nothing(dialogue)
    assert dialogue.workspace.files() == []


@on_shared_bot
async def test_sorting_ends_with_its_message(dialogue: Dialogue, model: ScriptedModel) -> None:
    for first in range(1, 501, 50):
        model.answer(asyncio.Event(), all_as("Billing", first, first + 49), to=f'"item": {first},')
    ts = dialogue.mention(f"classify {INTO}", files={"feedback.csv": table(500)})
    await model.until_asked(8)
    dialogue.workspace.delete(dialogue.general, ts)
    await model.until_abandoned(8)
    await expect_nothing(dialogue)
    assert await dialogue.rows("SELECT status FROM classify_runs") == [("stopped",)]
    assert len(model.requests) == 8


@BOTH_DATABASES
async def test_sorting_that_waits_leaves_nothing(stage: Dialogue, model: ScriptedModel) -> None:
    stage.environ["MAX_RUNNING_TURNS"] = "1"
    first, second = asyncio.Event(), asyncio.Event()
    model.answer(first, "One.", to="first")
    model.answer(second, "Two.", to="second")
    local, bot = stage.workspace, stage.workspace.bot.id

    def shown(ts: str) -> list[str]:
        said = local.workspace.messages(stage.general)
        return [message.shown for message in said if message.user == bot and message.thread_ts == ts]

    async with stage.bot():
        stage.mention("first")
        await model.until_asked()
        ts = stage.mention(f"classify {INTO}", files={"feedback.csv": table(500)})
        await until_there(stage, "kind = 'message' AND status = 0")
        stage.mention("second")
        await until_there(stage, "(SELECT count(*) FROM inbox WHERE kind = 'message' AND status = 0) = 2")
        first.set()
        await model.until_asked(2)
        await until_there(stage, "kind = 'classify run' AND status = 0")
        assert shown(ts)[0].startswith("_Sorting 500 messages")
        local.delete(stage.general, ts)
        await until_there(stage, "kind = 'classify run' AND halted = 2")
        second.set()
        await stage.until_idle()
    assert shown(ts) == []
    assert await stage.rows("SELECT status FROM classify_runs") == [("stopped",)]
    assert len(model.requests) == 2


@ON_POSTGRESQL
async def test_an_answer_of_another_replica_ends(stage: Dialogue, model: ScriptedModel) -> None:
    async with stage.bot():
        first = stage.url
        async with stage.bot():
            second = stage.url
            stage.workspace.deliver_to(f"{first}/slack/events")
            ts = await begun(stage, model)
            stage.workspace.deliver_to(f"{second}/slack/events")
            stage.workspace.delete(stage.general, ts)
            await model.until_abandoned()
            await expect_nothing(stage)
