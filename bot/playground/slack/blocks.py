"""Blocks: Slack's limits on them in messages and views, and the text that a user reads in them."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from bot.playground.slack.elements import BUTTONS, KINDS, faults, length, placed, text_in
from bot.playground.slack.rules import ALL_BLOCK_TEXT, BLOCKS, MARKDOWN_TEXT
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

VIEW_BLOCKS = 100
HEADER_TEXT = 150
SECTION_TEXT = 3_000
SECTION_FIELDS = 10
FIELD_TEXT = 2_000
MOST_ELEMENTS = {"context": 10, "actions": 25, "context_actions": 5}
TABLE_ROWS = 100
TABLE_CELLS = 20
TABLE_TEXT = 10_000
BLOCK_ID = 255
LABEL = 2_000
ALT_TEXT = 2_000
IMAGE_URL = 3_000

# Block types; those without a rule below are only stored.
TYPES = frozenset(
    {
        "actions",
        "alert",
        "card",
        "carousel",
        "container",
        "context",
        "context_actions",
        "divider",
        "file",
        "header",
        "image",
        "input",
        "markdown",
        "plan",
        "rich_text",
        "section",
        "table",
        "task_card",
        "video",
    }
)

# Block types for messages only.
MESSAGE_ONLY = frozenset(
    {"alert", "card", "carousel", "context_actions", "file", "markdown", "plan", "table", "task_card"}
)
# Text inputs are allowed in input blocks only.
_TYPED = frozenset(kind for kind in KINDS if kind.endswith("_input"))
# The element types that each block type takes; other blocks take none.
ELEMENTS = {
    "actions": KINDS - {"feedback_buttons", "icon_button", "file_input"} - _TYPED,
    "context_actions": frozenset({"feedback_buttons", "icon_button"}),
    "section": KINDS - {"feedback_buttons", "icon_button", "file_input"} - _TYPED,
    "input": KINDS - BUTTONS - {"overflow"},
}

_MARKED_UP = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)>|<#(?P<channel>[CDG][A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]+)(?:\|[^<>]*)?>|<!(?P<range>here|channel|everyone)>"
    r"|<(?P<url>(?:https?://|mailto:)[^<>|]+)(?:\|(?P<label>[^<>]*))?>"
)


def check(blocks: object, *, in_view: bool = False) -> list[Json]:
    """Check the blocks of a message or view against Slack's limits and return them; raises `ApiError` with the errors.

    Sources: https://docs.slack.dev/reference/block-kit and the validators of slack_sdk's models.
    """
    most = VIEW_BLOCKS if in_view else BLOCKS
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ApiError("invalid_blocks_format")
    found = [f"[ERROR] no more than {most} items allowed [json-pointer:/blocks]"] if len(blocks) > most else []
    for place, block in enumerate(blocks):
        found += [f"[ERROR] {fault} [json-pointer:/blocks/{place}]" for fault in _shape_faults(block, in_view=in_view)]
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(map(str, ids))):
        found.append("[ERROR] block_id already exists [json-pointer:/blocks]")
    if found:
        raise ApiError("invalid_blocks", *found)
    if sum(block.get("type") == "table" for block in blocks) > 1:
        raise ApiError("invalid_blocks", "[ERROR] only_one_table_allowed [json-pointer:/blocks]")
    markdown = sum(len(text_in(block.get("text"))) for block in blocks if block.get("type") == "markdown")
    if markdown > MARKDOWN_TEXT:
        raise ApiError(
            "invalid_blocks", f"[ERROR] at most {MARKDOWN_TEXT} characters of markdown [json-pointer:/blocks]"
        )
    if not in_view and sum(len(text) for block in blocks for text in _texts(block)) > ALL_BLOCK_TEXT:
        raise ApiError("msg_blocks_too_long")
    return [{**block, "block_id": block.get("block_id") or new_id()} for block in blocks]


def new_id() -> str:
    """Return a `block_id` for a block that has none."""
    return secrets.token_urlsafe(4)


def text_of(blocks: list[Json]) -> str:
    """Return the text that a user reads in blocks, one paragraph per block."""
    return "\n\n".join(filter(None, ("\n".join(_texts(block)) for block in blocks)))


def rich_text(text: str) -> Json:
    """Return typed text as the `rich_text` block that Slack's own client sends with it."""
    elements: list[Json] = []
    end = 0
    for match in _MARKED_UP.finditer(text):
        elements += [*_plain(text[end : match.start()]), _element(match)]
        end = match.end()
    elements += _plain(text[end:])
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": new_id(), "elements": [section]}


def _element(match: re.Match[str]) -> Json:
    if match["user"]:
        return {"type": "user", "user_id": match["user"]}
    if match["channel"]:
        return {"type": "channel", "channel_id": match["channel"]}
    if match["group"]:
        return {"type": "usergroup", "usergroup_id": match["group"]}
    if match["range"]:
        return {"type": "broadcast", "range": match["range"]}
    label = {"text": unescape(match["label"])} if match["label"] else {}
    return {"type": "link", "url": unescape(match["url"])} | label


def escape(text: str) -> str:
    """Escape the three characters that have a meaning in Slack's message text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _plain(text: str) -> list[Json]:
    return [{"type": "text", "text": unescape(text)}] if text else []


def _texts(block: Json) -> list[str]:
    match block.get("type"):
        case "table":
            return [" | ".join(_cell(cell) for cell in row) for row in block.get("rows", ())]
        case "rich_text":
            return [_cell(block)]
        case "context":
            return [text_in(element) for element in block.get("elements", ())]
        case "section":
            parts = [block.get("text"), *(block.get("fields") or ())]
            return [text for part in parts if (text := text_in(part))]
        case "task_card" | "plan" | "image" as kind:
            return [text] if (text := text_in(block.get("title"))) or kind != "image" else []
        case _:
            return [text_in(block["text"])] if "text" in block else []


def _cell(cell: Any) -> str:  # noqa: ANN401, PLR0911 - it comes from the wire and may be anything
    if not isinstance(cell, dict):
        return ""
    if isinstance(cell.get("elements"), list):
        return "".join(_cell(element) for element in cell["elements"])
    match cell:
        case {"type": "user", "user_id": str(user)}:
            return f"<@{user}>"
        case {"type": "channel", "channel_id": str(channel)}:
            return f"<#{channel}>"
        case {"type": "usergroup", "usergroup_id": str(group)}:
            return f"<!subteam^{group}>"
        case {"type": "broadcast", "range": str(everyone)}:
            return f"<!{everyone}>"
        case {"type": "emoji", "name": str(name)}:
            return f":{name}:"
        case _:
            return text_in(cell) or str(cell.get("url", ""))


def _shape_faults(block: Json, *, in_view: bool) -> list[str]:
    """Return a block's errors. A value of the wrong type is one too, wherever the rules trip over it."""
    try:
        found = list(_faults(block, in_view=in_view))
        _texts(block)
    except (TypeError, AttributeError, KeyError):
        return ["invalid type"]
    return found


def _faults(block: Json, *, in_view: bool) -> Iterator[str]:
    kind = block.get("type")
    if kind not in TYPES or (in_view and kind in MESSAGE_ONLY):
        yield f"unsupported type: {kind}"
        return
    if len(block.get("block_id") or "") > BLOCK_ID:
        yield f"block_id must be at most {BLOCK_ID} characters"
    elements = block.get("elements", ())
    if kind in MOST_ELEMENTS and not 1 <= len(elements) <= MOST_ELEMENTS[kind]:
        yield f"must hold 1 to {MOST_ELEMENTS[kind]} elements"
    if rule := _RULES.get(kind):
        yield from rule(block)
    inside = list(placed([block]))
    for place in inside:
        yield from faults(place.element)
        if place.element.get("type") not in ELEMENTS.get(kind, ()):
            yield f"unsupported element type: {place.element.get('type')}"
    actions = [place.element["action_id"] for place in inside]
    if len(actions) != len(set(actions)):
        yield "action_id already exists"


def _markdown(block: Json) -> Iterator[str]:
    if not text_in(block.get("text")):
        yield "missing required field: text"


def _header(block: Json) -> Iterator[str]:
    yield from length("text", block.get("text"), HEADER_TEXT)


def _input(block: Json) -> Iterator[str]:
    yield from length("label", block.get("label"), LABEL)
    if len(text_in(block.get("hint"))) > LABEL:
        yield f"hint must be at most {LABEL} characters"
    if not isinstance(block.get("element"), dict):
        yield "missing required field: element"


def _image(block: Json) -> Iterator[str]:
    yield from length("alt_text", block.get("alt_text"), ALT_TEXT)
    if bool(block.get("image_url")) == bool(block.get("slack_file")):
        yield "must hold either image_url or slack_file"
    if len(block.get("image_url") or "") > IMAGE_URL:
        yield f"image_url must be at most {IMAGE_URL} characters"


def _section(block: Json) -> Iterator[str]:
    fields = block.get("fields") or ()
    if not block.get("text") and not fields:
        yield "missing required field: text"
    if block.get("text"):
        yield from length("text", block["text"], SECTION_TEXT)
    if len(fields) > SECTION_FIELDS:
        yield f"no more than {SECTION_FIELDS} fields allowed"
    for part in fields:
        yield from length("fields", part, FIELD_TEXT)


def _table(block: Json) -> Iterator[str]:
    rows = block.get("rows") or ()
    if not 1 <= len(rows) <= TABLE_ROWS:
        yield f"must hold 1 to {TABLE_ROWS} rows"
    if any(len(row) > TABLE_CELLS for row in rows):
        yield f"no more than {TABLE_CELLS} cells in a row"
    if any(cell.get("type") == "raw_text" and not cell.get("text") for row in rows for cell in row):
        yield "must be more than 0 characters: text"
    if sum(len(_cell(cell)) for row in rows for cell in row) > TABLE_TEXT:
        yield f"cells must hold at most {TABLE_TEXT} characters together"


_RULES: Mapping[str, Callable[[Json], Iterator[str]]] = {
    "markdown": _markdown,
    "header": _header,
    "section": _section,
    "table": _table,
    "input": _input,
    "image": _image,
}
