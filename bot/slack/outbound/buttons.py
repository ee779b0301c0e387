"""Buttons and menus as Slack's blocks.

Ratings are buttons, too: Slack's own thumbs (`feedback_buttons`) can't be in a row with others.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    Option,
    PlainTextObject,
    StaticSelectElement,
)

from bot.core.domain.interaction import Button, Select
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.core.domain.interaction import Control

# Slack's limits; https://docs.slack.dev/reference/block-kit/blocks/actions-block and its elements
LABEL = 75
CONFIRM_LABEL = 30
IN_ONE_BLOCK = 25
KINDS = 200  # of buttons that are remembered: the names, in all languages


def blocks(controls: Sequence[Control]) -> list[dict[str, Any]]:
    """Lay controls out: buttons side by side, each menu in a block of its own, whose id carries its value."""
    buttons = [control for control in controls if isinstance(control, Button)]
    rows = [buttons[start : start + IN_ONE_BLOCK] for start in range(0, len(buttons), IN_ONE_BLOCK)]
    laid: list[dict[str, Any]] = [
        {"type": "actions", "elements": [_laid(one, number) for number, one in enumerate(row)]} for row in rows
    ]
    return laid + [block.to_dict() for block in _menus(controls)]


def row(controls: Sequence[Button]) -> list[ButtonElement]:
    """Return buttons for one block, in which action ids have to differ."""
    return [_button(one, number) for number, one in enumerate(controls[:IN_ONE_BLOCK])]


def without(laid: Sequence[Mapping[str, Any]], name: str, value: str) -> list[Mapping[str, Any]]:
    """Return a message's blocks without the buttons of a name, and without a row that they leave empty.

    `value`: only those that carry it, "" for any.
    """
    kept: list[Mapping[str, Any]] = []
    for block in laid:
        elements = block.get("elements") if block.get("type") == "actions" else None
        others = [one for one in elements or () if not _is(one, name, value)]
        if elements is None or len(others) == len(elements):
            kept.append(block)
        elif others:
            kept.append({**block, "elements": others})
    return kept


def _is(element: Mapping[str, Any], name: str, value: str) -> bool:
    return str(element.get("action_id", "")).partition(".")[0] == name and value in {"", element.get("value", "")}


def _menus(controls: Sequence[Control]) -> Iterator[Block]:
    for number, select in enumerate(control for control in controls if isinstance(control, Select)):
        yield ActionsBlock(block_id=f"{number} {select.value}", elements=[_select(select)])


def _laid(button: Button, number: int) -> dict[str, Any]:
    """Lay a button out. Answers have the same few again and again, with other values."""
    if button.confirm or not button.value:
        return _button(button, number).to_dict()
    return {**_laid_once(replace(button, value=""), number), "value": button.value}


@lru_cache(maxsize=KINDS)
def _laid_once(button: Button, number: int) -> dict[str, Any]:
    return _button(button, number).to_dict()


def _button(button: Button, number: int) -> ButtonElement:
    return ButtonElement(
        action_id=f"{button.name}.{number}",
        text=plain(button.label, LABEL),
        value=button.value,
        style=button.style or None,
        confirm=_confirm(button) if button.confirm else None,
        accessibility_label=button.spoken[:LABEL] or None,
    )


def _confirm(button: Button) -> ConfirmObject:
    return ConfirmObject(
        title=plain(_("Are you sure?")),
        text=plain(button.confirm),
        confirm=plain(button.label, CONFIRM_LABEL),
        deny=plain(_("Cancel")),
    )


def _select(select: Select) -> StaticSelectElement:
    return StaticSelectElement(
        action_id=select.name,
        placeholder=plain(select.placeholder),
        options=[Option(value=value, text=plain(label, LABEL)) for value, label in select.options],
    )


def plain(text: str, limit: int | None = None) -> PlainTextObject:
    """Return a text without markup, cut to Slack's limit for where it stands."""
    return PlainTextObject(text=text[:limit])
