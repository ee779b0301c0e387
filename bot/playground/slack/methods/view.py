"""Methods that open modals and publish the home tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack import views
from bot.playground.slack.method import Arguments, Method, tier
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.slack.workspace import Workspace


def open_modal(workspace: Workspace, arguments: Arguments) -> Json:
    """Open a modal, once per trigger, in place of any open ones."""
    view = views.checked(arguments.structure("view"), "modal")
    _check_external_id(workspace, view)
    user, _ = workspace.triggers.spend(arguments.text("trigger_id"), workspace.clock())
    workspace.close_views(user)
    return {"view": views.shown(workspace.show_view(user, views.stored(workspace, view, user)))}


def push_modal(workspace: Workspace, arguments: Arguments) -> Json:
    """Push a modal onto the one that the trigger came from."""
    view = views.checked(arguments.structure("view"), "modal")
    _check_external_id(workspace, view)
    user, below = workspace.triggers.spend(arguments.text("trigger_id"), workspace.clock())
    return {"view": views.shown(views.push(workspace, view, user, below))}


def update(workspace: Workspace, arguments: Arguments) -> Json:
    """Update an existing view; raises `hash_conflict` if it has changed since `hash` was returned."""
    known = workspace.views.get(arguments.text("view_id")) or next(
        (v for v in workspace.views.values() if v["external_id"] and v["external_id"] == arguments.text("external_id")),
        None,
    )
    if known is None:
        raise ApiError("not_found")
    if arguments.has("hash") and arguments.text("hash") != known["hash"]:
        raise ApiError("hash_conflict")
    view = views.checked(arguments.structure("view"), known["type"])
    changed = workspace.show_view(known["user"], views.stored(workspace, view, known["user"], known=known))
    return {"view": views.shown(changed)}


def publish(workspace: Workspace, arguments: Arguments) -> Json:
    """Publish a user's home tab."""
    user = workspace.user(arguments.text("user_id")).id
    known = next((v for v in workspace.views.values() if v["type"] == "home" and v["user"] == user), None)
    if known and arguments.has("hash") and arguments.text("hash") != known["hash"]:
        raise ApiError("hash_conflict")
    view = views.checked(arguments.structure("view"), "home")
    return {"view": views.shown(workspace.show_view(user, views.stored(workspace, view, user, known=known)))}


def _check_external_id(workspace: Workspace, view: Json) -> None:
    taken = {known["external_id"] for known in workspace.views.values()} - {""}
    if view.get("external_id") in taken:
        raise ApiError("duplicate_external_id")


_TIER = tier(4)
METHODS = (
    Method("views.open", open_modal, ("trigger_id", "view"), (), _TIER),
    Method("views.push", push_modal, ("trigger_id", "view"), (), _TIER),
    Method("views.update", update, ("view",), (), _TIER),
    Method("views.publish", publish, ("user_id", "view"), (), _TIER),
)
