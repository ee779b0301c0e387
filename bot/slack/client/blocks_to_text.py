"""A message as Markdown: its blocks and attachments, or its text if it has none.

https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/legacy/legacy-messaging
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.slack.client import escaping
from bot.slack.client.mrkdwn import markdown
from bot.slack.client.read_limits import CLIPPED, LONGEST, clipped, is_clipped
from bot.slack.client.rich_text import RichTextView, harvest, joined, linked, listed, names_in, rich, string, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WORD = re.compile(r"\w+")


def flat(message: Mapping[str, Any], *, has_controls: bool = True) -> str:
    """Return everything that a person reads in a message, as Markdown.

    Mentions of people stay as Slack writes them, `<@U…>`.

    So do channels and user groups without a name; `bot.slack.client.people` gives them one. The plain text, which the
    author's client or app made from the blocks, is also read if they are only controls, or of an unknown kind without
    text. Accepts anything, and never raises. `has_controls`: labels of buttons and the like are included. If a message
    is longer than `read_limits.LONGEST`, only its beginning is read, and the text says so.
    """
    message = clipped(message)
    text, blocks = string(message.get("text")), listed(message.get("blocks"))
    plain = escaping.worded(text) if message.get("mrkdwn") is False else markdown(text)
    view = RichTextView(names_in(text), has_controls)
    said = _blocks(blocks, view)
    if plain and not (said and all(_tells(block) for block in blocks)) and not _holds(said, plain):
        said = joined([plain, said], "\n\n")
    parts = [said or plain, *(_attachment(part, view) for part in listed(message.get("attachments")))]
    whole = escaping.storable(joined(parts, "\n\n")).strip()
    if is_clipped(message) or len(whole) > 2 * LONGEST:
        whole = f"{whole[: 2 * LONGEST].strip()}\n\n{CLIPPED}"
    return whole


def _blocks(blocks: list[Any], view: RichTextView) -> str:
    return joined([_block(block, view).strip("\n") for block in blocks], "\n\n")


def _tells(block: object) -> bool:
    """Return whether a block is known to need no plain text."""
    return isinstance(block, dict) and str(block.get("type")) in _READERS and block.get("type") not in _BESIDE


def _holds(said: str, plain: str) -> bool:
    """Return whether a text contains all words of another."""
    return set(_WORD.findall(plain)) <= set(_WORD.findall(said))


def _block(block: object, view: RichTextView) -> str:
    if not isinstance(block, dict) or view.is_too_deep:
        return ""
    read = _READERS.get(str(block.get("type")))
    return read(block, view) if read else harvest(block, view)


def _section(block: Mapping[str, Any], view: RichTextView) -> str:
    texts = [block.get("text"), *listed(block.get("fields"))]
    return joined([*map(text_of, texts), _element(block.get("accessory"), view)])


def _context(block: Mapping[str, Any], view: RichTextView) -> str:
    return joined([_element(element, view) for element in listed(block.get("elements"))], " ")


def _actions(block: Mapping[str, Any], view: RichTextView) -> str:
    return _context(block, view) if view.has_controls else ""


def _input(block: Mapping[str, Any], view: RichTextView) -> str:
    told = [text_of(block.get("label")), _element(block.get("element"), view), text_of(block.get("hint"))]
    return joined(told, ": ") if view.has_controls else ""


def _element(element: object, view: RichTextView) -> str:
    """Read an element of a block: a text, a picture, or a control by its label and its link."""
    if not isinstance(element, dict):
        return string(element)
    kind = str(element.get("type"))
    if kind in {"mrkdwn", "plain_text"}:
        return text_of(element)
    if kind in _READERS:
        return _block(element, view.deeper())
    return _control(element, view) if view.has_controls else ""


def _control(element: Mapping[str, Any], view: RichTextView) -> str:
    label = text_of(element.get("text")) or text_of(element.get("placeholder")) or string(element.get("alt_text"))
    url = string(element.get("url"))
    if url:
        return linked(label, url)
    groups = [group for group in listed(element.get("option_groups")) if isinstance(group, dict)]
    options = [*listed(element.get("options")), *(one for group in groups for one in listed(group.get("options")))]
    given = [element.get("initial_option"), *listed(element.get("initial_options"))]
    values = [string(value) for name, value in element.items() if name.startswith("initial_")]
    labels = dict.fromkeys(filter(None, [*values, *map(_option, [*given, *options])]))
    told = joined([label, ", ".join(labels)], ": ")
    return f"[{told}]" if told else harvest(element, view)


def _option(option: object) -> str:
    if not isinstance(option, dict):
        return ""
    return joined([linked(text_of(option.get("text")), string(option.get("url"))), text_of(option.get("description"))])


def _table(block: Mapping[str, Any], view: RichTextView) -> str:
    return "\n".join(_row(row, view) for row in listed(block.get("rows")))


def _row(row: object, view: RichTextView) -> str:
    cells = (_cell(cell, view.deeper()) for cell in listed(row))
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _cell(cell: object, view: RichTextView) -> str:
    if isinstance(cell, dict) and str(cell.get("type")) in _READERS:
        return _block(cell, view)
    value = cell.get("value") if isinstance(cell, dict) else None
    return text_of(cell) or harvest(cell, view) or (str(value) if isinstance(value, int | float) else "")


def _picture(block: Mapping[str, Any], _: RichTextView) -> str:
    told = [text_of(block.get("title")), string(block.get("alt_text"))]
    return joined(told, ": ") or string(block.get("fallback"))


def _video(block: Mapping[str, Any], _: RichTextView) -> str:
    link = string(block.get("title_url")) or string(block.get("video_url"))
    by = joined([string(block.get("author_name")), string(block.get("provider_name"))], ", ")
    title = joined([text_of(block.get("title")), string(block.get("alt_text"))], ": ")
    return joined([linked(title, link), by, text_of(block.get("description"))])


def _plan(block: Mapping[str, Any], view: RichTextView) -> str:
    return joined([text_of(block.get("title")), _blocks(listed(block.get("tasks")), view.deeper())])


def _task(block: Mapping[str, Any], view: RichTextView) -> str:
    return joined([text_of(block.get("title")), _block(block.get("output"), view.deeper())])


def _attachment(part: object, view: RichTextView) -> str:
    if not isinstance(part, dict) or view.is_too_deep:
        return ""
    shown = _blocks(listed(part.get("blocks")), view.deeper()) or _shared(part, view)
    told = [
        _marked(part, "pretext", "pretext", part),
        joined([_plain(part, "author_name") or _plain(part, "service_name"), _plain(part, "author_subname")], " "),
        linked(_plain(part, "title"), _plain(part, "title_link")),
        shown or _marked(part, "text", "text", part),
        *(_field(field, part) for field in listed(part.get("fields"))),
        _actions({"elements": part.get("actions")}, view),
        joined([_plain(part, "footer"), escaping.moment(part.get("ts"))], " · "),
    ]
    said = joined([*told, _preview(part, joined(told), view)]) or _plain(part, "fallback")
    address = _plain(part, "from_url")
    return said if address in said else joined([said, address])


def _shared(part: Mapping[str, Any], view: RichTextView) -> str:
    """Read the blocks of a message that was forwarded, or whose link was unfolded."""
    messages = (one.get("message") for one in listed(part.get("message_blocks")) if isinstance(one, dict))
    told = [_blocks(listed(one.get("blocks")), view.deeper()) for one in messages if isinstance(one, dict)]
    return joined(told, "\n\n")


def _preview(part: Mapping[str, Any], said: str, view: RichTextView) -> str:
    """Read the preview of a canvas, a list or a list's record, unless it was already read."""
    things = (part.get(name) for name in ("preview", "list", "list_record", "list_view"))
    titles = [thing.get(name) for thing in things if isinstance(thing, dict) for name in ("title", "subtitle", "name")]
    told = harvest(titles, view.deeper())
    return "" if _holds(said, told) else told


def _field(field: object, part: Mapping[str, Any]) -> str:
    if not isinstance(field, dict):
        return ""
    return joined([_plain(field, "title"), _marked(field, "value", "fields", part)], ": ")


def _marked(holder: Mapping[str, Any], name: str, kind: str, part: Mapping[str, Any]) -> str:
    """Read a text that may be marked up: an attachment can say which of its texts are mrkdwn."""
    kinds = part.get("mrkdwn_in")
    is_marked = not isinstance(kinds, list) or kind in kinds
    return markdown(string(holder.get(name))) if is_marked else _plain(holder, name)


def _plain(part: Mapping[str, Any], name: str) -> str:
    return escaping.worded(string(part.get(name)))


def _nothing(_: Mapping[str, Any], __: RichTextView) -> str:
    return ""


_READERS: dict[str, Callable[[Mapping[str, Any], RichTextView], str]] = {
    "actions": _actions,
    "context": _context,
    "context_actions": _nothing,  # how someone likes an answer
    "divider": _nothing,
    "file": _nothing,
    "header": lambda block, _: text_of(block.get("text")),
    "image": _picture,
    "input": _input,
    "markdown": lambda block, _: string(block.get("text")),
    "plan": _plan,
    "rich_text": rich,
    "section": _section,
    "table": _table,
    "task_card": _task,
    "video": _video,
}
# Blocks that say nothing of what a message is about: its text does.
_BESIDE = {"actions", "context_actions", "divider", "file"}
