"""The operator's side of installations: `python -m bot installations list|reseal`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.db.installations import SqlInstallations
from bot.db.opened import opened
from bot.db.vault import Vault
from bot.errors import SealedError, SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.settings import Settings


NOT_SERVED = "not served: SLACK_WORKSPACES does not name it"


@asynccontextmanager
async def installations(settings: Settings) -> AsyncIterator[SqlInstallations]:
    """Open the installations. Raises `SettingsError`, and as the database does."""
    if not settings.encryption_keys:
        raise SettingsError(["PARLEY_ENCRYPTION_KEY is missing: make one with `python -m bot key`."])
    vault = Vault(settings.encryption_keys)
    async with opened(settings.database_url) as database:
        yield SqlInstallations(database, vault)


async def listed(settings: Settings) -> str:
    """Tell where the bot is installed, a line each, and whether its token opens. Raises like `installations`."""
    lines = []
    async with installations(settings) as kept:
        for one in await kept.listed():
            try:
                await kept.find(one.workspace)
                state = f"token until {one.expires_at:%Y-%m-%d %H:%M}" if one.expires_at else "token without an end"
            except SealedError:
                state = "no key opens its token"
            if settings.slack_workspaces and one.workspace not in settings.slack_workspaces:
                state += f", {NOT_SERVED}"
            lines.append(f"{one.workspace:<14} {one.installed_at:%Y-%m-%d %H:%M}  {one.name}: {state}")
    return "\n".join(lines) or "Nobody has installed the bot yet: people do so at /slack/install."


async def reseal(settings: Settings) -> str:
    """Seal all tokens with the first key; tell how many. Raises like `installations`."""
    async with installations(settings) as kept:
        try:
            count = await kept.reseal()
        except SealedError as error:
            raise SettingsError([f"PARLEY_ENCRYPTION_KEY: {error}; nothing of it was changed."]) from error
    return f"{count} sealed with the first key: the others can go once every replica has it."
