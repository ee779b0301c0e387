"""Messages: mentions in channels, direct messages, follow-ups in threads; edits and deletions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.core.domain.message import IncomingMessage, MessageEdit, MessageUpdate, Place
from bot.slack.client import escaping
from bot.slack.client.blocks_to_text import flat
from bot.slack.client.file_ref import file_refs, remaining
from bot.slack.client.message_kinds import author_of, is_kind_said, is_of_bot
from bot.slack.client.read_limits import clipped_event
from bot.slack.client.rich_text import listed
from bot.slack.inbound.addressed import addresses_other, without_mention
from bot.slack.inbound.mention import is_preview, mentions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.async_context import AsyncBoltContext

    from bot.core.ports import MessageIntake
    from bot.slack.client.action_tokens import ActionTokens

EVENTS = ("app_mention", "message")
MOST_CHANNELS = 20  # that a message names and a command in it may mean


def register(app: AsyncApp, intake: MessageIntake, tokens_of: Callable[[str], ActionTokens]) -> None:
    """Listen to messages, and to their edits and deletions; `tokens_of` keeps a workspace's action tokens."""

    async def on_message(event: Mapping[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
        us = context["authorize_result"]
        # In a channel that workspaces share, the body's own team may be the author's, not the one that has the bot.
        team, bot = str(context.team_id or us.team_id or ""), str(us.bot_user_id or "")
        if _is_own(event, us.bot_id or ""):
            return
        event, outside = clipped_event(event), _outside(event, body, team)
        if not outside and not is_of_bot(event):
            tokens_of(team).take_from(event, is_shared=bool(body.get("is_ext_shared_channel")))
        change = changed(event, team=team, bot=bot)
        await asyncio.sleep(0)  # an edit of a long message is read twice
        update = updated(event, team=team, bot=bot, is_outsider=outside)
        if update is not None:
            await intake.update(update, change)
        elif change is not None:
            await intake.change(change)
        elif message := incoming_message(event, team=team, bot=bot, is_outsider=outside):
            await intake.hear(message)

    for event in EVENTS:
        app.event(event)(on_message)


def _is_own(event: Mapping[str, Any], bot_id: str) -> bool:
    """Return whether a message has our bot id, or changes one of ours: Slack may name no user."""
    now = _message(event, "message") if event.get("subtype") == "message_changed" else event
    return bool(bot_id) and now.get("bot_id") == bot_id


def incoming_message(
    event: Mapping[str, Any], *, team: str, bot: str, is_outsider: bool = False
) -> IncomingMessage | None:
    """Read a message event; None for notices, malformed events, and the bot's own messages.

    A reply in a thread is always kept, since only the store knows whether the bot takes part there.
    """
    channel, ts, author = _string(event, "channel"), _string(event, "ts"), author_of(event)
    if not is_kind_said(event) or not (channel and ts and author) or author == bot:
        return None
    said, thread = flat(event), _string(event, "thread_ts")
    opening = raw if (raw := _string(event, "text")).strip() else said
    return IncomingMessage(
        place=Place(team, channel, thread or ts),
        id=ts,
        author=author,
        home=_string(event, "user_team") or _string(event, "team") or team,
        text=without_mention(said, bot),
        is_direct=_is_direct(event, channel),
        mentions_bot=event.get("type") == "app_mention" or mentions(event, bot),
        addresses_other=addresses_other(opening, bot),
        answers_bot=event.get("parent_user_id") == bot,
        files=file_refs(event),
        is_bot=is_of_bot(event),
        is_outsider=is_outsider,
        revision=_string(_message(event, "edited"), "ts"),
        is_previewed=any(map(is_preview, listed(event.get("attachments")))),
        channels=(escaping.named_channels(opening) or escaping.named_channels(said))[:MOST_CHANNELS],
    )


def updated(event: Mapping[str, Any], *, team: str, bot: str, is_outsider: bool = False) -> MessageUpdate | None:
    """Read the current state of a message that was edited or completed: by a file, or a message that it links to.

    None for anything else, for the bot's own messages, and if nothing is new. Link previews that Slack adds later are
    left out: they would reach the model as the author's words.
    """
    now, before = (_unfolded(_message(event, name)) for name in ("message", "previous_message"))
    if event.get("subtype") != "message_changed" or _stands_as_before(now, before):
        return None
    here = {name: event[name] for name in ("channel", "channel_type") if name in event}
    message = incoming_message({**now, **here, "type": "message"}, team=team, bot=bot, is_outsider=is_outsider)
    if message is None:
        return None
    added = {file.id for file in message.files} - {file.id for file in file_refs(before)}
    # Where Slack does not say how the message was, one that was edited may have come to mention the bot.
    called_before = mentions(before, bot) if before else not message.revision
    calls_bot = message.mentions_bot and not called_before
    return MessageUpdate(message, calls_bot=calls_bot, adds_files=bool(before) and bool(added))


def changed(event: Mapping[str, Any], *, team: str, bot: str) -> MessageEdit | None:
    """Read the event of an edited or a deleted message; None for anything else, and for the bot's own changes.

    Of the bot's own messages, a deleted first message of a thread counts: the bot does not delete it itself.

    A thread's deleted first message leaves a tombstone, which arrives as an edit. An unfurled link, a new reply and the
    like arrive as edits, too, and do not change the text.
    """
    if event.get("subtype") not in ("message_changed", "message_deleted"):
        return None
    now, before = _message(event, "message"), _message(event, "previous_message")
    is_deleted = event.get("subtype") == "message_deleted" or now.get("subtype") == "tombstone"
    said = before if is_deleted else now
    channel = _string(event, "channel")
    ts = (_string(event, "deleted_ts") if is_deleted else "") or _string(said, "ts") or _string(now, "ts")
    author = author_of(said)
    edited, formerly = (_string(_message(message, "edited"), "ts") for message in (now, before))
    # A file that is taken away is an edit without a time of its own.
    revision = edited if edited > formerly else _string(event, "event_ts") or _string(event, "ts")
    if not (channel and ts and revision):
        return None
    thread = _string(said, "thread_ts") or _string(now, "thread_ts") or ts
    if author == bot and not (is_deleted and thread == ts):
        return None
    if not is_deleted and (not author or not is_kind_said(now) or _is_as_before(now, before)):
        return None
    return MessageEdit(
        place=Place(team, channel, thread),
        id=ts,
        author=author,
        home=_string(said, "user_team") or _string(said, "team") or team,
        text="" if is_deleted else without_mention(flat(now), bot),
        revision=revision,
        files=() if is_deleted else remaining(now),
        is_deleted=is_deleted,
        concerns_bot=_is_direct(event, channel) or mentions(said, bot),
        is_bot=is_of_bot(said),
    )


def _is_as_before(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    def own(message: Mapping[str, Any]) -> object:
        words = {name: value for name, value in message.items() if name in ("text", "blocks")}
        return flat(words), remaining(message), _string(_message(message, "edited"), "ts")

    return bool(before) and own(now) == own(before)


def _unfolded(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message without the previews of its links."""
    own = [part for part in listed(message.get("attachments")) if not is_preview(part)]
    return {**message, "attachments": own} if message.get("attachments") else message


def _stands_as_before(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Return whether nothing that a person sees in a message is new."""
    return bool(before) and (flat(now), file_refs(now)) == (flat(before), file_refs(before))


def _is_direct(event: Mapping[str, Any], channel: str) -> bool:
    return event.get("channel_type") == "im" or channel.startswith("D")


def _outside(event: Mapping[str, Any], body: Mapping[str, Any], team: str) -> bool:
    """Return whether the author belongs to another organization than the bot's.

    Workspaces of one organization share its enterprise; https://docs.slack.dev/apis/slack-connect
    """
    if not body.get("is_ext_shared_channel"):
        return False
    home = _string(event, "user_team") or _string(event, "team")
    ours = {team, body.get("context_team_id"), body.get("context_enterprise_id"), body.get("enterprise_id")}
    return bool(home) and home not in ours


def _message(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name)
    return value if isinstance(value, dict) else {}


def _string(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""
