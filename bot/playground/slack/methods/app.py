"""Methods about the app itself: its token, its identity, its sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.method import Arguments, Method, tier
from bot.playground.slack.objects import bot_json
from bot.playground.slack.rules import SPECIAL
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.slack.workspace import Workspace


def test(_: Workspace, arguments: Arguments) -> Json:
    """Return the arguments, or the error that they ask for."""
    if arguments.has("error"):
        raise ApiError(arguments.text("error"))
    return {"args": arguments.values}


def auth_test(workspace: Workspace, _: Arguments) -> Json:
    """Return whose token it is."""
    return {
        "url": f"{workspace.base_url}/",
        "team": workspace.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(workspace: Workspace, _: Arguments) -> Json:
    """Return the URL of a socket, valid for one connection."""
    address = workspace.base_url.replace("http://", "ws://", 1)
    return {"url": f"{address}/socket?ticket={workspace.new_ticket()}&app_id={workspace.app_id}"}


def bot_info(workspace: Workspace, arguments: Arguments) -> Json:
    """Describe an app's user."""
    return {"bot": bot_json(workspace, workspace.app_user(arguments.text("bot", workspace.bot_id)))}


def team_info(workspace: Workspace, _: Arguments) -> Json:
    """Describe the workspace."""
    team = {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.domain}
    return {"team": team | {"url": f"{workspace.base_url}/", "email_domain": ""}}


METHODS = (
    Method("api.test", test, per_minute=tier(4), token=""),
    Method("auth.test", auth_test, per_minute=SPECIAL),
    Method("apps.connections.open", open_connection, per_minute=tier(3), token="app"),  # noqa: S106 - the kind
    Method("bots.info", bot_info, scopes=("users:read",), per_minute=tier(3)),
    Method("team.info", team_info, scopes=("team:read",), per_minute=tier(3)),
)
