"""Methods that post, change and delete messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack import blocks as block_rules
from bot.playground.slack import streams
from bot.playground.slack.method import Arguments, Method, tier
from bot.playground.slack.objects import message_json
from bot.playground.slack.records import MessageRecord
from bot.playground.slack.rules import MARKDOWN_TEXT, SPECIAL, UPDATE_TEXT
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.slack.workspace import Workspace

# Slack's own limits on a message's metadata, in characters of its JSON.
METADATA = 16_000


def blocks_of(arguments: Arguments) -> list[Json]:
    """Return the valid blocks of a call; `markdown_text` becomes a `markdown` block."""
    markdown = arguments.text("markdown_text")
    if not markdown:
        return block_rules.check(arguments.structure("blocks")) if arguments.has("blocks") else []
    if arguments.has("text") or arguments.has("blocks"):
        raise ApiError("markdown_text_conflict")
    if len(markdown) > MARKDOWN_TEXT:
        raise ApiError("msg_too_long")
    return block_rules.check([{"type": "markdown", "text": markdown}])


def metadata_of(arguments: Arguments) -> Json | None:
    """Return the valid metadata of a call."""
    metadata = arguments.structure("metadata")
    if metadata is None:
        return None
    match metadata:
        case {"event_type": str(), "event_payload": dict()}:
            pass
        case _:
            raise ApiError("invalid_metadata_format")
    if len(str(metadata)) > METADATA:
        raise ApiError("metadata_too_large")
    return dict(metadata)


def written(workspace: Workspace, arguments: Arguments, channel_id: str) -> MessageRecord:
    """Return the bot's message from a call's arguments; raises `no_text` if it is empty."""
    blocks = blocks_of(arguments)
    attachments = arguments.structure("attachments") or []
    text = arguments.text("text") or block_rules.text_of(blocks)
    if not text and not blocks and not attachments:
        raise ApiError("no_text")
    is_broadcast = arguments.flag("reply_broadcast") and arguments.has("thread_ts")
    return MessageRecord(
        channel_id,
        workspace.bot.id,
        text,
        arguments.text("thread_ts"),
        blocks=blocks,
        attachments=attachments,
        metadata=metadata_of(arguments),
        subtype="thread_broadcast" if is_broadcast else "",
        is_broadcast=is_broadcast,
    )


def own_message(workspace: Workspace, arguments: Arguments, refusal: str) -> MessageRecord:
    """Return the message that `channel` and `ts` name; raises `ApiError(refusal)` if it isn't the bot's."""
    channel = workspace.channel(arguments.text("channel"))
    message = workspace.message(channel.id, arguments.text("ts"))
    if message.user != workspace.bot.id:
        raise ApiError(refusal)
    return message


def post_message(workspace: Workspace, arguments: Arguments) -> Json:
    """Post to a channel, a thread, or a user."""
    target = arguments.text("channel")
    channel = workspace.direct(target) if target in workspace.users else workspace.open_channel(target)
    message = workspace.post(written(workspace, arguments, channel.id))
    return {"channel": channel.id, "ts": message.ts, "message": message_json(workspace, message)}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Json:
    """Show a message to one user only."""
    channel = workspace.open_channel(arguments.text("channel"))
    if arguments.text("user") not in channel.members:
        raise ApiError("user_not_in_channel")
    message = written(workspace, arguments, channel.id)
    message.ephemeral_to = arguments.text("user")
    return {"message_ts": workspace.post(message).ts}


def update(workspace: Workspace, arguments: Arguments) -> Json:
    """Edit one of the bot's own messages, by Slack's rules on whether `text` and `blocks` replace each other."""
    message = own_message(workspace, arguments, "cant_update_message")
    if streams.is_open(workspace, message):
        raise ApiError("streaming_state_conflict")
    if len(arguments.text("text")) > UPDATE_TEXT:
        raise ApiError("msg_too_long")
    blocks = blocks_of(arguments)
    text = arguments.text("text") or block_rules.text_of(blocks)
    if not text and not blocks and not arguments.has("attachments"):
        raise ApiError("no_text")
    message.metadata = metadata_of(arguments) or message.metadata
    attachments = arguments.structure("attachments") if "attachments" in arguments.values else None
    # Text without blocks removes earlier blocks; only then does Slack mark the message as edited.
    workspace.edit(message, text, blocks, attachments=attachments, mark=not blocks)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(workspace, message),
    }


def delete(workspace: Workspace, arguments: Arguments) -> Json:
    """Delete one of the bot's own messages."""
    message = own_message(workspace, arguments, "cant_delete_message")
    workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def permalink(workspace: Workspace, arguments: Arguments) -> Json:
    """Return a message's permalink."""
    channel = workspace.channel(arguments.text("channel"))
    message = workspace.message(channel.id, arguments.text("message_ts"))
    return {"channel": channel.id, "permalink": link(workspace, message)}


def link(workspace: Workspace, message: MessageRecord) -> str:
    """Return a message's URL, with its thread for a reply."""
    address = f"https://{workspace.domain}.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return address + (f"?thread_ts={message.thread_ts}&cid={message.channel}" if message.thread_ts else "")


_WRITE = ("chat:write",)
METHODS = (
    Method("chat.postMessage", post_message, ("channel",), _WRITE),
    Method("chat.postEphemeral", post_ephemeral, ("channel", "user"), _WRITE, tier(4)),
    Method("chat.update", update, ("channel", "ts"), _WRITE, tier(3)),
    Method("chat.delete", delete, ("channel", "ts"), _WRITE, tier(3)),
    Method("chat.getPermalink", permalink, ("channel", "message_ts"), per_minute=SPECIAL),
)
