"""Methods that stream a message into a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack import blocks as block_rules
from bot.playground.slack import streams
from bot.playground.slack.method import Arguments, Method, tier
from bot.playground.slack.methods.chat import metadata_of, own_message
from bot.playground.slack.methods.session import set_state
from bot.playground.slack.objects import message_json
from bot.playground.slack.records import MessageRecord
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.slack.workspace import Workspace


def start(workspace: Workspace, arguments: Arguments) -> Json:
    """Start a streamed reply; in a channel, its recipient is required."""
    channel = workspace.open_channel(arguments.text("channel"))
    if not channel.is_im:
        for name in ("recipient_team_id", "recipient_user_id"):
            if not arguments.has(name):
                raise ApiError(f"missing_{name}")
        workspace.user(arguments.text("recipient_user_id"))
    if channel.kind in workspace.rules.no_streams_in:
        raise ApiError("channel_type_not_supported")
    if arguments.text("task_display_mode", "timeline") not in {"timeline", "plan"}:
        raise ApiError("invalid_arguments", "[ERROR] task_display_mode must be timeline or plan")
    message = streams.start(
        workspace,
        MessageRecord(channel.id, workspace.bot.id, thread_ts=arguments.text("thread_ts")),
        *_content(arguments),
    )
    set_state(workspace, channel.id, message.thread_ts, "processing")
    return {"channel": channel.id, "ts": message.ts}


def append(workspace: Workspace, arguments: Arguments) -> Json:
    """Append text to a streamed reply."""
    message = own_message(workspace, arguments, "message_not_owned_by_app")
    chunks, mode = _content(arguments)
    if not chunks:
        raise ApiError("no_text")
    streams.append(workspace, message, chunks, mode)
    return {"channel": message.channel, "ts": message.ts}


def stop(workspace: Workspace, arguments: Arguments) -> Json:
    """End a streamed reply."""
    message = own_message(workspace, arguments, "message_not_owned_by_app")
    blocks = block_rules.check(arguments.structure("blocks")) if arguments.has("blocks") else []
    streams.stop(workspace, message, *_content(arguments), blocks=blocks, metadata=metadata_of(arguments))
    set_state(workspace, message.channel, message.thread_ts, arguments.text("session_status", "active"))
    return {"channel": message.channel, "ts": message.ts, "message": message_json(workspace, message)}


def _content(arguments: Arguments) -> tuple[list[Json], str]:
    text, chunks = arguments.text("markdown_text"), arguments.structure("chunks")
    return streams.checked(text, chunks), streams.mode_of(text, chunks)


_WRITE = ("chat:write",)
METHODS = (
    Method("chat.startStream", start, ("channel", "thread_ts"), _WRITE, tier(2)),
    Method("chat.appendStream", append, ("channel", "ts"), _WRITE, tier(4)),
    Method("chat.stopStream", stop, ("channel", "ts"), _WRITE, tier(2)),
)
