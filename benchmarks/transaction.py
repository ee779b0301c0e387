"""What a transaction on SQLite computes, awaited and as a function: `python -m benchmarks.transaction`."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.db import migrate
from bot.db.engine import Database
from bot.transaction import transact
from bot.work.lease import KEEP

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy import Connection

STATEMENTS = 5
TIMES = 400
NOTHING = {"its_id": 0, "its_token": 0, "new_state": "{}"}  # updates no row


async def measure() -> None:
    """Run both ways in turn, three times, and print the milliseconds of computing that a transaction took in each."""
    with TemporaryDirectory(prefix="benchmark-") as folder:
        url = f"sqlite:///{Path(folder) / 'parley.db'}"
        await migrate.upgrade(url)
        database = Database.open(url)

        async def awaited() -> None:
            async with database.writer.begin() as connection:
                for _ in range(STATEMENTS):
                    await connection.execute(KEEP, NOTHING)

        def work(connection: Connection) -> None:
            for _ in range(STATEMENTS):
                connection.execute(KEEP, NOTHING)

        async def plain() -> None:
            await transact(database.writer, work)

        for _ in range(3):
            print(f"awaited {await _milliseconds(awaited):.2f} ms, plain {await _milliseconds(plain):.2f} ms")
        await database.close()


async def _milliseconds(run: Callable[[], Awaitable[None]]) -> float:
    await run()  # once before it counts: statements get compiled
    start = time.process_time()
    for _ in range(TIMES):
        await run()
    return (time.process_time() - start) / TIMES * 1000


if __name__ == "__main__":
    asyncio.run(measure())
