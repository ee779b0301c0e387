from __future__ import annotations

from typing import Any

import pytest

from bot.slack.client.blocks_to_text import flat
from bot.slack.client.read_limits import CLIPPED, LONGEST, clipped, clipped_event, is_clipped

MEGABYTE = 1_000_000


def _rich(*elements: Any) -> list[Any]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def test_all_that_slack_lets_people_write_is_read() -> None:
    text = "a" * 40_000
    message = {"text": text, "blocks": _rich({"type": "text", "text": text}), "attachments": [{"text": text}]}
    assert clipped(message) is message
    assert flat(message) == f"{text}\n\n{text}"


@pytest.mark.parametrize(
    "message",
    [
        {"text": "a" * MEGABYTE},
        {"blocks": _rich({"type": "text", "text": "a" * MEGABYTE})},
        {"blocks": _rich(*[{"type": "text", "text": "a"}] * 30_000)},
        {"blocks": [_section("a" * 3_000)] * 300},
        {"attachments": [{"text": "a" * 9_000}] * 100},
        {"blocks": [{"type": "new", "some": [[["a" * 9]]] * 30_000}]},
    ],
)
def test_of_more_the_beginning_is_read_and_that_is_said(message: dict[str, Any]) -> None:
    read = flat(message)
    assert read.startswith("a")
    assert read.endswith(f"\n\n{CLIPPED}")
    assert len(read) <= 2 * LONGEST + 2 + len(CLIPPED)


def test_a_whole_text_beside_too_many_blocks_is_kept() -> None:
    kept = clipped({"text": "hello", "blocks": [_section("a" * 3_000)] * 300, "ts": "1.1"})
    assert is_clipped(kept)
    assert (kept["text"], kept["ts"]) == ("hello", "1.1")


def test_both_sides_of_an_edit_are_clipped() -> None:
    event = {"subtype": "message_changed", "message": {"text": "a" * MEGABYTE}, "previous_message": {"text": "b"}}
    read = clipped_event(event)
    assert is_clipped(read["message"])
    assert len(read["message"]["text"]) == LONGEST
    assert read["previous_message"] == {"text": "b"}


def test_lists_in_lists_do_not_grow() -> None:
    inner: dict[str, Any] = {"type": "rich_text_section", "elements": [{"type": "text", "text": "\n" * 90_000 + "a"}]}
    for _ in range(10):
        inner = {"type": "rich_text_list", "style": "bullet", "indent": 8, "elements": [inner]}
    assert len(flat({"blocks": [{"type": "rich_text", "elements": [inner]}]})) < 2 * LONGEST
