"""Streamed messages: starting, appending and stopping them, their chunks, and the resulting blocks.

Functions raise `ApiError` with Slack's own codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from bot.playground.slack import blocks as block_rules
from bot.playground.slack.records import Edited, MessageRecord, SessionStopped, Stream, StreamChanged
from bot.playground.slack.rules import BLOCKS, MARKDOWN_TEXT, STREAM_WITH_TASKS, TASK_TEXT
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.playground.slack.workspace import Workspace

TASK_STATUSES = ("pending", "in_progress", "complete", "error")
_OPEN = ("pending", "in_progress")
# What an update of a task adds to, where it replaces the title and the status.
_APPENDED: dict[str, Any] = {"details": "", "output": "", "sources": []}
# The two modes of a stream; its first content sets the mode.
CHUNKS, MARKDOWN = "chunks", "markdown_text"


def start(workspace: Workspace, message: MessageRecord, chunks: list[Json], mode: str) -> MessageRecord:
    """Post a message that accepts more text until `stop`, in the mode of its first content."""
    message.stream = Stream(workspace.clock(), mode=mode)
    message.blocks = extended([], chunks)
    message.text = text_of(chunks)
    return workspace.post(message)


def append(workspace: Workspace, message: MessageRecord, chunks: list[Json], mode: str) -> None:
    """Append to a streamed message.

    Raises `message_not_in_streaming_state`, `stopped_by_user`, `streaming_mode_mismatch`.
    """
    _check_open(workspace, message, mode)
    _extend(message, chunks)
    workspace.publish(StreamChanged(message))


def stop(
    workspace: Workspace,
    message: MessageRecord,
    chunks: list[Json],
    mode: str,
    *,
    blocks: list[Json],
    metadata: Json | None,
) -> None:
    """End a streamed message, with optional last chunks and blocks below it; raises as `append`.

    A stream of chunks takes its last blocks as a chunk, too.
    """
    stream = _check_open(workspace, message, mode)
    if blocks and stream.mode == CHUNKS:
        raise ApiError("streaming_mode_mismatch")
    previous = message.snapshot()
    _extend(message, chunks)
    message.blocks = [*message.blocks, *blocks]
    message.metadata = metadata or message.metadata
    _close(message, "completed")
    workspace.publish(Edited(message, previous))


def stop_session(workspace: Workspace, channel_id: str, thread_ts: str, user_id: str) -> None:
    """Stop what the bot is writing in a thread, as a user's Stop button does. The bot itself must clear the status.

    Source: https://docs.slack.dev/reference/events/agent_session_stopped
    """
    stopped = []
    for message in workspace.replies(channel_id, thread_ts):
        if message.stream is not None and is_open(workspace, message):
            _close(message, "stopped_by_user")
            stopped.append(message.ts)
            workspace.publish(StreamChanged(message))
    workspace.publish(SessionStopped(channel_id, thread_ts, user_id, tuple(stopped)))


def is_open(workspace: Workspace, message: MessageRecord) -> bool:
    """Return whether a message still accepts text, given its age."""
    if message.stream is None or not message.streaming:
        return False
    lifetime = workspace.rules.stream_lifetime
    if lifetime is not None and workspace.clock() - message.stream.began > lifetime:
        _end(workspace, message)
    return message.streaming


def _end(workspace: Workspace, message: MessageRecord) -> None:
    """End a stream as Slack does when it gets too old."""
    if message.stream is not None and message.streaming:
        _close(message, "completed")
        workspace.publish(StreamChanged(message))


def _close(message: MessageRecord, state: Literal["completed", "stopped_by_user"]) -> None:
    """End a stream. Slack shows a task that is still open then as failed; https://github.com/vercel/chat/issues/911."""
    if message.stream is not None:
        message.stream.state = state
    message.blocks = [
        block | {"status": "error"} if block.get("type") == "task_card" and block.get("status") in _OPEN else block
        for block in message.blocks
    ]


def _check_open(workspace: Workspace, message: MessageRecord, mode: str) -> Stream:
    stream = message.stream
    if stream is None or not is_open(workspace, message):
        stopped = stream is not None and stream.state == "stopped_by_user"
        raise ApiError("stopped_by_user" if stopped else "message_not_in_streaming_state")
    stream.mode = stream.mode or mode  # a start without content leaves it open
    if mode not in {"", stream.mode}:
        raise ApiError("streaming_mode_mismatch")
    return stream


def _extend(message: MessageRecord, chunks: list[Json]) -> None:
    # Undocumented, but seen by several developers: the limit of one call also applies to the whole message.
    text, blocks = message.text + text_of(chunks), extended(message.blocks, chunks)
    if len(text) > MARKDOWN_TEXT or _is_too_heavy(text, blocks):
        raise ApiError("msg_too_long")
    if len(blocks) > BLOCKS:
        raise ApiError("msg_blocks_too_long")
    message.blocks, message.text = blocks, text


def _is_too_heavy(text: str, blocks: Iterable[Json]) -> bool:
    """Return whether tasks and text are too much together: both count, in bytes, and what is in a task twice.

    Undocumented, too: https://github.com/openclaw/openclaw/pull/143882 measured between 10,600 and 11,300.
    """
    tasks = [block for block in blocks if block.get("type") == "task_card"]
    if not text or not tasks:
        return False
    weight = sum(len(task["title"].encode()) + 2 * len((task["details"] + task["output"]).encode()) for task in tasks)
    weight += sum(len((one["url"] + one["text"]).encode()) for task in tasks for one in task["sources"])
    return weight + len(text.encode()) > STREAM_WITH_TASKS


def mode_of(markdown_text: str, chunks: object) -> str:
    """Return which of the two modes a call uses, "" for neither."""
    return (CHUNKS if chunks else "") or (MARKDOWN if markdown_text else "")


def checked(markdown_text: str, chunks: object) -> list[Json]:
    """Return the text of a call, in either mode, as one list of chunks; raises `ApiError` for what Slack refuses."""
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
    # The documented limit applies to one call, not to the whole stream.
    if sum(len(chunk["text"]) for chunk in chunks if chunk["type"] == "markdown_text") > MARKDOWN_TEXT:
        raise ApiError("msg_too_long")
    return chunks


def text_of(chunks: Iterable[Json]) -> str:
    """Return the Markdown that chunks add to a message."""
    return "".join(chunk["text"] for chunk in chunks if chunk["type"] == "markdown_text")


def extended(blocks: list[Json], chunks: Iterable[Json]) -> list[Json]:
    """Return a message's blocks with chunks appended: text grows, tasks and plans are updated by id."""
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
            _check_sources(chunk.get("sources"))
        case _:
            raise ApiError("invalid_chunks")


def _check_sources(sources: object) -> None:
    for source in sources if isinstance(sources, list) else [sources]:
        match source:
            case None:
                continue
            case {"type": "url", "url": str(url), "text": str(text)} if (
                url.startswith(("https://", "http://")) and 0 < len(text) <= TASK_TEXT
            ):
                continue
            case _:
                raise ApiError("invalid_chunks", "[ERROR] invalid source")


def _update_task(blocks: list[Json], chunk: Json) -> None:
    task = next((block for block in blocks if block.get("task_id") == chunk["id"]), None)
    if task is None:
        task = {"type": "task_card", "task_id": chunk["id"], "block_id": block_rules.new_id()}
        blocks.append(task)
    task |= {"title": chunk["title"], "status": chunk["status"]}
    # Source: https://github.com/openclaw/openclaw/pull/125168
    task |= {part: task.get(part, empty) + (chunk.get(part) or empty) for part, empty in _APPENDED.items()}
