"""The Events API: the events that a change in the workspace causes, in Slack's JSON."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.playground.slack.objects import message_json
from bot.playground.slack.records import (
    Change,
    ContextChanged,
    Deleted,
    Edited,
    HomeOpened,
    MemberJoined,
    MessageRecord,
    Posted,
    Reacted,
    SessionStopped,
    SessionTitled,
)

if TYPE_CHECKING:
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

_SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


def events_of(workspace: Workspace, change: Change) -> list[Json]:
    """Return a change's events for the app: only those it subscribed to, in channels that the bot is in."""
    match change:
        case Posted(message) | Edited(message, _) | Deleted(message, _) if message.ephemeral_to:
            events = []
        case Posted(message):
            events = _posted(workspace, message)
        case Edited() | Deleted():
            events = [_changed(workspace, change), *_mention_added(workspace, change)]
        case Reacted():
            events = [_reacted(workspace, change)]
        case MemberJoined() | HomeOpened() | ContextChanged():
            events = [_visited(workspace, change)]
        case SessionStopped() | SessionTitled():
            events = [_session(workspace, change)]
        case _:
            events = []
    return [event for event in events if event]


def envelope(workspace: Workspace, event: Json) -> Json:
    """Wrap an event as the Events API delivers it, with an `event_id` of its own."""
    item = event.get("item")
    channel = workspace.channels.get(str(event.get("channel") or (item["channel"] if item else "")))
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
        "is_ext_shared_channel": bool(channel and channel.shared_with),
        "event_context": f"4-{secrets.token_hex(20)}",
    }


def _posted(workspace: Workspace, message: MessageRecord) -> list[Json]:
    channel = workspace.channel(message.channel)
    is_mention = message.user != workspace.bot.id and workspace.bot.mention in message.text
    body = message_json(workspace, message) | {"channel": channel.id}
    if is_mention or channel.kind != "channel":
        body |= _token(workspace, message)
    plain = _event(workspace, _SUBSCRIPTION[channel.kind], channel.id, body | {"channel_type": channel.kind})
    if channel.is_im or not is_mention:
        return [plain]
    # A mention in a channel causes two events with different ids; in a direct message, one.
    return [_event(workspace, "app_mention", channel.id, body), plain]


def _changed(workspace: Workspace, change: Edited | Deleted) -> Json:
    """Return the event of an edit or a deletion: a hidden message with the previous one inside."""
    message = change.message
    kind = workspace.channel(message.channel).kind
    if isinstance(change, Edited):
        body: Json = {"subtype": "message_changed", "message": message_json(workspace, message)}
    else:
        body = {"subtype": "message_deleted", "deleted_ts": message.ts}
    body |= {"previous_message": message_json(workspace, change.previous)}
    body |= {"channel": message.channel, "channel_type": kind, "hidden": True}
    return _event(workspace, _SUBSCRIPTION[kind], message.channel, body | {"ts": workspace.next_ts()})


def _mention_added(workspace: Workspace, change: Edited | Deleted) -> list[Json]:
    """Return the `app_mention` of a mention that an edit added; it comes beside the edit's own event."""
    message, bot = change.message, workspace.bot
    channel = workspace.channel(message.channel)
    is_new = bot.mention in message.text and bot.mention not in change.previous.text
    if isinstance(change, Deleted) or channel.is_im or message.user == bot.id or not message.edited_ts or not is_new:
        return []
    body = message_json(workspace, message) | {"channel": channel.id} | _token(workspace, message)
    return [_event(workspace, "app_mention", channel.id, body)]


def _token(workspace: Workspace, message: MessageRecord) -> Json:
    """Return the token by which the app can search for the author's question; apps get none for each other's."""
    if workspace.users[message.user].is_bot:
        return {}
    deadline = workspace.clock() + workspace.rules.action_token_lifetime
    return {"action_token": workspace.action_tokens.issue(message.user, message.channel, deadline)}


def _reacted(workspace: Workspace, change: Reacted) -> Json:
    message = change.message
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    body: Json = {"user": change.user, "reaction": change.name, "item": item, "item_user": message.user}
    return _event(workspace, "reaction_added" if change.added else "reaction_removed", message.channel, body)


def _visited(workspace: Workspace, change: MemberJoined | HomeOpened | ContextChanged) -> Json:
    match change:
        case MemberJoined(channel, user, inviter):
            kind = "G" if workspace.channel(channel).is_private else "C"
            team = workspace.team_of(workspace.user(user))
            body: Json = {"user": user, "channel": channel, "channel_type": kind, "team": team, "inviter": inviter}
            return _event(workspace, "member_joined_channel", channel, body)
        case HomeOpened(user, channel, tab):
            body = {"user": user, "channel": channel, "tab": tab}
            view = next((v for v in workspace.views.values() if v["type"] == "home" and v["user"] == user), None)
            # The event includes the published home view, so the bot can see whether it is out of date.
            return _event(
                workspace, "app_home_opened", channel, body | ({"view": view} if view and tab == "home" else {})
            )
        case ContextChanged(user, looked_at):
            entity = {"type": "slack#/types/channel_id", "value": looked_at, "team_id": workspace.team_id}
            direct = workspace.direct(user).id
            body = {"user": user, "channel": direct, "context": {"entities": [entity]} if looked_at else {}}
            return _event(workspace, "app_context_changed", direct, body)


def _session(workspace: Workspace, change: SessionStopped | SessionTitled) -> Json:
    body: Json = {"user": change.user, "channel": change.channel, "thread_ts": change.thread_ts}
    if isinstance(change, SessionStopped):
        body["streaming_message_ts"] = list(change.streams)
        return _event(workspace, "agent_session_stopped", change.channel, body)
    if not change.user:
        return {}
    body |= {"title": change.title, "team_id": workspace.team_id}
    body |= {"previous_title": change.previous} if change.previous else {}
    return _event(workspace, "agent_session_title_changed", change.channel, body)


def _event(workspace: Workspace, subscription: str, channel_id: str, body: Json) -> Json:
    """Return the event, or {} if the app does not get it."""
    if (
        subscription not in workspace.rules.subscriptions
        or workspace.bot.id not in workspace.channel(channel_id).members
    ):
        return {}
    return body | {"type": subscription.partition(".")[0], "event_ts": body.get("ts") or workspace.next_ts()}
