"""Rules of streamed messages: what a chunk may be, and what the message's blocks are after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground import blocks as block_rules
from bot.playground.rules import MARKDOWN_TEXT, TASK_TEXT
from bot.playground.wire import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Iterable

TASK_STATUSES = ("pending", "in_progress", "complete", "error")


def checked(markdown_text: str, chunks: object) -> list[Json]:
    """Turn the two ways to give text into one list of chunks; raises `ApiError` for what Slack refuses."""
    if markdown_text and chunks:
        raise ApiError("cannot_provide_both_markdown_text_and_chunks")
    if markdown_text:
        chunks = [{"type": "markdown_text", "text": markdown_text}]
    if chunks is None:
        return []
    if not isinstance(chunks, list) or not all(isinstance(chunk, dict) for chunk in chunks):
        raise ApiError("invalid_chunks")
    for chunk in chunks:
        _check(chunk)
    # The limit is one call's, not the whole stream's.
    if sum(len(chunk["text"]) for chunk in chunks if chunk["type"] == "markdown_text") > MARKDOWN_TEXT:
        raise ApiError("msg_too_long")
    return chunks


def text_of(chunks: Iterable[Json]) -> str:
    """Return the Markdown that chunks add to a message."""
    return "".join(chunk["text"] for chunk in chunks if chunk["type"] == "markdown_text")


def extended(blocks: list[Json], chunks: Iterable[Json]) -> list[Json]:
    """Return a message's blocks after chunks were appended: text grows, tasks and plans are updated by their id."""
    after = [dict(block) for block in blocks]
    for chunk in chunks:
        match chunk["type"]:
            case "markdown_text":
                if not after or after[-1]["type"] != "markdown":
                    after.append({"type": "markdown", "text": "", "block_id": block_rules.new_id()})
                after[-1]["text"] += chunk["text"]
            case "task_update":
                _update_task(after, chunk)
            case "plan_update":
                plan = next((block for block in after if block["type"] == "plan"), None)
                if plan is None:
                    plan = {"type": "plan", "block_id": block_rules.new_id()}
                    after.insert(0, plan)
                plan["title"] = chunk["title"]
            case _:
                after += block_rules.check(chunk["blocks"])
    return after


def _check(chunk: Json) -> None:
    match chunk:
        case {"type": "markdown_text", "text": str()}:
            return
        case {"type": "plan_update", "title": str(title)} if len(title) <= TASK_TEXT:
            return
        case {"type": "blocks", "blocks": list(blocks)}:
            block_rules.check(blocks)
        case {"type": "task_update", "id": str(), "title": str(), "status": status} if status in TASK_STATUSES:
            strings = [chunk["id"], chunk["title"], chunk.get("details") or "", chunk.get("output") or ""]
            if any(len(string) > TASK_TEXT for string in strings):
                raise ApiError("invalid_chunks", f"[ERROR] must be at most {TASK_TEXT} characters")
        case _:
            raise ApiError("invalid_chunks")


def _update_task(blocks: list[Json], chunk: Json) -> None:
    task = next((block for block in blocks if block.get("task_id") == chunk["id"]), None)
    if task is None:
        task = {"type": "task_card", "task_id": chunk["id"], "block_id": block_rules.new_id()}
        blocks.append(task)
    task |= {"title": chunk["title"], "status": chunk["status"]}
    # A task's details are appended to, the rest is replaced.
    task["details"] = task.get("details", "") + (chunk.get("details") or "")
    task |= {key: chunk[key] for key in ("output", "sources") if chunk.get(key)}
