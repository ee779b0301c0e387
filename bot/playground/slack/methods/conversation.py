"""Methods about channels, their members and their history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.method import Arguments, Method, page, tier
from bot.playground.slack.objects import channel_json, message_json
from bot.playground.slack.wire import ApiError, Json
from bot.playground.slack.workspace import MICROSECONDS

if TYPE_CHECKING:
    from bot.playground.slack.records import Channel, MessageRecord
    from bot.playground.slack.workspace import Workspace

KINDS = {"channel": "public_channel", "group": "private_channel", "im": "im"}


def info(workspace: Workspace, arguments: Arguments) -> Json:
    """Describe a channel."""
    channel = workspace.channel(arguments.text("channel"))
    if channel.is_private:
        workspace.joined_channel(channel.id)
    return {"channel": channel_json(workspace, channel)}


def list_channels(workspace: Workspace, arguments: Arguments) -> Json:
    """List the channels of the requested `types` that the bot can see."""
    known = [c for c in workspace.channels.values() if c.kind == "channel" or workspace.bot.id in c.members]
    return _channels(workspace, known, arguments)


def list_of_user(workspace: Workspace, arguments: Arguments) -> Json:
    """List the channels of a user, by default the bot's own; private ones only if the bot is in them."""
    user = workspace.visible_user(arguments.text("user", workspace.bot.id))
    known = [
        channel
        for channel in workspace.channels.values()
        if user.id in channel.members and (channel.kind == "channel" or workspace.bot.id in channel.members)
    ]
    return _channels(workspace, known, arguments)


def _channels(workspace: Workspace, known: list[Channel], arguments: Arguments) -> Json:
    types = arguments.text("types", "public_channel").split(",")
    wanted = [
        channel_json(workspace, channel)
        for channel in known
        if KINDS[channel.kind] in types and not (channel.is_archived and arguments.flag("exclude_archived"))
    ]
    found, metadata = page(wanted, arguments, "id")
    return {"channels": found, "response_metadata": metadata}


def members(workspace: Workspace, arguments: Arguments) -> Json:
    """List the members of a channel."""
    channel = workspace.channel(arguments.text("channel"))
    if channel.is_private or channel.is_im:
        workspace.joined_channel(channel.id)
    found, metadata = page([{"id": member} for member in channel.members], arguments, "id")
    return {"members": [member["id"] for member in found], "response_metadata": metadata}


def open_direct(workspace: Workspace, arguments: Arguments) -> Json:
    """Open the direct message channel with a user."""
    users = [user for user in arguments.text("users").split(",") if user]
    if not users and not arguments.has("channel"):
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("too_many_users", "the local workspace has no group direct messages")
    channel = workspace.direct(users[0]) if users else workspace.joined_channel(arguments.text("channel"))
    full = arguments.flag("return_im")
    return {"channel": channel_json(workspace, channel) if full else {"id": channel.id}}


def join(workspace: Workspace, arguments: Arguments) -> Json:
    """Add the bot to a public channel."""
    channel = workspace.channel(arguments.text("channel"))
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    workspace.join(channel.id, workspace.bot.id, workspace.bot.id)
    return {"channel": channel_json(workspace, channel)}


def history(workspace: Workspace, arguments: Arguments) -> Json:
    """Page through a channel's own messages, newest first, including broadcast replies."""
    channel = workspace.joined_channel(arguments.text("channel"))
    messages = [m for m in workspace.messages(channel.id) if not m.thread_ts or m.is_broadcast]
    return _messages(workspace, [m for m in reversed(messages) if _in_span(m, arguments)], arguments)


def replies(workspace: Workspace, arguments: Arguments) -> Json:
    """Page through a thread; every page starts with the thread's first message, whatever span was requested.

    The ts of a reply returns that reply alone.
    """
    channel = workspace.joined_channel(arguments.text("channel"))
    first, *rest = workspace.thread(channel.id, arguments.text("ts"))
    answer = _messages(workspace, [first, *(m for m in rest if _in_span(m, arguments))], arguments, default=1000)
    if arguments.has("cursor"):
        answer["messages"].insert(0, message_json(workspace, first))
    return answer


def _messages(workspace: Workspace, messages: list[MessageRecord], arguments: Arguments, default: int = 100) -> Json:
    most = workspace.rules.history_page
    found, metadata = page([{"ts": m.ts, "message": m} for m in messages], arguments, "ts", default, most)
    answer: Json = {
        "messages": [message_json(workspace, item["message"]) for item in found],
        "has_more": bool(metadata["next_cursor"]),
    }
    return answer | ({"response_metadata": metadata} if metadata["next_cursor"] else {})


def _in_span(message: MessageRecord, arguments: Arguments) -> bool:
    """Return whether a message is between `oldest` and `latest`. Timestamps are compared without rounding to float."""
    ts = _moment(message.ts, "ts")
    oldest = _moment(arguments.text("oldest", "0"), "oldest")
    latest = _moment(arguments.text("latest", "0"), "latest") or ts + 1
    if arguments.flag("inclusive"):
        return oldest <= ts <= latest
    return oldest < ts < latest


def _moment(ts: str, name: str) -> int:
    """Return a timestamp in microseconds."""
    seconds, _, micros = ts.partition(".")
    if not (seconds + micros).isdecimal():
        raise ApiError(f"invalid_ts_{name}")
    return int(seconds) * MICROSECONDS + int(micros.ljust(6, "0")[:6])


_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")
METHODS = (
    Method("conversations.info", info, ("channel",), _READ, tier(3)),
    Method("conversations.list", list_channels, (), _READ, tier(2)),
    Method("users.conversations", list_of_user, (), _READ, tier(3)),
    Method("conversations.join", join, ("channel",), ("channels:join",), tier(3)),
    Method("conversations.members", members, ("channel",), _READ, tier(4)),
    Method("conversations.open", open_direct, (), ("im:write",), tier(3)),
    Method("conversations.history", history, ("channel",), _HISTORY, tier(3)),
    Method("conversations.replies", replies, ("channel", "ts"), _HISTORY, tier(3)),
)
