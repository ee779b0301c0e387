"""The playground's own limits on Block Kit: no looser than the models of Slack's SDK, and what these don't check."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models import blocks as sdk
from slack_sdk.models.blocks.basic_components import FeedbackButtonObject
from slack_sdk.models.views import View

from bot.playground.slack import blocks, elements, rules, views
from bot.playground.slack.wire import ApiError

LIMITS = [
    (blocks.VIEW_BLOCKS, View.blocks_max_length),
    (blocks.BLOCK_ID, sdk.Block.block_id_max_length),
    (blocks.HEADER_TEXT, sdk.HeaderBlock.text_max_length),
    (blocks.SECTION_TEXT, sdk.SectionBlock.text_max_length),
    (blocks.SECTION_FIELDS, sdk.SectionBlock.fields_max_length),
    (blocks.MOST_ELEMENTS["context"], sdk.ContextBlock.elements_max_length),
    (blocks.MOST_ELEMENTS["actions"], sdk.ActionsBlock.elements_max_length),
    (blocks.MOST_ELEMENTS["context_actions"], sdk.ContextActionsBlock.elements_max_length),
    (blocks.LABEL, sdk.InputBlock.label_max_length),
    (blocks.ALT_TEXT, sdk.ImageBlock.alt_text_max_length),
    (blocks.IMAGE_URL, sdk.ImageBlock.image_url_max_length),
    (rules.MARKDOWN_TEXT, sdk.MarkdownBlock.text_max_length),
    (elements.ACTION_ID, sdk.InteractiveElement.action_id_max_length),
    (elements.BUTTON_TEXT, sdk.ButtonElement.text_max_length),
    (elements.BUTTON_TEXT, FeedbackButtonObject.text_max_length),
    (elements.BUTTON_VALUE, sdk.ButtonElement.value_max_length),
    (elements.BUTTON_URL, sdk.ButtonElement.url_max_length),
    (elements.PLACEHOLDER, sdk.InputInteractiveElement.placeholder_max_length),
    (elements.OPTION_TEXT, sdk.Option.label_max_length),
    (elements.OPTION_VALUE, sdk.Option.value_max_length),
    (elements.OPTIONS, sdk.StaticSelectElement.options_max_length),
    (elements.MOST_OPTIONS["overflow"], sdk.OverflowMenuElement.options_max_length),
    (elements.CONFIRM["title"], sdk.ConfirmObject.title_max_length),
    (elements.CONFIRM["text"], sdk.ConfirmObject.text_max_length),
    (elements.CONFIRM["confirm"], sdk.ConfirmObject.confirm_max_length),
    (elements.CONFIRM["deny"], sdk.ConfirmObject.deny_max_length),
    (views.BUTTON_OR_TITLE, View.title_max_length),
    (views.PRIVATE_METADATA, View.private_metadata_max_length),
]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "press", "text": plain("Press"), **fields}


def select(*options: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "choose", "options": list(options), **fields}


def option(text: str = "One", value: str = "1") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def text_input(**fields: Any) -> dict[str, Any]:
    return {"type": "plain_text_input", "action_id": "type", **fields}


def actions(*inside: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(inside)}


def field(element: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("Label"), "element": element, **fields}


def feedback(**ways: Any) -> dict[str, Any]:
    return {
        "type": "context_actions",
        "elements": [{"type": "feedback_buttons", "action_id": "rate", **ways}],
    }


def table(*rows: list[str]) -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]}


ACCEPTED = [
    actions(button(style="danger", value="x" * 2_000, text=plain("x" * 75)), select(option())),
    field(text_input(max_length=3_000, initial_value="x" * 3_000), hint=plain("x" * 2_000), label=plain("x" * 2_000)),
    feedback(positive_button=option("Good"), negative_button=option("Bad")),
    table(*([["x"] * 20] * 100)),
    {"type": "section", "fields": [plain("x" * 2_000)] * 5},
    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "x" * 2_000},
]

REFUSED = [
    [{"type": "divider", "block_id": "x" * 256}],
    [{"type": "divider", "block_id": "same"}] * 2,
    [{"type": "header", "text": plain("")}],
    [{"type": "section"}],
    [{"type": "section", "fields": [plain("x")] * 11}],
    [{"type": "section", "fields": [plain("x" * 2_001)]}],
    [{"type": "section", "fields": [plain("")]}],
    [{"type": "context", "elements": []}],
    [{"type": "context", "elements": [plain("x")] * 11}],
    [actions(*(button(action_id=str(number)) for number in range(26)))],
    [actions(button(), button())],
    [actions({"type": "dance", "action_id": "dance"})],
    [actions(text_input())],
    [actions(feedback(positive_button=option(), negative_button=option())["elements"][0])],
    [field(button())],
    [actions(button(action_id="x" * 256))],
    [actions(button(text=None))],
    [actions(button(text=7))],
    [actions(button(text=plain("x" * 76)))],
    [actions(button(value="x" * 2_001))],
    [actions(button(url="x" * 3_001))],
    [actions(button(style="green"))],
    *([actions(button(confirm={name: plain("x" * (most + 1))}))] for name, most in elements.CONFIRM.items()),
    [feedback(positive_button=option())],
    [feedback(positive_button=option("x" * 76), negative_button=option())],
    [actions(select())],
    [actions(select(*[option()] * 101))],
    [actions(select(option(), initial_option=option("Two", "2")))],
    [actions(select({"value": "1"}))],
    [actions(select(option("x" * 76)))],
    [actions(select(option(value="x" * 151)))],
    [actions(select(*[option()] * 6, type="overflow"))],
    [actions(select(*[option()] * 11, type="checkboxes"))],
    [actions(select(type="radio_buttons"))],
    [field(text_input(placeholder=plain("x" * 151)))],
    [field(text_input(max_length=3_001))],
    [field(text_input(max_length=3, initial_value="four"))],
    [field(text_input(), label=None)],
    [field(text_input(), label=plain("x" * 2_001))],
    [field(text_input(), hint=plain("x" * 2_001))],
    [{"type": "input", "label": plain("Label")}],
    [{"type": "image", "image_url": "https://example.com/a.png"}],
    [{"type": "image", "image_url": "https://example.com/a.png", "alt_text": "x" * 2_001}],
    [{"type": "image", "image_url": "x" * 3_001, "alt_text": "x"}],
    [{"type": "image", "alt_text": "x"}],
    [{"type": "markdown", "text": ""}],
    [{"type": "markdown", "text": "x" * 12_001}],
    [table(["x"])] * 2,
    [table()],
    [table(*([["x"]] * 101))],
    [table([""])],
    [table(["x" * 6_000] * 2)],
]


@pytest.mark.parametrize(("own", "sdks"), LIMITS)
def test_limits_are_those_of_the_sdk(own: int, sdks: int) -> None:
    assert own == sdks


@pytest.mark.parametrize("block", ACCEPTED)
def test_the_most_allowed_is_accepted(block: dict[str, Any]) -> None:
    assert blocks.check([block | {"block_id": "same"}]) == [block | {"block_id": "same"}]


@pytest.mark.parametrize("message", REFUSED)
def test_anything_beyond_is_refused(message: list[dict[str, Any]]) -> None:
    with pytest.raises(ApiError, match="invalid_blocks"):
        blocks.check(message)
