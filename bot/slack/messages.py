"""Messages: mentions in channels, direct messages, follow-ups in threads; what is edited and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.conversation import Changed, Heard, Place
from bot.slack import text as slack_text
from bot.slack.flat import flat
from bot.slack.history import SAID, file_refs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.async_context import AsyncBoltContext

    from bot.core.ports import Reception

EVENTS = ("app_mention", "message")


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen to what people say, and to what they do to it afterwards."""

    async def on_message(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
        us = context["authorize_result"]
        # In a channel that workspaces share, the body's own team may be the author's, not the one that has the bot.
        team, bot = str(context.team_id or us.team_id or ""), str(us.bot_user_id or "")
        if event.get("bot_id") and event["bot_id"] == us.bot_id:
            return
        change = changed(event, team=team, bot=bot)
        if change is not None:
            await reception.change(change)
            return
        outside = _outside(event, body, team)
        message = heard(event, team=team, bot=bot, is_outsider=outside)
        if message is not None:
            await reception.hear(message)

    for event in EVENTS:
        app.event(event)(on_message)


def heard(event: Mapping[str, Any], *, team: str, bot: str, is_outsider: bool = False) -> Heard | None:
    """Read a message event; None for notices, malformed events, and what the bot said itself.

    A reply in a thread is kept whatever it says, since only the store knows whether the bot takes part there.
    """
    channel, ts, user, bot_id = (_string(event, name) for name in ("channel", "ts", "user", "bot_id"))
    author = user or bot_id
    if event.get("subtype") not in SAID or not (channel and ts and author) or author == bot:
        return None
    raw, thread = _string(event, "text"), _string(event, "thread_ts")
    return Heard(
        place=Place(team, channel, thread or ts),
        id=ts,
        author=author,
        home=_string(event, "user_team") or _string(event, "team") or team,
        text=slack_text.without_mention(flat(event), bot),
        is_direct=_is_direct(event, channel),
        mentions_bot=event.get("type") == "app_mention" or slack_text.mentions(raw, bot),
        addresses_other=slack_text.addresses_other(raw, bot),
        answers_bot=event.get("parent_user_id") == bot,
        files=file_refs(event),
        is_bot=bool(bot_id) or event.get("subtype") == "bot_message",
        is_outsider=is_outsider,
    )


def changed(event: Mapping[str, Any], *, team: str, bot: str) -> Changed | None:
    """Read the event of an edited or a deleted message; None for anything else, and for what the bot did itself.

    Of the bot's own messages, the first of a thread counts when it is deleted: it does not delete that itself.

    The first message of a thread leaves a tombstone behind, which arrives as an edit. A link that is unfurled, a new
    reply and the like arrive as edits, too, and leave what was said as it was.
    """
    if event.get("subtype") not in ("message_changed", "message_deleted"):
        return None
    now, before = _message(event, "message"), _message(event, "previous_message")
    is_deleted = event.get("subtype") == "message_deleted" or now.get("subtype") == "tombstone"
    said = before if is_deleted else now
    channel = _string(event, "channel")
    ts = (_string(event, "deleted_ts") if is_deleted else "") or _string(said, "ts") or _string(now, "ts")
    author = _string(said, "user") or _string(said, "bot_id")
    edited, formerly = (_string(_message(message, "edited"), "ts") for message in (now, before))
    # A file that is taken away is an edit without a time of its own.
    revision = edited if edited > formerly else _string(event, "event_ts") or _string(event, "ts")
    if not (channel and ts and revision):
        return None
    thread = _string(said, "thread_ts") or _string(now, "thread_ts") or ts
    if author == bot and not (is_deleted and thread == ts):
        return None
    if not is_deleted and (not author or now.get("subtype") not in SAID or _is_as_before(now, before)):
        return None
    return Changed(
        place=Place(team, channel, thread),
        id=ts,
        author=author,
        home=_string(said, "user_team") or _string(said, "team") or team,
        text="" if is_deleted else slack_text.without_mention(flat(now), bot),
        revision=revision,
        files=() if is_deleted else file_refs(now),
        is_deleted=is_deleted,
        concerns_bot=_is_direct(event, channel) or slack_text.mentions(_string(said, "text"), bot),
        is_bot=bool(said.get("bot_id")),
    )


def _is_as_before(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    def own(message: Mapping[str, Any]) -> object:
        words = {name: value for name, value in message.items() if name in ("text", "blocks")}
        return flat(words), file_refs(message), _string(_message(message, "edited"), "ts")

    return bool(before) and own(now) == own(before)


def _is_direct(event: Mapping[str, Any], channel: str) -> bool:
    return event.get("channel_type") == "im" or channel.startswith("D")


def _outside(event: Mapping[str, Any], body: Mapping[str, Any], team: str) -> bool:
    """Tell whether the author belongs to another organisation than the one whose bot this is.

    Workspaces of one organisation share its enterprise; https://docs.slack.dev/apis/slack-connect
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
