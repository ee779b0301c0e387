"""Buttons and menus as Slack's blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.domain.interaction import Button, FeedbackButtons, Select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.interaction import Control

# Slack's limits; https://docs.slack.dev/reference/block-kit/blocks/actions-block and its elements
LABEL = 75


IN_ONE_BLOCK = 25


def blocks(controls: Sequence[Control]) -> list[dict[str, Any]]:
    """Lay controls out: buttons side by side, each menu in a block of its own, whose id carries its value."""
    buttons = [control for control in controls if isinstance(control, Button)]
    rows = [buttons[start : start + IN_ONE_BLOCK] for start in range(0, len(buttons), IN_ONE_BLOCK)]
    return [
        *({"type": "actions", "elements": [_button(one, number) for number, one in enumerate(row)]} for row in rows),
        *(_select(one, number) for number, one in enumerate(c for c in controls if isinstance(c, Select))),
        *(_feedback(one) for one in controls if isinstance(one, FeedbackButtons)),
    ]


def _button(button: Button, number: int) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "button",
        "action_id": f"{button.name}.{number}",  # ids have to differ in a block
        "text": {"type": "plain_text", "text": button.label[:LABEL]},
        "value": button.value,
    }
    if button.style:
        element["style"] = button.style
    if button.confirm:
        element["confirm"] = {
            "title": {"type": "plain_text", "text": "Are you sure?"},
            "text": {"type": "plain_text", "text": button.confirm},
            "confirm": {"type": "plain_text", "text": button.label[:30]},
            "deny": {"type": "plain_text", "text": "Cancel"},
        }
    return element


def _feedback(feedback: FeedbackButtons) -> dict[str, Any]:
    def thumb(label: str, choice: str) -> dict[str, Any]:
        return {"text": {"type": "plain_text", "text": label}, "value": f"{choice} {feedback.value}"}

    buttons = {"positive_button": thumb("Good", feedback.good), "negative_button": thumb("Bad", feedback.bad)}
    element = {"type": "feedback_buttons", "action_id": feedback.name, **buttons}
    return {"type": "context_actions", "elements": [element]}


def _select(select: Select, number: int) -> dict[str, Any]:
    options = [{"text": {"type": "plain_text", "text": label[:LABEL]}, "value": one} for one, label in select.options]
    element = {
        "type": "static_select",
        "action_id": select.name,
        "placeholder": {"type": "plain_text", "text": select.placeholder},
        "options": options,
    }
    return {"type": "actions", "block_id": f"{number} {select.value}", "elements": [element]}
