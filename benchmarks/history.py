"""What reading a thread's history costs a turn: queries and milliseconds, by the thread's length."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, cast

from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import Record
from bot.db import migrate
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.db.threads import record

if TYPE_CHECKING:
    from pathlib import Path

    from bot.db.sqlite_driver import Connection

LENGTHS = (1, 20, 200, 2000)  # messages
TIMES = 20  # readings
TEXT = "A sentence of a usual length, as people write them in a thread. " * 3


@dataclass(frozen=True, slots=True)
class Reading:
    """How many queries one reading took, and its milliseconds (the median), in a thread of `length` messages."""

    length: int
    queries: int
    milliseconds: float


async def readings(folder: Path) -> list[Reading]:
    """Read threads of several lengths, on SQLite, by the bot's own store."""
    url = f"sqlite:///{folder / 'history.db'}"
    await migrate.upgrade(url)
    database = Database.open(url)
    try:
        return [await _reading(database, length) for length in LENGTHS]
    finally:
        await database.close()


async def _reading(database: Database, length: int) -> Reading:
    place = Place("T1", "C1", str(length))
    messages = tuple(Message(Role.USER, "U1", TEXT, f"{number}.000100") for number in range(length))
    async with database.writer.begin() as connection:
        await connection.run_sync(record, Record(place, "U1", messages=messages))
    store = sql_store(database)
    await store.threads.load(place)  # once before it counts: the statement gets compiled, the connection made
    statements: list[str] = []
    async with database.reader.connect() as connection:
        driver = cast("Connection", (await connection.get_raw_connection()).driver_connection)
    await driver.call(lambda: driver.file.set_trace_callback(statements.append))
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        await store.threads.load(place)
        times.append(time.perf_counter() - start)
    queries = sum(statement.startswith(("SELECT", "WITH")) for statement in statements) // TIMES
    return Reading(length, queries, median(times) * 1000)
