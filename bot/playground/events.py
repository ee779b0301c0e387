"""What the bot is told: which events a change in the workspace raises, in Slack's JSON."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.playground.records import (
    Change,
    Deleted,
    Edited,
    HomeOpened,
    Joined,
    Message,
    Posted,
    Reacted,
    SessionStopped,
)
from bot.playground.slack_json import message_json

if TYPE_CHECKING:
    from bot.playground.wire import Json
    from bot.playground.workspace import Workspace

_SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


def events_of(workspace: Workspace, change: Change) -> list[Json]:
    """Return the events that the app subscribed to and gets from a change: none from where the bot is not a member."""
    body: Json
    match change:
        case Posted(message) if not message.ephemeral_to:
            events = _posted(workspace, message)
        case Edited(message, previous) if not message.ephemeral_to:
            body = {"message": message_json(workspace, message), "previous_message": previous}
            events = [_hidden(workspace, message.channel, "message_changed", body)]
        case Deleted(message, previous) if not message.ephemeral_to:
            body = {"previous_message": previous, "deleted_ts": message.ts}
            events = [_hidden(workspace, message.channel, "message_deleted", body)]
        case Reacted(message, user, name, True):
            item = {"type": "message", "channel": message.channel, "ts": message.ts}
            body = {"user": user, "reaction": name, "item": item, "item_user": message.user}
            events = [_event(workspace, "reaction_added", message.channel, body)]
        case Joined(channel, user, inviter):
            kind = "G" if workspace.channel(channel).is_private else "C"
            body = {"user": user, "channel": channel, "channel_type": kind, "team": workspace.team_id}
            events = [_event(workspace, "member_joined_channel", channel, body | {"inviter": inviter})]
        case SessionStopped(channel, thread_ts, user):
            body = {"user": user, "channel": channel, "thread_ts": thread_ts}
            events = [_event(workspace, "agent_session_stopped", channel, body)]
        case HomeOpened(user, channel, tab):
            body = {"user": user, "channel": channel, "tab": tab}
            events = [_event(workspace, "app_home_opened", channel, body)]
        case _:
            events = []
    return [event for event in events if event]


def envelope(workspace: Workspace, event: Json) -> Json:
    """Wrap an event as the Events API delivers it, under an `event_id` of its own."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "verification-token",
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(workspace.clock()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(20)}",
    }


def _posted(workspace: Workspace, message: Message) -> list[Json]:
    channel = workspace.channel(message.channel)
    body = message_json(workspace, message) | {"channel": channel.id}
    plain = _event(workspace, _SUBSCRIPTION[channel.kind], channel.id, body | {"channel_type": channel.kind})
    if channel.is_im or message.user == workspace.bot.id or workspace.bot.mention not in message.text:
        return [plain]
    # A mention in a channel is told twice, as two events of different ids; a mention in direct messages is not.
    return [_event(workspace, "app_mention", channel.id, body), plain]


def _hidden(workspace: Workspace, channel_id: str, subtype: str, body: Json) -> Json:
    kind = workspace.channel(channel_id).kind
    common = {
        "subtype": subtype,
        "channel": channel_id,
        "hidden": True,
        "channel_type": kind,
        "ts": workspace.next_ts(),
    }
    return _event(workspace, _SUBSCRIPTION[kind], channel_id, body | common)


def _event(workspace: Workspace, subscription: str, channel_id: str, body: Json) -> Json:
    """Return the event, or {} where the app does not get it."""
    if (
        subscription not in workspace.rules.subscriptions
        or workspace.bot.id not in workspace.channel(channel_id).members
    ):
        return {}
    return body | {"type": subscription.partition(".")[0], "event_ts": body.get("ts") or workspace.next_ts()}
