"""Which of Slack's messages count as said by people and apps, and who said them; the rest are notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


# What people and apps say; every other subtype is a notice, such as that someone joined.
SAID = (None, "", "bot_message", "file_share", "me_message", "thread_broadcast")


def is_kind_said(message: Mapping[str, Any]) -> bool:
    """Return whether a message is of a kind that people and apps post."""
    return message.get("subtype") in SAID


def author_of(message: Mapping[str, Any]) -> str:
    """Return a message's author: a person's or a bot's id, or the name of an integration that has none."""
    names = ("user", "bot_id", "app_id", *(["username"] if message.get("subtype") == "bot_message" else []))
    return next((name for name in (string_of(message.get(field)) for field in names) if name), "")


def is_of_bot(message: Mapping[str, Any]) -> bool:
    """Return whether an app, a workflow or an integration posted a message."""
    return bool(message.get("bot_id")) or message.get("subtype") == "bot_message" or not string_of(message.get("user"))


def is_said(message: Mapping[str, Any]) -> bool:
    """Return whether a message is a real one: not a notice, and not the tombstone of a deleted one."""
    return is_kind_said(message) and isinstance(message.get("ts"), str) and bool(author_of(message))


def string_of(value: object) -> str:
    """Return a string as it is, and "" for anything else."""
    return value if isinstance(value, str) else ""
