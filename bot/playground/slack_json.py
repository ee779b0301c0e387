"""The workspace's records in Slack's JSON, as the Web API and the events hold them."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from bot.playground.records import Channel, File, Message, User
    from bot.playground.wire import Json
    from bot.playground.workspace import Workspace

PREVIEW = 400


def user_json(workspace: Workspace, user: User) -> Json:
    """Write a user as `users.info` does."""
    return {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "deleted": False,
        "real_name": user.real_name,
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "profile": {
            "real_name": user.real_name,
            "display_name": user.name,
            "team": workspace.team_id,
            **({"bot_id": workspace.bot_id, "api_app_id": workspace.app_id} if user.is_bot else {}),
        },
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(workspace.created),
    }


def bot_json(workspace: Workspace) -> Json:
    """Write the bot as `bots.info` and `bot_profile` do."""
    return {
        "id": workspace.bot_id,
        "deleted": False,
        "name": workspace.bot.real_name,
        "updated": int(workspace.created),
        "app_id": workspace.app_id,
        "user_id": workspace.bot.id,
        "team_id": workspace.team_id,
    }


def channel_json(workspace: Workspace, channel: Channel) -> Json:
    """Write a channel as `conversations.info` does."""
    form: Json = {
        "id": channel.id,
        "created": int(workspace.created),
        "is_archived": channel.is_archived,
        "is_im": channel.is_im,
        "is_mpim": False,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
    }
    if channel.is_im:
        return form | {"user": next(member for member in channel.members if member != workspace.bot.id)}
    return form | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_private": channel.is_private,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": workspace.bot.id in channel.members,
        "creator": workspace.me.id,
        "topic": {"value": channel.topic, "creator": workspace.me.id, "last_set": int(workspace.created)},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def file_json(workspace: Workspace, file: File) -> Json:
    """Write a file as `files.info` and messages do."""
    place = f"{workspace.team_id}-{file.id}"
    url = f"{workspace.base_url}/files/{place}/{quote(file.name)}"
    kinds = {"channels": "C", "groups": "G", "ims": "D"}
    return {
        "id": file.id,
        "created": int(file.created),
        "timestamp": int(file.created),
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": PurePath(file.name).suffix.lstrip(".") or "text",
        "pretty_type": file.mimetype,
        "user": file.user,
        "user_team": workspace.team_id,
        "editable": False,
        "size": len(file.content or b""),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(channel.startswith("C") for channel, _ in file.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": url,
        "url_private_download": url.replace("/files/", "/files/download/", 1),
        "permalink": f"{workspace.base_url}/page/files/{file.id}",
        **{kind: [c for c, _ in file.shares if c.startswith(letter)] for kind, letter in kinds.items()},
        "shares": _shares(file),
        "has_rich_preview": False,
        "file_access": "visible",
        **({"preview": file.text[:PREVIEW]} if file.mimetype.startswith("text/") else {}),
    }


def _shares(file: File) -> Json:
    shares: Json = {}
    for channel, ts in file.shares:
        shares.setdefault("public" if channel.startswith("C") else "private", {})[channel] = [{"ts": ts}]
    return shares


def message_json(workspace: Workspace, message: Message) -> Json:
    """Write a message as `conversations.history` does; the first message of a thread with its reply counts."""
    form: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    form["team"] = workspace.team_id
    if message.user == workspace.bot.id:
        form |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id, "bot_profile": bot_json(workspace)}
    for name in ("subtype", "client_msg_id", "blocks", "attachments", "metadata"):
        if value := getattr(message, name):
            form[name] = value
    if message.files:
        form |= {"files": [file_json(workspace, file) for file in message.files], "upload": False}
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


def _thread_json(workspace: Workspace, message: Message) -> Json:
    if message.thread_ts and message.thread_ts != message.ts:
        parent = workspace.find(message.channel, message.thread_ts)
        return {"thread_ts": message.thread_ts, **({"parent_user_id": parent.user} if parent else {})}
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
