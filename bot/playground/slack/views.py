"""Views: Slack's limits on modals and home tabs, and how Slack stores them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.playground.slack import blocks as block_rules
from bot.playground.slack.elements import state_of, text_in
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.playground.slack.workspace import Workspace

BUTTON_OR_TITLE = 24
PRIVATE_METADATA = 3_000
CALLBACK_ID = 255
# The most modals in a stack.
STACK = 3

_LIMITS = {"title": BUTTON_OR_TITLE, "submit": BUTTON_OR_TITLE, "close": BUTTON_OR_TITLE}
_LIMITS |= {"private_metadata": PRIVATE_METADATA, "callback_id": CALLBACK_ID, "external_id": CALLBACK_ID}


def checked(view: object, kind: str) -> Json:
    """Check a modal or home view against Slack's limits and return it; raises `ApiError` with the error.

    Source: https://docs.slack.dev/reference/views
    """
    if not isinstance(view, dict) or view.get("type") != kind:
        raise _invalid(f"must be a view of type {kind}: view")
    for name, most in _LIMITS.items():
        if len(text_in(view.get(name))) > most:
            raise _invalid(f"must be at most {most} characters [json-pointer:/view/{name}]")
    blocks = block_rules.check(view.get("blocks") or [], in_view=True)
    if kind == "modal" and not text_in(view.get("title")):
        raise _invalid("missing required field: title [json-pointer:/view/title]")
    if kind == "modal" and not view.get("submit") and any(block["type"] == "input" for block in blocks):
        raise _invalid("missing required field: submit [json-pointer:/view/submit]")
    return view | {"blocks": blocks}


def stored(workspace: Workspace, view: Json, user: str, *, known: Json | None = None, below: str = "") -> Json:
    """Return a valid view as Slack stores it: in place of `known`, or on top of the modal `below`."""
    view_id = known["id"] if known else f"V{secrets.token_hex(5).upper()}"
    blank: Json = {"callback_id": "", "external_id": "", "private_metadata": "", "clear_on_close": False}
    blank |= {"notify_on_close": False, "close": None, "submit": None}
    root = workspace.views[below]["root_view_id"] if below in workspace.views else view_id
    return (
        blank
        | view
        | {
            "id": view_id,
            "root_view_id": known["root_view_id"] if known else root,
            "previous_view_id": known["previous_view_id"] if known else below or None,
            "team_id": workspace.team_id,
            "app_id": workspace.app_id,
            "bot_id": workspace.bot_id,
            "app_installed_team_id": workspace.team_id,
            "hash": f"{workspace.next_ts()}.{secrets.token_hex(4)}",
            "state": state_of(view["blocks"], {}),
            "user": user,
        }
    )


def shown(view: Json) -> Json:
    """Return a view as the bot sees it, without its user."""
    return {name: value for name, value in view.items() if name != "user"}


def filled(view: Json, chosen: Mapping[tuple[str, str], Json]) -> Json:
    """Return a view with the values filled in, as payloads hold it."""
    return shown(view) | {"state": state_of(view["blocks"], chosen)}


def push(workspace: Workspace, view: Json, user: str, below: str) -> Json:
    """Push a modal onto another; raises `push_limit_reached` for the fourth."""
    if below not in workspace.modals.get(user, ()):
        raise ApiError("not_found")
    if len(workspace.modals[user]) >= STACK:
        raise ApiError("push_limit_reached")
    return workspace.show_view(user, stored(workspace, view, user, below=below))


def _invalid(fault: str) -> ApiError:
    return ApiError("invalid_arguments", f"[ERROR] {fault}")
