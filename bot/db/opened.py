"""The database opened for a while, as the bot and the operator's commands need it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.db import migrate
from bot.db.engine import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Open a database until the block is left.

    Raises `SettingsError` for an odd address and for tables of another version, and what the driver raises.
    """
    if await migrate.is_missing(url):
        raise migrate.outdated(None)
    database = Database.open(url)
    try:
        await migrate.check(database)
        yield database
    finally:
        await database.close()
