"""Buttons as blocks, and blocks without the one that was used."""

from __future__ import annotations

from typing import Any

from bot.core.domain.interaction import Button
from bot.slack.outbound.buttons import blocks, without

TEXT = {"type": "markdown", "text": "One, two,"}
CONTINUE, AGAIN, OTHER = (
    Button("continue", "Continue", "1"),
    Button("again", "Again", "1"),
    Button("continue", "C", "2"),
)


def test_only_the_used_button_goes() -> None:
    laid = [TEXT, *blocks([CONTINUE, AGAIN, OTHER])]
    _, row = without(laid, "continue", "1")
    assert row["elements"] == laid[1]["elements"][1:]
    assert without(laid, "continue", "3") == laid


def test_an_empty_row_goes_too() -> None:
    assert without([TEXT, *blocks([CONTINUE])], "continue", "1") == [TEXT]


def test_odd_blocks_stay_as_they_are() -> None:
    odd: list[dict[str, Any]] = [{"type": "actions"}, {"type": "actions", "elements": [{"type": "static_select"}]}, {}]
    assert without(odd, "continue", "1") == odd
