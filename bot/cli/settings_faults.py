"""What is wrong with a value in a file of settings, for someone who writes TOML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from bot.core.domain.channel_settings import ChannelSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

WORKSPACE_ID, CHANNEL_ID = re.compile(r"[TE][A-Z0-9]+"), re.compile(r"[CDG][A-Z0-9]+")
NUMBER = re.compile(r"(?:int|float|less|greater|finite|multiple)_")
AS_EXPORTED = "as `settings export` writes it"
_KEYS = re.compile(r"\((?P<names>'[^()]*'),?\)")  # a table's, as Python writes it


def value_fault(fault: ErrorDetails) -> str:
    """Say what is wrong with a setting's value, without a full stop."""
    name, kind, context = str(fault["loc"][0]), fault["type"], fault.get("ctx") or {}
    if kind == "value_error":
        return f"{name}: {fault['msg'].removeprefix('Value error, ').rstrip('.')}"
    if len(fault["loc"]) > 1:  # within a table of a list
        return f"{name}: must be a list of tables, {AS_EXPORTED}"
    return f"{name}: {_must_be(name, kind, context)}"


def _must_be(name: str, kind: str, context: Mapping[str, Any]) -> str:
    match kind:
        case "too_short":
            told = f"needs at least {context['min_length']} entries"
        case "too_long":
            told = f"can have at most {context['max_length']} entries"
        case "string_too_long":
            told = f"can have at most {context['max_length']:,} characters"
        case "string_pattern_mismatch":
            told = "must be a time such as 09:00"
        case "string_type":
            told = "must be text in quotes"
        case "enum" | "literal_error":
            told = f"must be {context['expected']}"
        case _ if kind.startswith("bool_"):
            told = "must be true or false"
        case _ if NUMBER.match(kind):
            told = f"must be {_number(name)}"
        case _:
            told = f"must be a list, {AS_EXPORTED}"
    return told


def _number(name: str) -> str:
    field = ChannelSettings.model_fields[name]
    least, most = (
        next((getattr(one, end) for one in field.metadata if hasattr(one, end)), None) for end in ("ge", "le")
    )
    number = "a whole number" if int in (field.annotation, *get_args(field.annotation)) else "a number"
    return number + (f" from {least}" if least is not None else "") + (f" to {most}" if most is not None else "")


def place_fault(workspace: str, channel: str) -> str:
    """Say what is wrong with the names of a table, "" if nothing is; `channel` is "" for the workspace's own."""
    if not WORKSPACE_ID.fullmatch(workspace):
        return f"{workspace} is not the ID of a workspace, such as T012ABCDEF"
    if channel and not CHANNEL_ID.fullmatch(channel):
        return f"{channel} is not the ID of a channel, such as C012ABCDEF"
    return ""


def not_toml(message: str) -> str:
    """Say what is wrong with a file that can't be parsed."""
    message = _KEYS.sub(lambda found: f"[{found['names'].replace(chr(39), '').replace(', ', '.')}]", message)
    return f"The file is not valid TOML: {message}."
