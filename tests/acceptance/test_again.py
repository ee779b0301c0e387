"""What failed, what a budget refused and what was used up, when people ask for it again; through the real wire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import stamina

from bot.core.actions import USED
from bot.core.summarize.answer import FORGOTTEN
from bot.db.tables import SummaryRunRow
from bot.playground.anthropic.reply import MessageStop
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.slack.elements import buttons
from tests.acceptance.conftest import BOTH_DATABASES, on_shared_bot, on_shared_sqlite_bot, pass_retention
from tests.acceptance.test_budgets import LITTLE
from tests.acceptance.test_summarize import ask, share_file, summary
from tests.acceptance.test_usage import ask as parley

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.playground.slack.records import MessageRecord
    from bot.playground.slack.wire import Json
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

DOWN = MessagesApiError(529, "Overloaded")


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Try again at once where a retry would wait."""
    with stamina.set_testing(True, attempts=1, cap=True):
        yield


def labels(message: MessageRecord) -> list[str]:
    return [str(one["text"]["text"]) for one in buttons(message.blocks)]


def button(message: MessageRecord, label: str) -> Json:
    return next(one for one in buttons(message.blocks) if one["text"]["text"] == label)


async def failed(dialogue: Dialogue, ts: str) -> MessageRecord:
    """Wait for the answer that failed, with its one button."""
    await dialogue.workspace.until(lambda: any(labels(one) for one in dialogue.answers(dialogue.general, ts)))
    await dialogue.until_idle()
    message = dialogue.answers(dialogue.general, ts)[-1]
    assert "Reference" in message.shown
    assert labels(message) == ["Try again"]
    return message


async def press_twice(dialogue: Dialogue, message: MessageRecord, pressed: Json) -> None:
    """Press a button twice at once, as people do."""
    presses = (dialogue.workspace.interactions.act(message, pressed, dialogue.workspace.me) for _ in range(2))
    assert all(ack.ok for ack in await asyncio.gather(*presses))


@on_shared_sqlite_bot
@pytest.mark.parametrize("words", ["what is a heron?", "/code count herons"])
async def test_a_rejected_answer_is_tried_again(dialogue: Dialogue, model: ScriptedModel, words: str) -> None:
    workspace = dialogue.workspace
    model.answer(MessagesApiError(400, "internal detail"))
    ts = dialogue.mention(words.removeprefix("/"))
    message = await failed(dialogue, ts)
    model.answer("A bird.")
    await press_twice(dialogue, message, button(message, "Try again"))
    await workspace.until(lambda: dialogue.answers(dialogue.general, ts)[-1].shown.endswith("A bird."))
    await workspace.until(lambda: "Try again" not in labels(message))
    await dialogue.until_idle()
    assert len(model.requests) == 2
    assert [one.shown for one in workspace.ephemerals()] == [USED]


@BOTH_DATABASES
async def test_a_turn_given_up_is_tried_again(stage: Dialogue, model: ScriptedModel) -> None:
    stage.environ["TURN_ATTEMPTS"] = "1"
    async with stage.bot():
        for _ in range(2):
            model.answer(DOWN)
        ts = stage.mention("what is a heron?")
        message = await failed(stage, ts)
        pressed = button(message, "Try again")
        await press_twice(stage, message, pressed)
        await stage.workspace.until(lambda: "Try again" in labels(message) and button(message, "Try again") != pressed)
        await stage.until_rows("SELECT 1 FROM inbox WHERE status = 3")
        assert len(model.requests) == 2
        model.answer("A bird.")
        await stage.workspace.press(message, "try_again.0")
        await stage.workspace.until(lambda: message.shown == "A bird.")
        await stage.until_idle()
        assert labels(message) == ["Regenerate", "👍", "👎"]
        assert stage.answers(stage.general, ts) == [message]
        assert (await stage.workspace.interactions.act(message, pressed, stage.workspace.sam)).ok
        await stage.workspace.until(lambda: stage.workspace.ephemerals(stage.workspace.sam))
    assert "Only the person who asked" in stage.workspace.ephemerals(stage.workspace.sam)[0].shown
    assert len(model.requests) == 3
    assert await stage.rows("SELECT text FROM messages WHERE role = 'assistant'") == [("A bird.",)]


async def summarize(dialogue: Dialogue, text: str) -> str:
    """Ask for a text's summary; return the thread of it."""
    workspace = dialogue.workspace
    before = len(workspace.workspace.messages(dialogue.general))
    await workspace.command(dialogue.general, "/summarize", text)
    await workspace.until(lambda: len(workspace.workspace.messages(dialogue.general)) > before)
    return workspace.workspace.messages(dialogue.general)[before].ts


def below(dialogue: Dialogue, ts: str) -> list[MessageRecord]:
    return dialogue.answers(dialogue.general, ts)[1:]  # the first says what was asked


@on_shared_bot
async def test_a_failed_summary_is_tried_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    model.answer(MessagesApiError(400, "internal detail"))
    ts = await summarize(dialogue, "Herons wade. Egrets do, too.")
    message = await failed(dialogue, ts)
    model.answer("**Summary** They wade.")
    await press_twice(dialogue, message, button(message, "Try again"))
    await workspace.until(lambda: labels(message) == ["Regenerate", "👍", "👎"])
    await dialogue.until_idle()
    assert "They wade" in message.shown
    assert below(dialogue, ts) == [message]
    assert "Herons wade." in model.requests[1].text
    assert len(model.requests) == 2


async def test_a_texts_summary_is_regenerated(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("**Summary** Birds.")
    ts = await summarize(dialogue, "short: Herons wade. Egrets do, too.")
    await dialogue.workspace.until(lambda: below(dialogue, ts))
    model.answer("**Summary** Waders.")
    await dialogue.workspace.press(below(dialogue, ts)[0], "summary_again.0")
    await dialogue.workspace.until(lambda: len(below(dialogue, ts)) == 2)
    again = below(dialogue, ts)[1]
    assert "Waders" in again.shown
    assert "Herons wade." in model.requests[1].text
    await dialogue.until_idle()
    await pass_retention(dialogue, SummaryRunRow)
    await dialogue.workspace.press(again, "summary_again.0")
    await dialogue.workspace.until(lambda: below(dialogue, ts)[-1].shown == FORGOTTEN)
    assert len(model.requests) == 2


@on_shared_sqlite_bot
async def test_a_files_summary_reads_it_again(dialogue: Dialogue, model: ScriptedModel) -> None:
    _, link = share_file(dialogue, "sales.csv", b"region,sales\nnorth,7\n")
    model.answer("**Summary** Seven.")
    await ask(dialogue, link)
    first = await summary(dialogue)
    model.answer("**Summary** North.")
    await dialogue.workspace.press(first, "summary_again.0")
    second = await summary(dialogue, 2)
    assert "north,7" in model.requests[1].text
    dialogue.workspace.workspace.files.clear()
    await dialogue.workspace.press(second, "summary_again.0")
    assert (await summary(dialogue, 3)).shown == "I can't find that file; it may have been deleted."
    assert len(model.requests) == 2


@on_shared_sqlite_bot
async def test_who_left_regenerates_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    local = dialogue.workspace
    secret = local.workspace.add_channel("secret", members=[local.me.id, local.sam.id, local.bot.id], is_private=True)
    _, link = share_file(dialogue, "plan.txt", b"We ship in May.", secret.id)
    model.answer("**Summary** May.")
    await ask(dialogue, link)
    first = await summary(dialogue)
    secret.members.remove(local.me.id)
    await dialogue.workspace.press(first, "summary_again.0")
    assert "I can't see that file" in (await summary(dialogue, 2)).shown
    assert len(model.requests) == 1


@on_shared_bot
async def test_a_refused_continue_stays_usable(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    model.answer("One, two,", MessageStop("max_tokens"))
    ts = dialogue.mention("count")
    await dialogue.answer(dialogue.general, ts)
    (message,) = dialogue.answers(dialogue.general, ts)
    await parley(dialogue, f"budget person {LITTLE}")
    for number in (2, 3):
        await workspace.press(message, "continue.0")
        assert "Your budget for today" in await dialogue.whisper(number)
        await dialogue.until_idle()
    assert labels(message)[0] == "Continue"
    await parley(dialogue, "budget person off")
    model.answer("three.")
    await press_twice(dialogue, message, button(message, "Continue"))
    assert await dialogue.answer(dialogue.general, ts, 2) == "three."
    await workspace.until(lambda: "Continue" not in labels(message))
    await dialogue.until_idle()
    assert len(model.requests) == 2


@on_shared_sqlite_bot
@pytest.mark.parametrize("written", ["One, two,", "One, two, " * 2_000, "```python a.py\nx = 1\n"])
async def test_a_typed_continue_uses_it_up(dialogue: Dialogue, model: ScriptedModel, written: str) -> None:
    workspace = dialogue.workspace
    model.answer(written, MessageStop("max_tokens"))
    ts = dialogue.mention("code count" if "```" in written else "count")
    await workspace.until(lambda: any("Continue" in labels(one) for one in dialogue.answers(dialogue.general, ts)))
    message = dialogue.answers(dialogue.general, ts)[-1]
    others, pressed = labels(message)[1:], button(message, "Continue")
    model.answer("three.")
    workspace.say(dialogue.general, "“Continue”.", thread_ts=ts)
    await workspace.until(lambda: dialogue.answers(dialogue.general, ts)[-1].shown.startswith("three."))
    await workspace.until(lambda: labels(message) == others)
    if "```" not in written:
        assert (await workspace.interactions.act(message, pressed, workspace.me)).ok  # a screen that still shows it
        await workspace.until(lambda: [one.shown for one in workspace.ephemerals()] == [USED])
    assert len(model.requests) == 2
