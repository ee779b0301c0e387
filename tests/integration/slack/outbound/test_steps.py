"""The steps of an answer, as people see them in every mode of it, against the local workspace."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.domain.tool import SourceLink, Step, StepState
from bot.slack.outbound import answer as slack_answer
from bot.slack.outbound.answer import StreamedAnswer
from tests.integration.slack.outbound.conftest import InMemoryCheckpoint

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from bot.slack.outbound.answer_context import AnswerContext
    from tests.support.workspace import ScriptedWorkspace

TITLE = "Searched the web for “fees”"
RUNNING = Step("1", TITLE, StepState.RUNNING)
DONE = Step("1", TITLE, StepState.DONE, (SourceLink("https://example.org/fees", "Fees"),))
NEXT = Step("2", "Read example.org", StepState.RUNNING)
LINE = f"_{TITLE} …_"


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_answer, "EDIT_EVERY", 0.05)


class Seen:
    """What people see of the answer."""

    def __init__(self, workspace: ScriptedWorkspace, context: AnswerContext) -> None:
        self.workspace, self._context = workspace, context

    @property
    def messages(self) -> list[MessageRecord]:
        thread = self.workspace.thread(self._context.place.channel, self._context.place.thread)
        return [message for message in thread if message.user == self.workspace.bot.id]

    @property
    def parts(self) -> list[str]:
        """What the answer's messages say: tasks by title and status, and texts."""
        blocks = [block for message in self.messages for block in message.blocks]
        return [
            f"{block['title']}: {block['status']}" if block["type"] == "task_card" else block["text"].strip()
            for block in blocks
            if block["type"] in {"task_card", "markdown"}
        ]

    async def until(self, *parts: str) -> None:
        await self.workspace.until(lambda: self.parts == list(parts))

    def only(self, *parts: str) -> None:
        assert self.parts == list(parts)
        assert [message.streaming for message in self.messages] == [False]

    def calls(self, method: str) -> list[Any]:
        return [call for call in self.workspace.calls if call.method == method]


@pytest.fixture
def seen(workspace: ScriptedWorkspace, context: AnswerContext) -> Seen:
    return Seen(workspace, context)


async def test_steps_are_tasks_of_the_stream(seen: Seen, context: AnswerContext) -> None:
    async with StreamedAnswer(context) as answer:
        answer.think("Fees?")
        answer.step(RUNNING)
        await seen.until("Thought for 1 s: complete", f"{TITLE}: in_progress")
        answer.step(DONE)
        answer.write("They are low. ")
        answer.step(NEXT)
        await seen.until(
            "Thought for 1 s: complete", f"{TITLE}: complete", "They are low.", "Read example.org: in_progress"
        )
        answer.step(Step("2", "Read example.org"))
        answer.write("\n\nVery low.")
        await answer.finish()
    tasks = ["Thought for 1 s: complete", f"{TITLE}: complete", "They are low.", "Read example.org: complete"]
    seen.only(*tasks, "Very low.")
    assert seen.messages[0].blocks[1]["sources"] == [{"type": "url", "url": "https://example.org/fees", "text": "Fees"}]
    streamed = [call for call in seen.workspace.calls if call.method.endswith("Stream")]
    assert all(call.result["ok"] for call in streamed)


async def test_no_step_is_lost_without_room(seen: Seen, context: AnswerContext) -> None:
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(f"{TITLE}: in_progress")
        seen.workspace.fail("chat.appendStream", retry_after=60, times=99)
        answer.step(DONE)
        answer.step(NEXT)
        await seen.workspace.until(lambda: seen.calls("chat.appendStream"))
        answer.step(Step("2", "Read example.org", StepState.FAILED))
        answer.write("They are low.")
        await answer.finish()
    seen.only(f"{TITLE}: complete", "Read example.org: error", "They are low.")


async def test_no_step_runs_on_after_the_end(seen: Seen, context: AnswerContext) -> None:
    """Source: https://github.com/vercel/chat/issues/911."""
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(f"{TITLE}: in_progress")
        answer.step(NEXT)
        await answer.finish("It broke off.")
    seen.only(f"{TITLE}: error", "Read example.org: error", "It broke off.")
    assert ended_by_us(seen) == {"1", "2"}


async def test_no_step_runs_on_after_a_failure(seen: Seen, context: AnswerContext) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with StreamedAnswer(context) as answer:
            answer.step(RUNNING)
            await seen.until(f"{TITLE}: in_progress")
            answer.step(NEXT)
            await seen.until(f"{TITLE}: in_progress", "Read example.org: in_progress")
            raise ZeroDivisionError
    seen.only(f"{TITLE}: error", "Read example.org: error")
    assert ended_by_us(seen) == {"1", "2"}


def ended_by_us(seen: Seen) -> set[str]:
    """Return the tasks of which the bot said that they have failed. Slack shows the others so, too."""
    chunks = [chunk for call in seen.calls("chat.stopStream") for chunk in call.arguments["chunks"]]
    return {chunk["id"] for chunk in chunks if chunk.get("status") == "error"}


async def test_withdrawn_steps_are_gone(seen: Seen, context: AnswerContext) -> None:
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(f"{TITLE}: in_progress")
        await answer.withdraw()
    assert seen.messages == []


async def test_a_sentence_instead_leaves_no_steps(seen: Seen, context: AnswerContext) -> None:
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(f"{TITLE}: in_progress")
        await answer.replace("I am busy and try again later.", for_now=True)
    seen.only("I am busy and try again later.")


async def test_steps_are_a_line_without_streams(seen: Seen, context: AnswerContext) -> None:
    seen.workspace.change_rules(no_streams_in=frozenset({"channel"}))
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(LINE)
        answer.step(Step("1", TITLE, StepState.FAILED))
        answer.step(NEXT)
        await seen.until(f"_{TITLE} (failed)_ · _Read example.org …_")
        answer.write("They are")
        await seen.until("They are\n\n_Read example.org …_")
        answer.step(Step("2", "Read example.org"))
        answer.write(" low.")
        await seen.until("They are low.")
        await answer.finish()
    seen.only("They are low.")


async def test_steps_are_a_line_without_room(seen: Seen, context: AnswerContext) -> None:
    seen.workspace.fail("chat.startStream", retry_after=60)
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(LINE)
        answer.write("They are low.")
        answer.step(DONE)
        await seen.until(f"_{TITLE}_")
        await answer.finish()
    seen.only("They are low.")


async def test_a_line_waits_for_room(seen: Seen, context: AnswerContext) -> None:
    seen.workspace.change_rules(no_streams_in=frozenset({"channel"}))
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(LINE)
        seen.workspace.fail("chat.update", retry_after=1)
        answer.step(DONE)
        await seen.until(f"_{TITLE}_")
        await answer.finish("None.")
    seen.only("None.")


async def test_a_stream_that_is_cut_loses_nothing(seen: Seen, context: AnswerContext) -> None:
    """Source: https://github.com/slackapi/python-slack-sdk/issues/1859: after five minutes, however busy it is."""
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(f"{TITLE}: in_progress")
        (message,) = seen.messages
        assert message.stream is not None
        message.stream.began -= 301
        answer.step(NEXT)
        await seen.until(f"_{TITLE} …_ · _Read example.org …_")
        answer.step(DONE)
        answer.write("They are low.")
        await seen.until("They are low.\n\n_Read example.org …_")
        await answer.finish()
    seen.only("They are low.")


async def test_a_person_stops_while_a_step_runs(seen: Seen, context: AnswerContext) -> None:
    async with StreamedAnswer(context) as answer:
        answer.write("They are")
        answer.step(RUNNING)
        await seen.until("They are", f"{TITLE}: in_progress")
        seen.workspace.stop(context.place.channel, context.place.thread)
        answer.step(NEXT)
        await answer.finish("\n\n_Stopped._")
    seen.only("They are\n\n_Stopped._")


async def test_a_second_try_goes_on_in_the_message(
    seen: Seen, context: AnswerContext, checkpoint: InMemoryCheckpoint
) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        async with StreamedAnswer(context) as answer:
            answer.step(RUNNING)
            answer.write("They are ")
            await seen.until(f"{TITLE}: in_progress", "They are")
            raise asyncio.CancelledError
    checkpoint.was_begun = True
    async with StreamedAnswer(context) as answer:
        answer.step(DONE)
        answer.step(NEXT)
        await seen.until(f"_{TITLE}_ · _Read example.org …_")
        answer.write("They are low.")
        answer.step(Step("2", "Read example.org"))
        await answer.finish()
    seen.only("They are low.")


async def test_an_answer_that_is_replaced_stays(seen: Seen, context: AnswerContext) -> None:
    async with StreamedAnswer(context) as answer:
        answer.write("They are high.")
        before = await answer.finish()
    async with StreamedAnswer(dataclasses.replace(context, checkpoint=InMemoryCheckpoint(), instead=before)) as answer:
        answer.step(RUNNING)
        for _ in range(5):
            await context.out.client.api_test()
        seen.only("They are high.")
        answer.write("They are low.")
        await seen.until(f"They are low.\n\n{LINE}")
        answer.step(DONE)
        await answer.finish()
    seen.only("They are low.")


async def test_a_message_that_takes_no_edit_is_left(
    seen: Seen, context: AnswerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Source: https://github.com/lidge-jun/cli-jaw/pull/747, where 47 edits were refused, one after the other."""
    seen.workspace.change_rules(no_streams_in=frozenset({"channel"}))
    async with StreamedAnswer(context) as answer:
        answer.step(RUNNING)
        await seen.until(LINE)
        monkeypatch.setattr(slack_answer, "EDIT_EVERY", 0.0)
        seen.workspace.fail("chat.update", error="cant_update_message", times=99)
        answer.step(DONE)
        await seen.workspace.until(lambda: seen.calls("chat.update"))
        for word in ("They ", "are ", "low."):
            answer.write(word)
            await context.out.client.api_test()
        assert len(seen.calls("chat.update")) == 1
        await answer.finish()
    seen.only("They are low.")


async def test_tasks_and_text_that_are_too_long(seen: Seen, context: AnswerContext) -> None:
    """Sources: https://github.com/openclaw/openclaw/pull/143882, https://github.com/paradigmxyz/centaur/pull/563."""
    text = "word " * 2_000
    async with StreamedAnswer(context) as answer:
        for number in range(12):
            answer.step(Step(str(number), f"{TITLE} {'x' * 200} {number}"))
        answer.write(text)
        await answer.finish()
    seen.only(text.strip())
