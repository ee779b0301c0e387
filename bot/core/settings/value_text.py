"""A setting's value in words, the same wherever people read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.core.domain.channel_settings import SHOWN
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.ports import Mentions

UNSET = N_("not set")
SHORT, SHORT_LIST = 60, 200  # characters
_CUT_MENTION = re.compile(r"<[^<>]*$")


def value_text(name: str, value: Any, names: Mentions | None = None) -> str:  # noqa: ANN401 - each setting has its own type
    """Write a value. With `names`, people and channels are mentioned, not written by their ids."""
    if value in (None, "", [], ()):
        return _(UNSET)
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, list | tuple):
        return number_text(value) if isinstance(value, float) else str(value)
    return ", ".join(_mention(name, names)(one) if isinstance(one, str) else _named(one, names) for one in value)


def number_text(value: float) -> str:
    """Write a number as a person would type it: 5, not 5.0."""
    return str(int(value)) if value == int(value) else str(value)


def short_value_text(name: str, value: Any, names: Mentions | None = None) -> str:  # noqa: ANN401 - as above
    """Write a value on one short line. The mentions in lists look shorter than they are."""
    text = " ".join(value_text(name, value, names).split())
    most = SHORT_LIST if isinstance(value, list | tuple) else SHORT
    if len(text) <= most:
        return text
    at = text.rfind(", ", 0, most) if isinstance(value, list | tuple) else most
    return f"{_CUT_MENTION.sub('', text[: at if at > 0 else most])}…"


def _mention(name: str, names: Mentions | None) -> Callable[[str], str]:
    shown = SHOWN.get(name)
    if names and shown and shown.sign == "@":
        return names.mention
    if names and shown and shown.sign == "#":
        return lambda one: names.channel(one) or one
    return (lambda one: f"/{one}") if shown and shown.kind == "choices" else str


def _named(one: dict[str, Any], names: Mentions | None) -> str:
    if "when" in one:
        return f"{' + '.join(one['when'])} → {one['team']}"
    if "facts" in one:
        return f"{one['category']} ({', '.join(one['facts'])})"
    if names is None or "people" not in one:
        return str(one["name"])
    channel = [names.channel(one["channel"])] if one.get("channel") else []
    return f"{one['name']}: {' '.join([*channel, *map(names.mention, one['people'])])}"
