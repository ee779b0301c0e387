"""`/parley`: which of its words is whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from bot.core.privacy import forget
from bot.core.settings import budget_command, command, persona_command
from bot.core.spend import usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Entry = TypeVar("Entry")

PARSED: dict[str, Callable[[str], object]] = {
    "usage": usage.parse,
    "budget": budget_command.parse,
    "persona": persona_command.parse,
    "forget": forget.parse,
}


def word(typed: str) -> str:
    """Return the first word of what was typed, "" for nothing."""
    return (typed.split(maxsplit=1) or [""])[0].lower()


def find(typed: str, words: Mapping[str, Entry]) -> Entry | None:
    """Return whose the first two words are of what was typed, or else the first one."""
    first = typed.lower().split(maxsplit=2)
    return next((words[key] for count in (2, 1) if (key := " ".join(first[:count])) in words), None)


def parse(typed: str) -> object:
    """Read what was typed behind `/parley`. Raises `UsageError`, with how it is used."""
    return (find(typed, PARSED) or command.parse)(typed)
