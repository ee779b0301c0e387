"""Methods about canvases: documents of their owner's alone, until they are shared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.slack.method import Arguments, Method, tier
from bot.playground.slack.rules import CANVAS_HEADINGS, CANVAS_TABLE_CELLS
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.slack.records import File
    from bot.playground.slack.workspace import Workspace

_LINE = re.compile(r"([ \t]*)(>?)[> \t]*([-*+]|[0-9]+[.)]|#+|)(?=[ \t]|$)")


def create(workspace: Workspace, arguments: Arguments) -> Json:
    """Create a canvas that only the bot can open."""
    if workspace.rules.is_free and not arguments.has("channel_id"):
        raise ApiError("free_teams_cannot_create_non_tabbed_canvases")
    content = arguments.structure("document_content")
    if not isinstance(content, dict) or set(content) != {"type", "markdown"} or content["type"] != "markdown":
        raise ApiError("invalid_arguments", "[ERROR] failed to match exactly one allowed schema [/document_content]")
    check(str(content["markdown"]))
    file = workspace.add_file(arguments.text("title"), workspace.bot.id, str(content["markdown"]).encode())
    link = f"{workspace.base_url}/docs/{workspace.team_id}/{file.id}"
    file.shape = {"mode": "quip", "filetype": "quip", "mimetype": "application/vnd.slack-docs", "permalink": link}
    return {"canvas_id": file.id}


def check(markdown: str) -> None:
    """Check that a canvas can hold a text. Raises `canvas_creation_failed`, with the first line that it can't."""
    items: list[tuple[int, bool]] = []  # the lists around a line: how far they stand in, and whether they count
    cells, is_code = 0, False
    for number, line in enumerate(markdown.splitlines(), 1):
        is_fence = line.lstrip().startswith(("```", "~~~"))
        is_code ^= is_fence
        if is_code or is_fence:
            continue
        cells = cells + line.count("|") - 1 if line.lstrip().startswith("|") else 0
        if fault := _fault(line, items) or ("Unsupported table type" if cells > CANVAS_TABLE_CELLS else ""):
            raise ApiError("canvas_creation_failed", f"'content' error: line {number}: {fault}")


def _fault(line: str, items: list[tuple[int, bool]]) -> str:
    match = _LINE.match(line)
    space, quote, sign = match.groups() if match else ("", "", "")
    is_item = bool(sign) and sign[0] != "#"
    if quote:
        if items and len(space) > items[0][0]:
            return "Unsupported block type (BlockQuote) within list item"
        return "Unsupported block type (List) within block quote" if is_item else ""
    if is_item:
        while items and items[-1][0] >= len(space):
            items.pop()
        is_other = bool(items) and items[-1][1] != sign[0].isdigit()
        items.append((len(space), sign[0].isdigit()))
        return "Unsupported block type (List) within list item" if is_other else ""
    if line.strip() and items and len(line) - len(line.lstrip()) <= items[0][0]:
        items.clear()
    return "Unsupported heading level" if len(sign) > CANVAS_HEADINGS else ""


def share(workspace: Workspace, arguments: Arguments) -> Json:
    """Let the members of channels open a canvas."""
    canvas = _own(workspace, arguments)
    if arguments.text("access_level") not in {"read", "write"}:
        raise ApiError("invalid_arguments", "[ERROR] must be an access level: access_level")
    if not arguments.has("channel_ids"):
        raise ApiError("invalid_parameters")
    for channel in arguments.text("channel_ids").split(","):
        if workspace.open_channel(channel).is_im:
            raise ApiError("channel_not_found")
        canvas.access[channel] = arguments.text("access_level")
    return {}


def delete(workspace: Workspace, arguments: Arguments) -> Json:
    """Delete one of the bot's canvases."""
    workspace.delete_file(_own(workspace, arguments))
    return {}


def _own(workspace: Workspace, arguments: Arguments) -> File:
    """Return a canvas of the bot's. Raises `canvas_not_found`."""
    file = workspace.files.get(arguments.text("canvas_id"))
    if file is None or file.is_deleted or file.user != workspace.bot.id or file.shape.get("mode") != "quip":
        raise ApiError("canvas_not_found")
    return file


METHODS = (
    Method("canvases.create", create, (), ("canvases:write",), tier(2)),
    Method("canvases.access.set", share, ("canvas_id", "access_level"), ("canvases:write",), tier(3)),
    Method("canvases.delete", delete, ("canvas_id",), ("canvases:write",), tier(3)),
)
