"""What the operator's commands that call the model share: connecting, the channel's settings, the cost."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.claude.client import connect
from bot.core.domain.message import Place
from bot.core.money import dollars
from bot.core.privacy.redaction.model import redacting
from bot.errors import SettingsError, UsageError
from bot.settings import reveal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.calls import Call
    from bot.core.ports import Model
    from bot.settings import Settings

CHANNEL = re.compile(r"T[A-Z0-9]+/[CDG][A-Z0-9]+")


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Model]:
    """Connect to the model, with redaction. Raises `SettingsError` without a key."""
    async with connect(
        api_key=key_of(settings), model=settings.claude_model, base_url=settings.anthropic_base_url
    ) as claude:
        yield redacting(claude.model())


def key_of(settings: Settings) -> str:
    """Return the key for Claude. Raises `SettingsError` where there is none."""
    if key := reveal(settings.anthropic_api_key):
        return key
    raise SettingsError(
        ["This command asks Claude, and ANTHROPIC_API_KEY is not set: create a key in the Claude Console."]
    )


def channel_of(typed: str) -> Place | None:
    """Read a channel as `T012AB/C034CD`, None for "". Raises `UsageError`."""
    workspace, _, channel = typed.partition("/")
    if typed and not CHANNEL.fullmatch(typed):
        raise UsageError("Write the channel as its workspace's ID and its own, like T012AB/C034CD.")
    return Place(workspace, channel) if typed else None


def price(calls: Sequence[Call]) -> str:
    """Write what calls cost; unknown if the price of one is."""
    known = [call.dollars for call in calls if call.dollars is not None]
    return dollars(sum(known)) if len(known) == len(calls) else "price unknown"
