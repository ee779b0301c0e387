"""The shape that every payload must have, over HTTP and over a socket, before a listener sees it."""

# not for people: what is wrong with a payload is logged

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMMAND_FIELDS = ("command", "channel_id", "user_id")
IDS = ("team_id", "channel_id", "user_id", "event_id", "team", "channel", "user", "user_team", "ts", "thread_ts")
HEARD = ("block_actions", "shortcut", "message_action")  # which always have a listener
ID = re.compile(r"[!-~]{0,100}")  # Slack's have some 20 characters

# What reading a payload raises where it is not what it should be: Bolt, too, reads fields without looking first.
UNREADABLE = (ValueError, RecursionError, LookupError, AttributeError, TypeError)


class UnreadableError(Exception):
    """A payload that a listener can't read: the sender's fault, and no better on redelivery."""


@contextmanager
def reading() -> Iterator[None]:
    """Raise `UnreadableError` if a listener can't read a payload in the block."""
    try:
        yield
    except UNREADABLE as error:
        raise UnreadableError(type(error).__name__) from None


def check(body: object) -> None:
    """Check that a payload has the shape that Bolt and the listeners rely on. Raises `ValueError`."""
    if not isinstance(body, dict) or not isinstance(event := body.get("event", {}), dict):
        raise ValueError("neither an event nor a form")  # noqa: TRY004 - it is the sender's value
    if "event" in body and not isinstance(event.get("type"), str):
        raise ValueError("an event of no type")
    if "command" in body and not _has_texts(body, *COMMAND_FIELDS):
        raise ValueError("half a command")
    if "event" not in body and not _is_whole_interaction(body):
        raise ValueError("half an interaction")
    # Bolt looks into the view of whatever no listener takes.
    if not isinstance(view := body.get("view", {}), dict) and not (view is None and body.get("type") in HEARD):
        raise ValueError("a view that is none")
    for found in (where.get(name) for where in (body, event) for name in IDS):
        value = found.get("id") if isinstance(found, dict) else found
        if isinstance(value, str) and not ID.fullmatch(value):
            raise ValueError("an id that is none")


def _is_whole_interaction(body: Mapping[str, Any]) -> bool:
    match body.get("type"):
        case "block_actions" | "interactive_message":
            actions = body.get("actions")
            is_named = body["type"] == "block_actions" or _has_texts(body, "callback_id")
            return is_named and isinstance(actions, list) and bool(actions) and all(map(_is_action, actions))
        case "view_submission" | "view_closed":
            return isinstance(view := body.get("view"), dict) and _has_texts(view, "callback_id", "type")
        case "shortcut" | "message_action" | "dialog_submission" | "dialog_cancellation" | "dialog_suggestion":
            return _has_texts(body, "callback_id")
        case "block_suggestion":
            return _has_texts(body, "action_id", "block_id")
        case kind:
            return kind is None or isinstance(kind, str)


def _is_action(action: object) -> bool:
    return isinstance(action, dict) and all(isinstance(action.get(name, ""), str) for name in ("action_id", "block_id"))


def _has_texts(where: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(where.get(name), str) for name in names)
