"""Whom a message mentions anywhere: in its text, its blocks, an app's own attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack.client.rich_text import DEEPEST, listed, string
from bot.slack.inbound import addressed

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUOTING = ("is_msg_unfurl", "is_share", "is_app_unfurl", "is_reply_unfurl", "is_thread_root_unfurl", "message_blocks")


def mentions(message: Mapping[str, Any], person: str) -> bool:
    """Return whether a message itself mentions a person, not what it forwards or links to.

    Slack sends no `app_mention` for mentions that are only in blocks or attachments.
    """
    if addressed.mentions(string(message.get("text")), person) or _names(message.get("blocks"), person):
        return True
    return any(_names(part, person) for part in listed(message.get("attachments")) if not is_quoted(part))


def is_quoted(part: object) -> bool:
    """Return whether an attachment holds someone else's words: a forwarded message, or what a link leads to."""
    return isinstance(part, dict) and (any(map(part.get, _QUOTING)) or bool(string(part.get("from_url"))))


def is_preview(part: object) -> bool:
    """Return whether an attachment shows what a link leads to, other than a message that someone shares."""
    if not isinstance(part, dict) or part.get("is_msg_unfurl") or part.get("is_share"):
        return False
    return bool(string(part.get("from_url")) or part.get("is_app_unfurl"))


def _names(thing: object, person: str, depth: int = 0) -> bool:
    if depth > 2 * DEEPEST:
        return False
    if isinstance(thing, list):
        return any(_names(one, person, depth + 1) for one in thing)
    if not isinstance(thing, dict):
        return False
    if thing.get("type") == "user" and thing.get("user_id") == person:
        return True
    return any(_says(name, value, thing, person, depth) for name, value in thing.items())


def _says(name: str, value: object, thing: Mapping[str, Any], person: str, depth: int) -> bool:
    """Check one field: a text in which Slack reads mark-up, or nested values."""
    if not isinstance(value, str):
        return _names(value, person, depth + 1)
    if name != "text" and name not in {"pretext", "value"}:
        return False
    return str(thing.get("type")) not in {"plain_text", "text"} and addressed.mentions(value, person)
