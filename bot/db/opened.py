"""Opening the database, for the bot and the operator's commands."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.db import migrate
from bot.db.engine import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Open a database until the block exits.

    Raises `SettingsError` for an unusable URL and for tables of another version, and what the driver raises.
    """
    if await migrate.is_missing(url):
        raise migrate.outdated(None)
    database = Database.open(url)
    try:
        await migrate.check(database)
        yield database
    finally:
        await database.close()
