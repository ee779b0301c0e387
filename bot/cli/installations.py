"""The operator's side of installations: `python -m bot installations list|reseal`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import PROGRAM
from bot.core.domain.installation import Installation
from bot.db.installations import SqlInstallations
from bot.db.opened import opened
from bot.db.vault import Vault
from bot.errors import SealedError, SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.settings import Settings

NOBODY = "No workspace has installed the bot yet. People install it at /slack/install."


@asynccontextmanager
async def installations(settings: Settings) -> AsyncIterator[SqlInstallations]:
    """Open the installations. Raises `SettingsError`, and as the database does."""
    if not settings.encryption_keys:
        raise SettingsError([f"PARLEY_ENCRYPTION_KEY is missing: make one with `{PROGRAM} key`."])
    vault = Vault(settings.encryption_keys)
    async with opened(settings.database_url) as database:
        yield SqlInstallations(database, vault)


@dataclass(frozen=True, slots=True)
class Seen:
    """An installation without its token: whether a key decrypts it, and whether the workspace is served."""

    installation: Installation
    opens: bool
    is_served: bool

    def __str__(self) -> str:
        """Write it on one line."""
        one = self.installation
        state = f"token until {one.expires_at:%Y-%m-%d %H:%M}" if one.expires_at else "token that does not expire"
        state = state if self.opens else "no key decrypts its token"
        served = "" if self.is_served else ", not served: SLACK_WORKSPACES does not name it"
        return f"{one.workspace:<14} {one.installed_at:%Y-%m-%d %H:%M}  {one.name}: {state}{served}"


async def seen(settings: Settings) -> list[Seen]:
    """Return all installations with their state. Raises as `installations` does."""
    named = settings.slack_workspaces
    async with installations(settings) as kept:
        return [
            Seen(one, await _opens(one, kept), is_served=not named or one.workspace in named)
            for one in await kept.listed()
        ]


async def _opens(one: Installation, kept: SqlInstallations) -> bool:
    try:
        await kept.find(one.workspace)
    except SealedError:
        return False
    return True


async def listed(settings: Settings) -> str:
    """Return where the bot is installed, one line each. Raises as `installations` does."""
    return "\n".join(map(str, await seen(settings))) or NOBODY


async def reseal(settings: Settings) -> str:
    """Encrypt all tokens with the first key; return how many. Raises as `installations` does."""
    async with installations(settings) as kept:
        try:
            count = await kept.reseal()
        except SealedError as error:
            raise SettingsError([f"PARLEY_ENCRYPTION_KEY: {error}; nothing was changed."]) from error
    return f"{count} encrypted with the first key. Remove the others once every replica has it."
