"""Methods that open modals and publish the home tab. Views are stored, so that tests and the page can look at them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.playground import blocks as block_rules
from bot.playground.method import Arguments, Method, tier
from bot.playground.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.workspace import Workspace

TITLE = 24


def opening(workspace: Workspace, arguments: Arguments) -> Json:
    """Open a modal, once per trigger."""
    view = _checked(arguments, "modal")
    user = workspace.spend_trigger(arguments.text("trigger_id"))
    return {"view": workspace.show_view(user, _stored(workspace, view, user))}


def update(workspace: Workspace, arguments: Arguments) -> Json:
    """Change a view that is there already."""
    known = workspace.views.get(arguments.text("view_id")) or next(
        (v for v in workspace.views.values() if v["external_id"] and v["external_id"] == arguments.text("external_id")),
        None,
    )
    if known is None:
        raise ApiError("not_found")
    if arguments.has("hash") and arguments.text("hash") != known["hash"]:
        raise ApiError("hash_conflict")
    view = _stored(workspace, _checked(arguments, known["type"]), known["user"])
    return {"view": workspace.show_view(known["user"], view | {"id": known["id"], "root_view_id": known["id"]})}


def publish(workspace: Workspace, arguments: Arguments) -> Json:
    """Publish a person's home tab."""
    user = workspace.user(arguments.text("user_id")).id
    known = next((v for v in workspace.views.values() if v["type"] == "home" and v["user"] == user), None)
    view = _stored(workspace, _checked(arguments, "home"), user)
    return {"view": workspace.show_view(user, view | ({"id": known["id"]} if known else {}))}


def _checked(arguments: Arguments, kind: str) -> Json:
    view = arguments.structure("view")
    if not isinstance(view, dict) or view.get("type") != kind:
        raise ApiError("invalid_arguments", f"[ERROR] must be a view of type {kind}: view")
    title = (view.get("title") or {}).get("text", "")
    if kind == "modal" and not 1 <= len(title) <= TITLE:
        raise ApiError("invalid_arguments", f"[ERROR] must be 1 to {TITLE} characters [json-pointer:/view/title]")
    return view | {"blocks": block_rules.check(view.get("blocks") or [], most=block_rules.VIEW_BLOCKS)}


def _stored(workspace: Workspace, view: Json, user: str) -> Json:
    view_id = f"V{secrets.token_hex(5).upper()}"
    blank: Json = {"callback_id": "", "external_id": "", "private_metadata": "", "state": {"values": {}}}
    return (
        blank
        | view
        | {
            "id": view_id,
            "root_view_id": view_id,
            "team_id": workspace.team_id,
            "app_id": workspace.app_id,
            "bot_id": workspace.bot_id,
            "app_installed_team_id": workspace.team_id,
            "hash": f"{workspace.next_ts()}.{secrets.token_hex(4)}",
            "user": user,
        }
    )


_TIER = tier(4)
METHODS = (
    Method("views.open", opening, ("trigger_id", "view"), (), _TIER),
    Method("views.update", update, ("view",), (), _TIER),
    Method("views.publish", publish, ("user_id", "view"), (), _TIER),
)
