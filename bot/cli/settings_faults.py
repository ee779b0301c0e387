"""What is wrong with a file of settings, in words of the settings, for someone who writes one."""

from __future__ import annotations

import re
import types
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from bot.core.domain import accepted
from bot.core.domain.channel_settings import SHOWN, ChannelSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

WORKSPACE_ID, CHANNEL_ID = re.compile(r"[TE][A-Z0-9]+"), re.compile(r"[CDG][A-Z0-9]+")
# How a file writes the settings that are lists.
LISTS = {
    "personas": '[{ name = "Pirate", prompt = "Answer like a pirate." }]',
    "categories": '[{ name = "Bug report", definition = "It does not work." }, { name = "Praise" }]',
    "routes": '[{ when = ["Billing"], team = "Payments" }]',
    "needs": '[{ category = "Bug report", facts = ["version", "steps"] }]',
    "teams": '[{ name = "Payments", channel = "C012ABCDEF", people = ["U012ABCDEF"] }]',
    "severities": '["Low", "High"]',
    "areas": '["Checkout", "Search"]',
    "commands_off": '["code"]',
}
PEOPLE, CHANNELS = 'a list of people\'s IDs, such as ["U012ABCDEF"]', 'a list of channels\' IDs, such as ["C012ABCDEF"]'
# What the parser finds, by the beginning of its words, and what that is in a file of settings.
UNREADABLE = (
    (("Expected newline",), "there is more after the value: each setting has a line of its own"),
    (
        ("Expected '='", "Invalid statement"),
        "a setting is written as `name = value`, and a place as `[T012ABCDEF.C012ABCDEF]`",
    ),
    (("Expected ']",), "the ] after a place is missing"),
    (("Cannot overwrite", "Duplicate inline"), "a setting is there twice"),
    (("Unclosed array", "Unclosed inline"), "the end of a list is missing"),
    (("Unterminated", 'Expected "\'"', "Illegal character"), "the quote at the end of a text is missing"),
    (("Unescaped", "Invalid hex", "Escaped"), "a text has a backslash that stands for nothing: write two"),
    (("Invalid initial character",), "the name of a setting is missing"),
    (("Invalid",), "this value can't be read: text needs quotes, and a switch is true or false"),
)
_AT = re.compile(r" ?\(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_PLACE = re.compile(r"Cannot declare \((?P<names>'[^()]*'),?\) twice")


def value_fault(fault: ErrorDetails) -> str:
    """Say what is wrong with a setting's value, without a full stop."""
    name, kind, context = str(fault["loc"][0]), fault["type"], fault.get("ctx") or {}
    if kind == accepted.OWN:
        reason = str(context["error"]).rstrip(".")
        return f"{name}: {reason}" + (f"; it takes {_takes(name)}" if _is_list(name) else "")
    return f"{name}: {_must_be(name, kind, context, is_inner=len(fault['loc']) > 1)}"


def _must_be(name: str, kind: str, context: Mapping[str, Any], *, is_inner: bool) -> str:
    if kind == "too_short" and not is_inner:
        return f"needs at least {context['min_length']} entries"
    if kind == "too_long" and not is_inner:
        return f"can have at most {context['max_length']} entries"
    if kind == "string_too_long":
        return f"can have at most {context['max_length']:,} characters"
    return f"must be {_takes(name)}"


def _is_list(name: str) -> bool:
    return name in LISTS or bool(SHOWN[name].sign)


def _takes(name: str) -> str:
    """Return what a setting takes in a file."""
    if name in LISTS:
        return f"a list such as {LISTS[name]}"
    if SHOWN[name].sign:
        return PEOPLE if SHOWN[name].sign == "@" else CHANNELS
    field = ChannelSettings.model_fields[name]
    kind = field.annotation
    if get_origin(kind) in {Union, types.UnionType}:
        kind = next(one for one in get_args(kind) if one is not types.NoneType)
    if kind is bool:
        return "true or false"
    if kind in {int, float}:
        return accepted.in_words(field, SHOWN[name]).replace(",", "")
    if get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum)):
        return accepted.in_words(field, SHOWN[name]).replace("`", '"')
    return f"{accepted.in_words(field, SHOWN[name]).replace('`', '')}, in quotes"


def place_fault(workspace: str, channel: str) -> str:
    """Say what is wrong with the names of a place, "" if nothing is; `channel` is "" for the workspace's own."""
    if not WORKSPACE_ID.fullmatch(workspace):
        return f"{workspace} is not the ID of a workspace, such as T012ABCDEF"
    if channel and not CHANNEL_ID.fullmatch(channel):
        return f"{channel} is not the ID of a channel, such as C012ABCDEF"
    return ""


def unreadable(message: str) -> str:
    """Say what is wrong with a file that can't be parsed, and where."""
    found = _AT.search(message)
    where = f"Line {found['line']}" if found and found["line"] else "At the end of the file"
    if place := _PLACE.match(message):
        return f"{where}: [{place['names'].replace(chr(39), '').replace(', ', '.')}] is there twice."
    told = (words for begins, words in UNREADABLE if message.startswith(begins))
    return f"{where}: {next(told, 'this is not TOML, the format of the file')}."
