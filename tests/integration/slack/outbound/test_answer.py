"""An answer's states, one after the other, against the local workspace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.errors import ChatError
from bot.slack.client.api import TIMEOUT
from bot.slack.outbound import answer as slack_answer
from bot.slack.outbound.answer import StreamedAnswer
from bot.slack.outbound.answer_messages import AnswerMessages
from bot.slack.outbound.buffer import Buffer
from bot.slack.outbound.first_message import FirstMessage, State
from bot.slack.outbound.message import Part
from tests.support.clock import turn_clock

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from bot.slack.outbound.answer_context import AnswerContext
    from tests.support.workspace import ScriptedWorkspace

PIECES = [{"type": "markdown_text", "text": "The first words, "}]


@pytest.fixture
def first(context: AnswerContext) -> FirstMessage:
    return FirstMessage(context)


def from_bot(workspace: ScriptedWorkspace, context: AnswerContext) -> list[MessageRecord]:
    thread = workspace.thread(context.place.channel, context.place.thread)
    return [message for message in thread if message.user == workspace.bot.id]


def calls(workspace: ScriptedWorkspace, method: str) -> int:
    return sum(call.method == method for call in workspace.calls)


async def test_a_stream_is_stopped_and_edited(
    workspace: ScriptedWorkspace, context: AnswerContext, first: FirstMessage
) -> None:
    states = [first.state]
    await first.start(PIECES)
    states.append(first.state)
    await first.append(PIECES)
    await first.stop()
    states.append(first.state)
    await first.edit(Part("All of it."))
    assert [*states, first.state] == [State.NONE, State.STREAMING, State.POSTED, State.POSTED]
    assert [message.shown for message in from_bot(workspace, context)] == ["All of it."]


@pytest.mark.parametrize(("code", "state"), [("internal_odd", State.UNSURE), ("stopped_by_user", State.POSTED)])
async def test_a_refused_piece_leaves_it_unsure(
    workspace: ScriptedWorkspace, first: FirstMessage, code: str, state: State
) -> None:
    await first.start(PIECES)
    workspace.fail("chat.appendStream", error=code)
    with pytest.raises(ChatError, match=code):
        await first.append(PIECES)
    assert first.state is state


async def test_a_stream_that_never_stops_is_stuck(
    workspace: ScriptedWorkspace, context: AnswerContext, first: FirstMessage
) -> None:
    await first.start(PIECES)
    workspace.fail("chat.stopStream", error="no_permission", times=9)
    assert not await first.stop(PIECES)
    assert first.state is State.STUCK
    with pytest.raises(ChatError, match="streaming_state_conflict"):
        await first.edit(Part("All of it."))
    await first.discard(shown=4)
    assert (first.state, first.discarded()) == (State.NONE, (from_bot(workspace, context)[0].ts, 4))


@pytest.mark.parametrize(("drop", "state"), [("answer", State.UNSURE), ("request", State.NONE)])
async def test_a_lost_message_is_looked_for(
    workspace: ScriptedWorkspace, context: AnswerContext, first: FirstMessage, drop: str, state: State
) -> None:
    workspace.fail("chat.postMessage", drop=drop)  # type: ignore[arg-type] # one of its literals
    with pytest.raises(ChatError):
        await first.post(Part("For now."))
    assert first.state is State.LOST
    await AnswerMessages(context, first, Buffer()).find()
    assert first.state is state


async def test_a_message_of_a_slow_slack_comes_once(
    workspace: ScriptedWorkspace, context: AnswerContext, first: FirstMessage
) -> None:
    workspace.fail("chat.postMessage", drop="answer", hang=3_600)
    messages = AnswerMessages(context, first, Buffer())
    showing = asyncio.create_task(messages.show("All of it.", "", "", ()))
    await workspace.until(lambda: calls(workspace, "chat.postMessage"))
    turn_clock(TIMEOUT + 1)
    with pytest.raises(ChatError, match="TimeoutError"):
        await showing
    assert first.state is State.LOST
    await messages.show("All of it.", "", "", ())
    assert calls(workspace, "chat.postMessage") == 1
    assert [message.shown for message in from_bot(workspace, context)] == ["All of it."]
    turn_clock(3_600)  # so that the local Slack is done with it, too


async def test_a_lost_line_of_progress_is_edited(
    workspace: ScriptedWorkspace, context: AnswerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_answer, "EDIT_EVERY", 0.05)
    workspace.fail("chat.postMessage", drop="answer")
    async with StreamedAnswer(context) as answer:
        answer.progress("Read 1 of 2")
        await workspace.until(lambda: calls(workspace, "chat.postMessage"))
        answer.progress("Read 2 of 2")
        await workspace.until(lambda: any("2 of 2" in message.shown for message in from_bot(workspace, context)))
        assert len(from_bot(workspace, context)) == 1
        await answer.replace("Done.")
    assert [message.shown for message in from_bot(workspace, context)] == ["Done."]


async def test_refused_progress_waits_for_more(workspace: ScriptedWorkspace, context: AnswerContext) -> None:
    workspace.fail("chat.postMessage", error="restricted_action")
    async with StreamedAnswer(context) as answer:
        answer.progress("Read 1 of 2")
        await workspace.until(lambda: calls(workspace, "chat.postMessage"))
        for _ in range(5):
            await context.out.client.api_test()
        assert calls(workspace, "chat.postMessage") == 1
        await answer.replace("Done.")
    assert [message.shown for message in from_bot(workspace, context)] == ["Done."]
