"""Methods about channels, their members and their history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.method import Arguments, Method, page, tier
from bot.playground.slack_json import channel_json, message_json
from bot.playground.wire import ApiError, Json
from bot.playground.workspace import MICROSECONDS

if TYPE_CHECKING:
    from bot.playground.records import Message
    from bot.playground.workspace import Workspace

KINDS = {"channel": "public_channel", "group": "private_channel", "im": "im"}


def info(workspace: Workspace, arguments: Arguments) -> Json:
    """Describe a channel."""
    channel = workspace.channel(arguments.text("channel"))
    if channel.is_private:
        workspace.joined_channel(channel.id)
    return {"channel": channel_json(workspace, channel)}


def listing(workspace: Workspace, arguments: Arguments) -> Json:
    """List the channels of the wanted `types`."""
    types = arguments.text("types", "public_channel").split(",")
    channels = [
        channel
        for channel in workspace.channels.values()
        if KINDS[channel.kind] in types
        and (channel.kind == "channel" or workspace.bot.id in channel.members)
        and not (channel.is_archived and arguments.flag("exclude_archived"))
    ]
    found, metadata = page([channel_json(workspace, channel) for channel in channels], arguments, "id")
    return {"channels": found, "response_metadata": metadata}


def members(workspace: Workspace, arguments: Arguments) -> Json:
    """List who is in a channel."""
    channel = workspace.channel(arguments.text("channel"))
    found, metadata = page([{"id": member} for member in channel.members], arguments, "id")
    return {"members": [member["id"] for member in found], "response_metadata": metadata}


def opening(workspace: Workspace, arguments: Arguments) -> Json:
    """Open the direct messages with a person."""
    users = [user for user in arguments.text("users").split(",") if user]
    if not users and not arguments.has("channel"):
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("too_many_users", "the local workspace has no group direct messages")
    channel = workspace.direct(users[0]) if users else workspace.joined_channel(arguments.text("channel"))
    full = arguments.flag("return_im")
    return {"channel": channel_json(workspace, channel) if full else {"id": channel.id}}


def history(workspace: Workspace, arguments: Arguments) -> Json:
    """Page through a channel's own messages, newest first."""
    channel = workspace.joined_channel(arguments.text("channel"))
    messages = [message for message in workspace.messages(channel.id) if not message.thread_ts]
    return _messages(workspace, [m for m in reversed(messages) if _in_span(m, arguments)], arguments)


def replies(workspace: Workspace, arguments: Arguments) -> Json:
    """Page through a thread, its first message first."""
    channel = workspace.joined_channel(arguments.text("channel"))
    first, *rest = workspace.thread(channel.id, arguments.text("ts"))
    return _messages(workspace, [first, *(m for m in rest if _in_span(m, arguments))], arguments, default=1000)


def _messages(workspace: Workspace, messages: list[Message], arguments: Arguments, default: int = 100) -> Json:
    found, metadata = page([{"ts": m.ts, "message": m} for m in messages], arguments, "ts", default)
    answer: Json = {
        "messages": [message_json(workspace, item["message"]) for item in found],
        "has_more": bool(metadata["next_cursor"]),
    }
    return answer | ({"response_metadata": metadata} if metadata["next_cursor"] else {})


def _in_span(message: Message, arguments: Arguments) -> bool:
    """Tell whether a message is between `oldest` and `latest`. Timestamps are compared without a float's rounding."""
    ts = _moment(message.ts, "ts")
    oldest = _moment(arguments.text("oldest", "0"), "oldest")
    latest = _moment(arguments.text("latest", "0"), "latest") or ts + 1
    if arguments.flag("inclusive"):
        return oldest <= ts <= latest
    return oldest < ts < latest


def _moment(ts: str, name: str) -> int:
    """Read a timestamp as microseconds."""
    seconds, _, micros = ts.partition(".")
    if not (seconds + micros).isdecimal():
        raise ApiError(f"invalid_ts_{name}")
    return int(seconds) * MICROSECONDS + int(micros.ljust(6, "0")[:6])


_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")
METHODS = (
    Method("conversations.info", info, ("channel",), _READ, tier(3)),
    Method("conversations.list", listing, (), _READ, tier(2)),
    Method("conversations.members", members, ("channel",), _READ, tier(4)),
    Method("conversations.open", opening, (), ("im:write",), tier(3)),
    Method("conversations.history", history, ("channel",), _HISTORY, tier(3)),
    Method("conversations.replies", replies, ("channel", "ts"), _HISTORY, tier(3)),
)
