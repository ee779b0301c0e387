"""What is in a bot's database, asked by the driver itself: tests look often, and a look must cost next to nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import asyncpg

PATIENCE = 30.0  # seconds for a connection, a lock, an answer


class Rows:
    """Asks one database, over a connection that is made when it is first needed, and again after it broke."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._free = asyncio.Lock()

    async def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Return what a query finds."""
        if self._url.startswith("sqlite:///"):
            await asyncio.sleep(0)  # whoever asks again and again lets others run
            with closing(sqlite3.connect(self._url.removeprefix("sqlite:///"), timeout=PATIENCE)) as connection:
                return connection.execute(sql).fetchall()
        async with self._free:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._url, timeout=PATIENCE)
            return [tuple(row) for row in await self._connection.fetch(sql, timeout=PATIENCE)]

    async def aclose(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close(timeout=PATIENCE)
