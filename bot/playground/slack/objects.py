"""Slack's JSON objects of the workspace's records, as in the Web API and in events."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from bot.playground.slack.records import Channel, File, MessageRecord, User
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

PREVIEW = 400


def user_json(workspace: Workspace, user: User) -> Json:
    """Return a user as `users.info` does; outsiders have fewer fields."""
    form: Json = {
        "id": user.id,
        "team_id": workspace.team_of(user),
        "name": user.name,
        "deleted": False,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": 0,
        "profile": profile_json(workspace, user),
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(workspace.created),
    }
    if user.team_id:
        return form | {"is_stranger": True, "is_restricted": False, "is_ultra_restricted": False}
    return form | {
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": bool(user.guest),
        "is_ultra_restricted": user.guest == "single_channel",
    }


def profile_json(workspace: Workspace, user: User) -> Json:
    """Return a user's profile."""
    return {
        "real_name": user.real_name,
        "display_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name_normalized": user.real_name,
        "team": workspace.team_of(user),
        **({"bot_id": user.bot_id, "api_app_id": user.app_id} if user.is_bot else {}),
    }


def bot_json(workspace: Workspace, user: User) -> Json:
    """Return an app's user as `bots.info` and `bot_profile` do."""
    return {
        "id": user.bot_id,
        "deleted": False,
        "name": user.real_name,
        "updated": int(workspace.created),
        "app_id": user.app_id,
        "user_id": user.id,
        "team_id": workspace.team_id,
    }


def channel_json(workspace: Workspace, channel: Channel) -> Json:
    """Return a channel as `conversations.info` does."""
    form: Json = {
        "id": channel.id,
        "created": int(workspace.created),
        "is_archived": channel.is_archived,
        "is_im": channel.is_im,
        "is_mpim": False,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
    }
    if last_read := channel.last_read.get(workspace.bot.id):
        form["last_read"] = last_read
    if channel.is_im:
        return form | {"user": next(member for member in channel.members if member != workspace.bot.id)}
    return form | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_private": channel.is_private,
        "is_general": channel.name == "general",
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "shared_team_ids": [workspace.team_id, *channel.shared_with],
        "is_member": workspace.bot.id in channel.members,
        "creator": workspace.me.id,
        "topic": {"value": channel.topic, "creator": workspace.me.id, "last_set": int(workspace.created)},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def file_json(workspace: Workspace, file: File) -> Json:
    """Return a file as `files.info` and messages do; a deleted one only as a tombstone."""
    if file.is_deleted:
        return {"id": file.id, "mode": "tombstone"}
    place = f"{workspace.team_id}-{file.id}"
    url = f"{workspace.base_url}/files/{place}/{quote(file.name)}"
    kinds = {"channels": "channel", "groups": "group", "ims": "im"}
    shared = [(channel, workspace.channel(channel).kind) for channel, _ in file.shares]
    return {
        "id": file.id,
        "created": int(file.created),
        "timestamp": int(file.created),
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.snippet_type or PurePath(file.name).suffix.lstrip(".") or "text",
        "pretty_type": file.mimetype,
        "user": file.user,
        "user_team": workspace.team_id,
        "editable": False,
        "size": len(file.content or b""),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(kind == "channel" for _, kind in shared),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": url,
        "url_private_download": url.replace("/files/", "/files/download/", 1),
        "permalink": f"{workspace.base_url}/page/files/{file.id}",
        **{name: [channel for channel, kind in shared if kind == wanted] for name, wanted in kinds.items()},
        "shares": _shares(workspace, file),
        "has_rich_preview": False,
        "file_access": "visible",
        **({"preview": file.text[:PREVIEW]} if file.mimetype.startswith("text/") else {}),
        **file.shape,
    }


def shared_file_json(workspace: Workspace, file: File) -> Json:
    """Return a file as messages do: in a Slack Connect channel, its details are left to `files.info`.

    Source: https://docs.slack.dev/reference/objects/file-object/#slack_connect_files
    """
    if not file.is_stub or file.is_deleted:
        return file_json(workspace, file)
    stub = {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
    return stub | {"created": 0, "timestamp": 0, "user": ""}


def _shares(workspace: Workspace, file: File) -> Json:
    shares: Json = {}
    for channel, ts in file.shares:
        how = "public" if workspace.channel(channel).kind == "channel" else "private"
        shares.setdefault(how, {}).setdefault(channel, []).append({"ts": ts})
    return shares


def message_json(workspace: Workspace, message: MessageRecord) -> Json:
    """Return a message as `conversations.history` does; a thread's first message has its reply counts."""
    form = _author_json(workspace, message) | {"type": "message", "text": message.text, "ts": message.ts}
    for name in ("subtype", "client_msg_id", "blocks", "attachments", "metadata"):
        if value := getattr(message, name):
            form[name] = value
    if message.subtype == "tombstone":
        form["hidden"] = True
    if message.files:
        form |= {"files": [shared_file_json(workspace, file) for file in message.files], "upload": False}
    if message.edited_ts:
        form["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.stream is not None:
        form["streaming_state"] = "in_progress" if message.streaming else "completed"
    if message.reactions:
        form["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.ephemeral_to:
        form["is_ephemeral"] = True
    return form | _thread_json(workspace, message)


def _author_json(workspace: Workspace, message: MessageRecord) -> Json:
    """Return a message's author: of a workflow or an incoming webhook, only a name."""
    author = workspace.users[message.user]
    team = workspace.team_of(author)
    form: Json = {"user": author.id, "team": team}
    if author.is_bot:
        form |= {"bot_id": author.bot_id, "app_id": author.app_id, "bot_profile": bot_json(workspace, author)}
    elif workspace.channel(message.channel).shared_with:
        form |= {"user_team": team, "source_team": team, "user_profile": profile_json(workspace, author)}
    if message.subtype == "bot_message":
        del form["user"]
        form["username"] = message.username
    return form


def _thread_json(workspace: Workspace, message: MessageRecord) -> Json:
    form: Json
    if message.thread_ts and message.thread_ts != message.ts:
        parent = workspace.find(message.channel, message.thread_ts)
        form = {"thread_ts": message.thread_ts, **({"parent_user_id": parent.user} if parent else {})}
        return form | ({"root": message_json(workspace, parent)} if parent and message.is_broadcast else {})
    replies = workspace.replies(message.channel, message.ts)
    if not replies or message.ephemeral_to:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "reply_users": users,
        "is_locked": False,
        "subscribed": False,
    }
