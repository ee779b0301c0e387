"""Rules about blocks: what Slack accepts in a message, what a person reads in it, and what can be pressed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.playground.rules import ALL_BLOCK_TEXT, BLOCKS, MARKDOWN_TEXT
from bot.playground.wire import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEW_BLOCKS = 100
HEADER_TEXT = 150
SECTION_TEXT = 3_000
SECTION_FIELDS = 10
FIELD_TEXT = 2_000
MOST_ELEMENTS = {"context": 10, "actions": 25, "context_actions": 5}
TABLE_ROWS = 100
TABLE_CELLS = 20
TABLE_TEXT = 10_000
BUTTON_TEXT = 75
ACTION_ID = 255
BUTTON_VALUE = 2_000

# What a message's blocks may be; what has no rule of its own below is only stored.
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

_MENTION = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)>|<#(?P<channel>[CDG][A-Z0-9]+)(?:\|[^>]*)?>|<(?P<url>https?://[^>|]+)>"
)


def check(blocks: object, most: int = BLOCKS) -> list[Json]:
    """Hold at most `most` blocks to Slack's limits and return them; raises `ApiError` that names each fault."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ApiError("invalid_blocks_format")
    faults = [f"[ERROR] no more than {most} items allowed [json-pointer:/blocks]"] if len(blocks) > most else []
    for place, block in enumerate(blocks):
        faults += [f"[ERROR] {fault} [json-pointer:/blocks/{place}]" for fault in _shape_faults(block)]
    if faults:
        raise ApiError("invalid_blocks", *faults)
    markdown = sum(len(_string(block.get("text"))) for block in blocks if block.get("type") == "markdown")
    if markdown > MARKDOWN_TEXT:
        raise ApiError(
            "invalid_blocks", f"[ERROR] at most {MARKDOWN_TEXT} characters of markdown [json-pointer:/blocks]"
        )
    if sum(len(text) for block in blocks for text in _texts(block)) > ALL_BLOCK_TEXT:
        raise ApiError("msg_blocks_too_long")
    return [{**block, "block_id": block.get("block_id") or f"b{place}"} for place, block in enumerate(blocks)]


def text_of(blocks: list[Json]) -> str:
    """Return the text that a person reads in blocks, one paragraph a block."""
    return "\n\n".join(filter(None, ("\n".join(_texts(block)) for block in blocks)))


def buttons(blocks: list[Json]) -> Iterator[Json]:
    """Yield what can be pressed in blocks: each element that has an `action_id`, with its block's `block_id` added."""
    for block in blocks:
        for element in [*block.get("elements", ()), block.get("accessory")]:
            if not isinstance(element, dict) or "action_id" not in element:
                continue
            # A feedback element is one action with two buttons.
            ways = [element[way] for way in ("positive_button", "negative_button") if way in element] or [element]
            for way in ways:
                ids = {"action_id": element["action_id"], "block_id": block.get("block_id", "")}
                yield {"type": element.get("type", ""), **way, **ids}


def rich_text(text: str) -> Json:
    """Write what a person typed as the `rich_text` block that Slack's own client sends beside the text."""
    elements: list[Json] = []
    end = 0
    for match in _MENTION.finditer(text):
        elements += _plain(text[end : match.start()])
        end = match.end()
        if match["user"]:
            elements.append({"type": "user", "user_id": match["user"]})
        elif match["channel"]:
            elements.append({"type": "channel", "channel_id": match["channel"]})
        else:
            elements.append({"type": "link", "url": unescape(match["url"])})
    elements += _plain(text[end:])
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": "b0", "elements": [section]}


def escape(text: str) -> str:
    """Escape the three characters that Slack's message text gives a meaning to."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _plain(text: str) -> list[Json]:
    return [{"type": "text", "text": unescape(text)}] if text else []


def _string(value: Any) -> str:  # noqa: ANN401 - it comes from the wire and may be anything
    if isinstance(value, dict):
        value = value.get("text")
    return value if isinstance(value, str) else ""


def _texts(block: Json) -> list[str]:
    match block.get("type"):
        case "table":
            return [" | ".join(_cell(cell) for cell in row) for row in block.get("rows", ())]
        case "rich_text":
            return [_cell(block)]
        case "context":
            return [_string(element) for element in block.get("elements", ())]
        case "section":
            parts = [block.get("text"), *(block.get("fields") or ())]
            return [text for part in parts if (text := _string(part))]
        case "task_card" | "plan":
            return [_string(block.get("title"))]
        case _:
            return [_string(block["text"])] if "text" in block else []


def _cell(cell: Any) -> str:  # noqa: ANN401 - it comes from the wire and may be anything
    if not isinstance(cell, dict):
        return ""
    if isinstance(cell.get("elements"), list):
        return "".join(_cell(element) for element in cell["elements"])
    match cell:
        case {"type": "user", "user_id": str(user)}:
            return f"<@{user}>"
        case {"type": "channel", "channel_id": str(channel)}:
            return f"<#{channel}>"
        case _:
            return _string(cell) or str(cell.get("url", ""))


def _shape_faults(block: Json) -> list[str]:
    """Return a block's faults. A part of another type than Slack's is one of them, wherever the rules stumble on it."""
    try:
        faults = list(_faults(block))
        _texts(block)
    except (TypeError, AttributeError):
        return ["invalid type"]
    return faults


def _faults(block: Json) -> Iterator[str]:
    kind = block.get("type")
    if kind not in TYPES:
        yield f"unsupported type: {kind}"
        return
    elements = block.get("elements", ())
    if kind in MOST_ELEMENTS and not 1 <= len(elements) <= MOST_ELEMENTS[kind]:
        yield f"must hold 1 to {MOST_ELEMENTS[kind]} elements"
    match kind:
        case "markdown":
            if not _string(block.get("text")):
                yield "missing required field: text"
        case "header":
            yield from _length("text", block.get("text"), HEADER_TEXT)
        case "section":
            yield from _section(block)
        case "table":
            yield from _table(block)
        case _:
            pass
    for button in buttons([block]):
        yield from _button(button)


def _section(block: Json) -> Iterator[str]:
    fields = block.get("fields") or ()
    if not block.get("text") and not fields:
        yield "missing required field: text"
    if block.get("text"):
        yield from _length("text", block["text"], SECTION_TEXT)
    if len(fields) > SECTION_FIELDS:
        yield f"no more than {SECTION_FIELDS} fields allowed"
    for part in fields:
        yield from _length("fields", part, FIELD_TEXT)


def _table(block: Json) -> Iterator[str]:
    rows = block.get("rows") or ()
    if not 1 <= len(rows) <= TABLE_ROWS:
        yield f"must hold 1 to {TABLE_ROWS} rows"
    if any(len(row) > TABLE_CELLS for row in rows):
        yield f"no more than {TABLE_CELLS} cells in a row"
    if sum(len(_cell(cell)) for row in rows for cell in row) > TABLE_TEXT:
        yield f"cells must hold at most {TABLE_TEXT} characters together"


def _button(button: Json) -> Iterator[str]:
    if button.get("type") == "button":
        yield from _length("text", button.get("text"), BUTTON_TEXT)
    if len(button.get("action_id", "")) > ACTION_ID:
        yield f"action_id must be at most {ACTION_ID} characters"
    if len(_string(button.get("value"))) > BUTTON_VALUE:
        yield f"value must be at most {BUTTON_VALUE} characters"


def _length(name: str, value: object, most: int) -> Iterator[str]:
    text = _string(value)
    if not text:
        yield f"missing required field: {name}"
    elif len(text) > most:
        yield f"{name} must be at most {most} characters"
