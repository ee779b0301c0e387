"""A message as plain text: its blocks and attachments, or its text where it has none.

https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/legacy/legacy-messaging
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack import text as slack_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DEEPEST = 12  # levels of blocks in blocks; Slack's own messages have five


def flat(message: Mapping[str, Any]) -> str:
    """Return all that a person reads in a message. People's mentions stay as Slack writes them, `<@U…>`.

    For a message whose blocks have a kind that is not known here, its plain text counts, which the author's client or
    app made of them. Takes anything, and never raises.
    """
    blocks = _list(message.get("blocks"))
    plain = slack_text.plain(_string(message.get("text")))
    said = _blocks(blocks) if all(_is_known(block) for block in blocks) else plain
    parts = [said or plain, *(_attachment(part, 0) for part in _list(message.get("attachments")))]
    return slack_text.storable("\n\n".join(filter(None, parts))).strip()


def _blocks(blocks: list[Any], depth: int = 0) -> str:
    return "\n\n".join(filter(None, (_block(block, depth).strip("\n") for block in blocks)))


def _is_known(block: object) -> bool:
    return isinstance(block, dict) and str(block.get("type")) in _READERS


def _block(block: object, depth: int) -> str:
    if not isinstance(block, dict) or depth > DEEPEST:
        return ""
    read = _READERS.get(str(block.get("type")))
    return read(block, depth) if read else _text(block.get("text"))


def _section(block: Mapping[str, Any], _: int) -> str:
    return "\n".join(filter(None, map(_text, [block.get("text"), *_list(block.get("fields"))])))


def _context(block: Mapping[str, Any], _: int) -> str:
    return " ".join(filter(None, (_text(element) or _alt(element) for element in _list(block.get("elements")))))


def _table(block: Mapping[str, Any], depth: int) -> str:
    return "\n".join(_row(row, depth) for row in _list(block.get("rows")))


def _row(row: object, depth: int) -> str:
    cells = (_block(cell, depth + 1) or _text(cell) for cell in _list(row))
    return "| " + " | ".join(" ".join(cell.split()) for cell in cells) + " |"


def _picture(block: Mapping[str, Any], _: int) -> str:
    return ": ".join(filter(None, (_text(block.get("title")), _alt(block))))


def _plan(block: Mapping[str, Any], depth: int) -> str:
    return "\n".join(filter(None, (_text(block.get("title")), _blocks(_list(block.get("tasks")), depth + 1))))


def _task(block: Mapping[str, Any], depth: int) -> str:
    return "\n".join(filter(None, (_text(block.get("title")), _block(block.get("output"), depth + 1))))


def _markdown(block: Mapping[str, Any], _: int) -> str:
    return _string(block.get("text"))


def _nothing(_: Mapping[str, Any], __: int) -> str:
    return ""


def _rich(element: Mapping[str, Any], depth: int) -> str:
    """Write a part of a `rich_text` block, one line a line."""
    return "\n".join(_part(part, depth + 1) for part in _list(element.get("elements")))


def _part(part: object, depth: int) -> str:
    if not isinstance(part, dict) or depth > DEEPEST:
        return ""
    inner = _list(part.get("elements"))
    match part.get("type"):
        case "rich_text_list":
            return "\n".join(_items(part, inner, depth))
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _inline(inner).splitlines())
        case "rich_text_preformatted":
            return f"```\n{_inline(inner)}\n```"
        case _:
            return _inline(inner)


def _items(part: Mapping[str, Any], inner: list[Any], depth: int) -> Iterator[str]:
    indent = "  " * min(_number(part.get("indent")), DEEPEST)
    first = _number(part.get("offset")) + 1
    for number, item in enumerate(inner, start=first):
        mark = f"{number}." if part.get("style") == "ordered" else "•"
        yield f"{indent}{mark} {_part(item, depth + 1)}"


def _inline(elements: list[Any]) -> str:
    return "".join(_piece(element) for element in elements)


def _piece(element: object) -> str:
    text = ""
    match element:
        case {"type": "text", "text": str(words)} | {"type": "date", "fallback": str(words)}:
            text = words
        case {"type": "color", "value": str(words)}:
            text = words
        case {"type": "link", "url": str(url), "text": str(label)} if label not in url:
            text = f"{label} ({url})"
        case {"type": "link", "url": str(url)}:
            text = url
        case {"type": "user", "user_id": str(person)}:
            text = f"<@{person}>"
        case {"type": "broadcast", "range": str(who)}:
            text = f"@{who}"
        case {"type": "channel", "channel_id": str(channel)}:
            text = f"<#{channel}>"
        case {"type": "usergroup", "usergroup_id": str(group)}:
            text = f"<!subteam^{group}>"
        case {"type": "emoji", "name": str(name)}:
            text = f":{name}:"
    return text


def _attachment(part: object, depth: int) -> str:
    if not isinstance(part, dict) or depth > DEEPEST:
        return ""
    shown = _blocks(_list(part.get("blocks")), depth + 1) or "\n\n".join(
        _blocks(_list((shared.get("message") or {}).get("blocks")), depth + 1)
        for shared in _list(part.get("message_blocks"))
        if isinstance(shared, dict) and isinstance(shared.get("message"), dict)
    )
    title = _plain(part, "title")
    if title and (link := _string(part.get("title_link"))):
        title = f"{title} ({link})"
    fields = [_field(field) for field in _list(part.get("fields"))]
    lines = [_plain(part, "pretext"), _plain(part, "author_name"), title, shown or _plain(part, "text"), *fields]
    return "\n".join(filter(None, lines)) or _plain(part, "fallback")


def _field(field: object) -> str:
    if not isinstance(field, dict):
        return ""
    return ": ".join(filter(None, (_plain(field, "title"), _plain(field, "value"))))


def _plain(part: Mapping[str, Any], name: str) -> str:
    return slack_text.plain(_string(part.get(name)))


def _text(value: object) -> str:
    """Return a text object's text; only `mrkdwn` is marked up and escaped."""
    if not isinstance(value, dict):
        return ""
    text = _string(value.get("text"))
    return slack_text.plain(text) if value.get("type") == "mrkdwn" else text


def _alt(element: object) -> str:
    return _string(element.get("alt_text")) if isinstance(element, dict) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0


_READERS: dict[str, Callable[[Mapping[str, Any], int], str]] = {
    **dict.fromkeys(("actions", "context_actions", "divider", "file", "input"), _nothing),
    "context": _context,
    "header": lambda block, _: _text(block.get("text")),
    "image": _picture,
    "markdown": _markdown,
    "plan": _plan,
    "rich_text": _rich,
    "section": _section,
    "table": _table,
    "task_card": _task,
    "video": _picture,
}
