"""What a stream is sent of an answer: its text, and the thinking and the steps beside it."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models.messages.chunk import TaskUpdateChunk

from bot.core.domain.tool import MOST_TITLE, SourceLink, Step, StepState
from bot.slack.outbound.buffer import Buffer
from bot.slack.outbound.message import Part
from bot.slack.outbound.tasks import MOST_SOURCES, MOST_STEPS

TITLE = "Searched the web for “fees”"


def shown(pieces: list[dict[str, Any]]) -> list[str]:
    return [piece.get("text") or f"{piece['title']}: {piece['status']}" for piece in pieces]


def streamed(buffer: Buffer, *, is_idle: bool = False) -> list[str]:
    """Return what the stream is sent next, and let it arrive."""
    buffer.take()
    pieces, end = buffer.next(to_the_end=is_idle)
    buffer.sent(pieces, end)
    return shown(pieces)


def test_a_step_is_shown_before_text() -> None:
    buffer = Buffer()
    buffer.tasks.think("Fees?")
    buffer.step(Step("1", TITLE, StepState.RUNNING))
    assert streamed(buffer) == ["Thought for 1 s: complete", f"{TITLE}: in_progress"]
    buffer.step(Step("1", TITLE))
    buffer.write("They are low. ")
    assert streamed(buffer) == [f"{TITLE}: complete", "They are low. "]
    assert streamed(buffer) == []


def test_a_step_stands_after_what_was_written() -> None:
    buffer = Buffer()
    buffer.write("Let me look")
    buffer.step(Step("1", TITLE, StepState.RUNNING))
    buffer.write("\n\nThey are low. ")
    buffer.step(Step("2", TITLE))
    buffer.write("\n\nOr are they? ")
    assert streamed(buffer) == [
        "Let me look",
        f"{TITLE}: in_progress",
        "\n\nThey are low. ",
        f"{TITLE}: complete",
        "\n\nOr are they? ",
    ]
    assert streamed(buffer) == []


def test_the_latest_state_of_a_step_wins() -> None:
    buffer = Buffer()
    buffer.step(Step("1", TITLE, StepState.RUNNING))
    buffer.step(Step("2", "Read example.org", StepState.RUNNING))
    buffer.next()  # there was no room for this
    buffer.step(Step("2", "Read example.org", StepState.FAILED))
    assert streamed(buffer) == [f"{TITLE}: in_progress", "Read example.org: error"]


def test_thinking_goes_on_after_a_step() -> None:
    buffer = Buffer()
    buffer.tasks.think("Fees?")
    streamed(buffer)
    buffer.step(Step("1", TITLE))
    first, _ = buffer.next()
    assert first[0]["details"] == "Fees?"
    streamed(buffer)
    buffer.tasks.think("So that is it.")
    assert streamed(buffer) == ["Thinking…: in_progress"]
    buffer.write("They are low. ")
    buffer.take()
    pieces, _ = buffer.next()
    assert shown(pieces) == ["Thought for 1 s: complete", "They are low. "]
    assert "details" not in pieces[0]  # Slack would append them


def test_the_end_stops_steps_that_run() -> None:
    buffer = Buffer()
    buffer.step(Step("1", TITLE, StepState.RUNNING))
    streamed(buffer)
    buffer.step(Step("2", "Read example.org", StepState.RUNNING))
    assert shown(buffer.ends()) == [f"{TITLE}: error", "Read example.org: error"]


def test_the_end_has_what_was_left() -> None:
    buffer = Buffer()
    buffer.step(Step("1", TITLE, StepState.RUNNING))
    streamed(buffer)
    buffer.step(Step("1", TITLE))
    buffer.write("They are low.")
    buffer.take(whole=True)
    assert shown(buffer.rest(Part(buffer.text))) == [f"{TITLE}: complete", "They are low."]


def test_sources_are_shown_once() -> None:
    buffer = Buffer()
    found = (SourceLink("https://example.org/a", "A"), SourceLink("https://example.org/a", "A again"))
    buffer.step(Step("1", TITLE, StepState.RUNNING, found))
    (running,), _ = buffer.next()
    assert "sources" not in running
    streamed(buffer)
    buffer.step(Step("1", TITLE, StepState.DONE, found))
    (done,), _ = buffer.next()
    assert done["sources"] == [{"type": "url", "url": "https://example.org/a", "text": "A"}]
    streamed(buffer)
    buffer.step(Step("1", "Searched once more", StepState.DONE, (*found, SourceLink("https://example.org/b"))))
    (again,), _ = buffer.next()
    assert again.keys() == {"type", "id", "title", "status"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org", "https://" + "x" * 2_000, ""])
def test_other_addresses_are_no_sources(url: str) -> None:
    buffer = Buffer()
    buffer.step(Step("1", TITLE, StepState.DONE, (SourceLink(url, "x"),)))
    (task,), _ = buffer.next()
    assert "sources" not in task


def test_more_sources_are_counted() -> None:
    buffer = Buffer()
    found = tuple(SourceLink(f"https://example.org/{number}") for number in range(MOST_SOURCES + 3))
    buffer.step(Step("1", TITLE, StepState.DONE, found))
    (task,), _ = buffer.next()
    assert (len(task["sources"]), task["output"]) == (MOST_SOURCES, "And 3 more sources")
    assert TaskUpdateChunk(**{key: value for key, value in task.items() if key != "type"}).to_dict() == task


@pytest.mark.parametrize(("last", "status"), [("RUNNING", "in_progress"), ("FAILED", "error"), ("DONE", "complete")])
def test_more_steps_are_counted(last: str, status: str) -> None:
    buffer = Buffer()
    for number in range(MOST_STEPS + 2):
        buffer.step(Step(str(number), f"Step {number}"))
    buffer.step(Step("last", "The last step", StepState[last]))
    pieces, _ = buffer.next()
    assert len(pieces) == MOST_STEPS + 1
    assert shown(pieces)[-1] == f"And 3 more steps: {status}"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Read https://evil.example/?q=secret", "Read https:\u200b//evil.example/?q=secret"),
        ("<https://evil.example|here>", "<\u200bhttps:\u200b//evil.example|here>"),
        ("[here](//evil.example) <!channel>", "[here]\u200b(//evil.example) <\u200b\u200b!channel>"),
        ("one\ntwo\t\u202ethree", "one two three"),
    ],
)
def test_a_title_holds_no_links(title: str, words: str) -> None:
    buffer = Buffer()
    buffer.step(Step("1", title))
    (task,), _ = buffer.next()
    assert task["title"] == words


def test_a_long_title_is_cut() -> None:
    buffer = Buffer()
    buffer.step(Step("1", "x" * 300))
    (task,), _ = buffer.next()
    assert len(task["title"]) == MOST_TITLE
    assert task["title"].endswith("x…")


def test_steps_are_one_line_elsewhere() -> None:
    buffer = Buffer()
    buffer.step(Step("1", "Searched the web for “[a](https://evil.example)”"))
    buffer.step(Step("2", "Read example.org", StepState.FAILED))
    buffer.step(Step("3", "Searched messages for “*fees*”", StepState.RUNNING))
    assert buffer.tasks.line().split(" · ") == [
        "_Searched the web for “\\[a\\](https:\u200b//evil.example)”_",
        "_Read example.org (failed)_",
        "_Searched messages for “\\*fees\\*” …_",
    ]
    assert buffer.tasks.line(only_running=True) == "_Searched messages for “\\*fees\\*” …_"
