"""`/parley`: which of its words is whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import configure, configure_budget, forget, impersonate, usage

if TYPE_CHECKING:
    from collections.abc import Callable

PARSED: dict[str, Callable[[str], object]] = {
    "usage": usage.parse,
    "budget": configure_budget.parse,
    "persona": impersonate.parse,
    "forget": forget.parse,
}


def word(typed: str) -> str:
    """Return the first word of what was typed, "" for nothing."""
    return (typed.split(maxsplit=1) or [""])[0].lower()


def parse(typed: str) -> object:
    """Read what was typed behind `/parley`. Raises `UsageError`, with how it is used."""
    return PARSED.get(word(typed), configure.parse)(typed)
