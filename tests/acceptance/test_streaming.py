"""How answers become visible within Slack's limits, through the real wire."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.playground.anthropic.reply import ThinkingDelta
from bot.slack.client.rate_limit import STATUS
from bot.slack.outbound import answer as slack_answer
from tests.acceptance.conftest import BOTH_DATABASES, RULES, Dialogue
from tests.support.scripted import ScriptedModel
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.records import MessageRecord

pytestmark = BOTH_DATABASES

TABLE = "| City | People |\n|---|--:|\n| Oslo | 700,000 |\n| Rome | 2,800,000 |"


def from_bot(stage: Dialogue, ts: str) -> list[MessageRecord]:
    return [m for m in stage.workspace.thread(stage.general, ts) if m.user == stage.workspace.bot.id]


def kinds(message: MessageRecord) -> list[str]:
    """Return what the message says, without what is below it."""
    return [block["type"] for block in message.blocks if block["type"] not in {"context", "actions", "context_actions"}]


def streaming(workspace: ScriptedWorkspace) -> int:
    return sum(m.streaming for channel in workspace.workspace.channels for m in workspace.workspace.messages(channel))


def refusals(workspace: ScriptedWorkspace) -> Counter[str]:
    return Counter(call.method for call in workspace.calls if call.status == 429)


async def allow_long_answers(dialogue: Dialogue) -> None:
    await dialogue.workspace.command(dialogue.general, "/parley", "set max_output 64000")
    await dialogue.whisper()


# Form


async def test_a_table_is_streamed_as_one(dialogue: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer("Two cities:\n\n| City | Peo", gate, f"{TABLE.removeprefix('| City | Peo')}\n\nThat is all.")
    ts = dialogue.mention("which cities?")
    await dialogue.workspace.until(lambda: from_bot(dialogue, ts))
    assert from_bot(dialogue, ts)[0].shown.strip() == "Two cities:"
    gate.set()
    await dialogue.answer(dialogue.general, ts)
    (message,) = from_bot(dialogue, ts)
    assert kinds(message) == ["markdown", "table", "markdown"]
    assert message.shown.split() == [
        "Two",
        "cities:",
        "City",
        "|",
        "People",
        "Oslo",
        "|",
        "700,000",
        "Rome",
        "|",
        "2,800,000",
        "That",
        "is",
        "all.",
    ]


async def test_the_second_table_has_its_message(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(f"First:\n\n{TABLE}\n\nSecond:\n\n{TABLE}\n\nDone.")
    ts = dialogue.mention("two tables")
    await dialogue.answer(dialogue.general, ts, 2)
    first, second = from_bot(dialogue, ts)
    assert kinds(first) == ["markdown", "table", "markdown"]
    assert kinds(second) == ["table", "markdown"]


async def test_a_refused_table_is_sent_as_text(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("chat.startStream", error="unknown_method")
    stage.workspace.fail("chat.postMessage", error="invalid_attachments")
    model.answer(TABLE)
    async with stage.bot():
        ts = stage.mention("which cities?")
        await stage.workspace.until(lambda: any("Rome" in m.shown for m in from_bot(stage, ts)))
    assert from_bot(stage, ts)[0].shown == TABLE


async def test_the_rest_becomes_a_file(dialogue: Dialogue, model: ScriptedModel) -> None:
    await allow_long_answers(dialogue)
    lines = [f"Line {number} of a very long answer." for number in range(1_500)]
    model.answer("\n".join(lines))
    ts = dialogue.mention("tell me everything")
    await dialogue.workspace.until(dialogue.workspace.files, 20)
    (file,) = dialogue.workspace.files()
    assert file.name == "answer.md"
    messages = [m for m in from_bot(dialogue, ts) if not m.files]
    assert len(messages) == 3
    assert messages[-1].shown.endswith("_The rest is in the file answer.md._")
    shown = "\n".join(m.shown for m in messages).replace("\n\n_The rest is in the file answer.md._", "")
    assert f"{shown}\n{(file.content or b'').decode()}".split("\n") == lines


async def test_scripts_and_emoji_arrive_whole(dialogue: Dialogue, model: ScriptedModel) -> None:
    await allow_long_answers(dialogue)
    words = " ".join(f"مرحبا {number} 👩🏽\u200d🚀 שלום" for number in range(1_000))
    model.answer(words)
    ts = dialogue.mention("hello in many scripts")
    await dialogue.answer(dialogue.general, ts, 2)
    assert " ".join(m.shown for m in dialogue.answers(dialogue.general, ts)) == words


async def test_links_are_not_unfurled(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("See https://example.com/a.")
    dialogue.workspace.fail("chat.startStream", error="unknown_method")
    ts = dialogue.mention("a link such as https://example.com/a, please")
    await dialogue.answer(dialogue.general, ts)
    posted = [c.arguments for c in dialogue.workspace.calls if c.method == "chat.postMessage"]
    assert posted
    assert all(str(call["unfurl_links"]).lower() in {"false", "0"} for call in posted)


# Streams that Slack ends


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Edit as often as there is something new: Slack's three seconds are long for a test."""
    monkeypatch.setattr(slack_answer, "EDIT_EVERY", 0.05)


@pytest.mark.usefixtures("eager")
async def test_a_stream_too_old_goes_on_by_edits(stage: Dialogue, model: ScriptedModel) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    model.answer("The first words, ", first, "more words, ", second, "and the last.")
    async with stage.bot():
        ts = stage.mention("tell me")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        (message,) = from_bot(stage, ts)
        assert message.stream is not None
        message.stream.began -= 301
        first.set()
        await stage.workspace.until(lambda: "more words" in message.shown)
        assert not message.streaming
        second.set()
        await stage.workspace.until(lambda: message.shown == "The first words, more words, and the last.")
    assert from_bot(stage, ts) == [message]


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
async def test_a_stream_said_to_be_over_is_ended(stage: Dialogue, model: ScriptedModel, method: str) -> None:
    """Slack takes no more text and no edit either, as its stream goes on."""
    first, second = asyncio.Event(), asyncio.Event()
    stage.workspace.fail(method, error="message_not_in_streaming_state")
    model.answer("The first words, ", first, "more words, ", second, "and the last.")
    whole = "The first words, more words, and the last."

    def conflicts() -> bool:
        return any(call.result.get("error") == "streaming_state_conflict" for call in stage.workspace.calls)

    async with stage.bot():
        ts = stage.mention("tell me")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        (message,) = from_bot(stage, ts)
        first.set()
        await stage.workspace.until(lambda: "more words" in message.shown or conflicts())
        second.set()
        await stage.workspace.until(lambda: message.shown == whole and message.small_print)
    assert from_bot(stage, ts) == [message]
    assert not message.streaming
    assert conflicts()


LONG = "and\n\n```\ncode\n```\n\nmore. " + "word " * 2_400 + "the last."


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(("rest", "messages"), [("and the last.", 1), (LONG, 2)])
async def test_what_takes_no_edit_is_posted_anew(
    stage: Dialogue, model: ScriptedModel, rest: str, messages: int
) -> None:
    gate = asyncio.Event()
    stage.workspace.fail("chat.update", error="cant_update_message", times=9)
    model.answer("The first words, ", gate, rest)
    async with stage.bot():
        ts = stage.mention("tell me")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        (message,) = from_bot(stage, ts)
        assert message.stream is not None
        message.stream.began -= 301
        gate.set()
        await stage.workspace.until(lambda: any(m.shown.endswith("the last.") for m in from_bot(stage, ts)), 20)
        await stage.workspace.until(lambda: not stage.workspace.workspace.session(stage.general, ts).status)
    said = [m.shown for m in from_bot(stage, ts)]
    assert len(said) == messages
    assert "".join("".join(said).split()) == "".join(f"The first words, {rest}".split())


@pytest.mark.usefixtures("eager")
async def test_what_takes_nothing_goes_on_at_a_word(stage: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    for method in ("chat.update", "chat.delete"):
        stage.workspace.fail(method, error="block_mismatch", times=9)
    model.answer("The first words, some", gate, "thing and the last.")
    async with stage.bot():
        ts = stage.mention("tell me")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        (message,) = from_bot(stage, ts)
        assert message.stream is not None
        message.stream.began -= 301
        gate.set()
        await stage.workspace.until(lambda: any(m.shown.endswith("the last.") for m in from_bot(stage, ts)))
    first, second = (m.shown for m in from_bot(stage, ts))
    assert first.startswith("The first words,")
    assert second == "something and the last."


@pytest.mark.parametrize("code", ["user_not_found", "team_not_found", "invalid_chunks", "internal_odd"])
async def test_a_refused_end_leaves_one_answer(stage: Dialogue, model: ScriptedModel, code: str) -> None:
    gate = asyncio.Event()
    stage.workspace.fail("chat.stopStream", error=code, times=99)
    model.answer("The first words, ", gate, "and the last.")
    async with stage.bot():
        ts = stage.mention("tell me")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        gate.set()
        whole = "The first words, and the last."
        await stage.workspace.until(lambda: any(m.shown == whole for m in from_bot(stage, ts)))
        await stage.until_idle()
    assert [(m.shown, m.streaming) for m in from_bot(stage, ts)] == [(whole, False)]


async def test_thinking_and_text_are_one_stream(stage: Dialogue, model: ScriptedModel) -> None:
    """A stream keeps the mode of its first content, and its last blocks are a chunk."""
    gate = asyncio.Event()
    model.answer(ThinkingDelta("Let me see."), gate, "It is so.")
    async with stage.bot():
        await stage.workspace.command(stage.general, "/parley", "set thinking adaptive")
        await stage.whisper()
        ts = stage.mention("tell me")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        gate.set()
        assert await stage.answer(stage.general, ts) == "Thought for 1 s\n\nIt is so."
    streamed = [call for call in stage.workspace.calls if call.method.endswith("Stream")]
    assert streamed
    assert all(call.result["ok"] for call in streamed)
    assert not any({"markdown_text", "blocks"} & call.arguments.keys() for call in streamed)


async def test_a_channel_without_streams_is_remembered(stage: Dialogue, model: ScriptedModel) -> None:
    """Its kind is, as long as none of the kind has taken a stream: there, answers grow by edits."""
    workspace = stage.workspace
    workspace.change_rules(no_streams_in=frozenset({"channel"}))
    other = workspace.workspace.add_channel("other", members=[workspace.me.id, workspace.bot.id]).id

    def starts() -> int:
        return sum(call.method == "chat.startStream" for call in workspace.calls)

    async with stage.bot():
        for channel, started in ((stage.general, 1), (other, 1), (stage.direct, 2)):
            gate = asyncio.Event()
            model.answer("The first words, ", gate, "and the last.")
            ts = workspace.say(channel, f"<@{workspace.bot.id}> tell me")
            await workspace.until(lambda: len(workspace.thread(channel, ts)) > 1)  # noqa: B023 (waited for here)
            assert starts() == started
            gate.set()
            whole = "The first words, and the last."
            await workspace.until(lambda: workspace.thread(channel, ts)[1].shown == whole)  # noqa: B023 (as above)


@pytest.mark.usefixtures("eager")
async def test_a_workspace_without_streams_sees_edits(model: ScriptedModel, environ: dict[str, str]) -> None:
    missing = frozenset({"chat.startStream", "agents.sessions.setStatus"})
    rules = replace(RULES, missing_methods=missing)
    gate = asyncio.Event()
    model.answer("The first words, ", gate, "and the last.")
    model.answer("Again.")
    async with ScriptedWorkspace(rules) as workspace, model.serving() as told:
        stage = Dialogue(workspace, environ | told)
        async with stage.bot():
            ts = stage.mention("tell me")
            await workspace.until(lambda: any("first words" in m.shown for m in from_bot(stage, ts)))
            gate.set()
            await workspace.until(lambda: from_bot(stage, ts)[0].shown == "The first words, and the last.")
            again = stage.mention("again")
            await workspace.until(lambda: any(m.shown == "Again." for m in from_bot(stage, again)))
        tried = Counter(call.method for call in workspace.calls)
    assert tried["chat.startStream"] == 1
    assert tried["agents.sessions.setStatus"] == 1


# The rate budget


async def test_a_burst_keeps_every_limit(stage: Dialogue, model: ScriptedModel) -> None:
    """60 answers at once, under the documented rates: all whole, no refusal that could have been foreseen."""
    workspace = stage.workspace
    workspace.workspace.rules = replace(workspace.workspace.rules, tiers=True)
    asked, gate = {}, asyncio.Event()
    for number in range(60):
        model.answer(f"Answer {number} ", gate, "is here.", to=f"question {number}.")
    async with stage.bot():
        people = [workspace.me.id, workspace.bot.id]
        channels = [workspace.workspace.add_channel(f"room-{number}", members=people).id for number in range(10)]
        for number in range(60):
            channel = channels[number % len(channels)]
            mention = f"<@{workspace.bot.id}> question {number}."
            asked[number] = (channel, workspace.say(channel, mention))
        await workspace.until(lambda: streaming(workspace) >= 15, 20)
        gate.set()
        await workspace.until(lambda: all(stage.answers(*place) for place in asked.values()), 40)
    for number, place in asked.items():
        assert [m.shown for m in stage.answers(*place)] == [f"Answer {number} is here."]
    assert refusals(workspace) == {}
    assert Counter(c.method for c in workspace.calls)["chat.startStream"] in range(15, 21)


async def test_an_unforeseen_refusal_loses_nothing(stage: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    stage.workspace.fail("chat.appendStream", retry_after=1)
    model.answer("The first words, ", gate, "and the last.")
    async with stage.bot():
        ts = stage.mention("tell me")
        await stage.workspace.until(lambda: from_bot(stage, ts))
        gate.set()
        assert await stage.answer(stage.general, ts) == "The first words, and the last."
    assert len(from_bot(stage, ts)) == 1


class WatchfulModel(ScriptedModel):
    """Notes what the bot had called Slack for when a request came in."""

    def __init__(self, workspace: ScriptedWorkspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.called_before: list[list[str]] = []

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        self.called_before.append([call.method for call in self._workspace.calls])
        async with aclosing(super().respond(asked)) as events:
            async for event in events:
                yield event


async def test_claude_is_asked_before_slack_shows_it(workspace: ScriptedWorkspace, environ: dict[str, str]) -> None:
    model = WatchfulModel(workspace)
    async with model.serving() as told, aclosing(Dialogue(workspace, environ | told)) as dialogue, dialogue.bot():
        model.answer("Oslo.")
        ts = dialogue.mention("a city?")
        await dialogue.answer(dialogue.general, ts)
        await dialogue.until_idle()
        before = len(workspace.calls)
        model.answer("Rome.")
        dialogue.mention("another?", thread_ts=ts)
        await dialogue.answer(dialogue.general, ts, 2)
        await dialogue.until_idle()
    assert STATUS not in model.called_before[1][before:]
    assert STATUS in [call.method for call in workspace.calls[before:]]
