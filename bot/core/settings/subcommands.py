"""What can be typed after `/parley`, declared once; `bot.jobs.registry` says what runs each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.privacy import forget
from bot.core.settings import budget_command, persona_command
from bot.core.settings.parse import WORDS
from bot.core.settings.parse import parse as parse_settings
from bot.core.spend import usage


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One or two words after `/parley`. `parse` raises `UsageError`, with how it is used."""

    words: str
    parse: Callable[[str], object] = parse_settings
    is_for_anyone: bool = False  # no one is refused it


SUBCOMMANDS = (
    *map(Subcommand, WORDS),
    Subcommand("workspace settings"),
    Subcommand("triage report"),
    Subcommand("triage secret"),
    Subcommand("trends"),
    Subcommand("usage", usage.parse),
    Subcommand("budget", budget_command.parse),
    Subcommand("persona", persona_command.parse),
    Subcommand("forget", forget.parse, is_for_anyone=True),
)
BY_WORDS = {one.words: one for one in SUBCOMMANDS}
SETTINGS = BY_WORDS["settings"]  # whose parser tells what is wrong with anything else


def find(typed: str) -> Subcommand:
    """Return the subcommand that the first two words name, or the first one."""
    first = typed.lower().split(maxsplit=2)
    return next((BY_WORDS[words] for count in (2, 1) if (words := " ".join(first[:count])) in BY_WORDS), SETTINGS)


def parse(typed: str) -> object:
    """Read what was typed after `/parley`. Raises `UsageError`, with how it is used."""
    return find(typed).parse(typed)
