"""The method that issues tokens, for an authorization code or a refresh token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.method import Arguments, Method
from bot.playground.slack.rules import SPECIAL
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.slack.workspace import Workspace


def access(workspace: Workspace, arguments: Arguments) -> Json:
    """Exchange a code, or a refresh token, for a token. Raises `invalid_client_id`, `bad_client_secret` and others."""
    if arguments.text("client_id") != workspace.client_id:
        raise ApiError("invalid_client_id")
    if arguments.text("client_secret") != workspace.client_secret:
        raise ApiError("bad_client_secret")
    lifetime = workspace.rules.token_lifetime
    answer: Json = {
        "token_type": "bot",
        "scope": ",".join(sorted(workspace.rules.scopes)),
        "bot_user_id": workspace.bot.id,
        "app_id": workspace.app_id,
        "team": {"id": workspace.team_id, "name": workspace.team_name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if arguments.text("grant_type") == "refresh_token":
        if lifetime is None:
            raise ApiError("token_rotation_not_enabled")
        return answer | workspace.tokens.refresh(arguments.text("refresh_token"), lifetime)
    code = workspace.tokens.redeem(arguments.text("code"))
    answer["authed_user"] = {"id": code.person}
    if code.for_organization:
        answer |= {"team": None, "is_enterprise_install": True}
        answer["enterprise"] = {"id": f"E{workspace.team_id[1:]}", "name": f"{workspace.team_name}, all of it"}
    return answer | workspace.tokens.issue(lifetime)


METHODS = (Method("oauth.v2.access", access, per_minute=SPECIAL, token=""),)
