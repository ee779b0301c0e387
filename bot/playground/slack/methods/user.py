"""Methods about users and their reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.method import Arguments, Method, page, tier
from bot.playground.slack.objects import user_json
from bot.playground.slack.wire import ApiError

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace


def info(workspace: Workspace, arguments: Arguments) -> Json:
    """Describe a user."""
    user = workspace.visible_user(arguments.text("user"))
    locale = {"locale": user.locale} if arguments.flag("include_locale") else {}
    return {"user": user_json(workspace, user) | locale}


def list_users(workspace: Workspace, arguments: Arguments) -> Json:
    """List the workspace's own users and apps."""
    users = [user_json(workspace, user) for user in workspace.users.values() if not user.team_id]
    found, metadata = page(users, arguments, "id")
    return {"members": found, "cache_ts": int(workspace.clock()), "response_metadata": metadata}


def list_groups(workspace: Workspace, arguments: Arguments) -> Json:
    """List the user groups, with their members if `include_users` is set."""
    found = [
        {
            "id": group.id,
            "team_id": workspace.team_id,
            "is_usergroup": True,
            "name": group.name,
            "handle": group.handle,
            "user_count": len(group.users),
            **({"users": list(group.users)} if arguments.flag("include_users") else {}),
        }
        for group in workspace.groups
    ]
    return {"usergroups": found}


def list_group_users(workspace: Workspace, arguments: Arguments) -> Json:
    """List the members of a user group."""
    group = next((group for group in workspace.groups if group.id == arguments.text("usergroup")), None)
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}


def add_reaction(workspace: Workspace, arguments: Arguments) -> Json:
    """Add the bot's reaction."""
    workspace.react(_message(workspace, arguments), workspace.bot.id, arguments.text("name"))
    return {}


def remove_reaction(workspace: Workspace, arguments: Arguments) -> Json:
    """Remove the bot's reaction."""
    workspace.unreact(_message(workspace, arguments), workspace.bot.id, arguments.text("name"))
    return {}


def _message(workspace: Workspace, arguments: Arguments) -> MessageRecord:
    channel = workspace.joined_channel(arguments.text("channel"))
    return workspace.message(channel.id, arguments.text("timestamp"))


_REACTION = ("channel", "timestamp", "name")
METHODS = (
    Method("users.info", info, ("user",), ("users:read",), tier(4)),
    Method("users.list", list_users, (), ("users:read",), tier(2)),
    Method("usergroups.list", list_groups, (), ("usergroups:read",), tier(2)),
    Method("usergroups.users.list", list_group_users, ("usergroup",), ("usergroups:read",), tier(2)),
    Method("reactions.add", add_reaction, _REACTION, ("reactions:write",), tier(3)),
    Method("reactions.remove", remove_reaction, _REACTION, ("reactions:write",), tier(2)),
)
