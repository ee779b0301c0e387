"""What a database is told, wherever it is told so."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.db.sqlite_driver import Connection


@asynccontextmanager
async def listened(engine: AsyncEngine) -> AsyncIterator[list[str]]:
    """Collect the statements that an engine executes, and its commits.

    On SQLite, those of the connection that the engine gives first, as SQLite itself tells them.
    """
    heard: list[str] = []
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            driver = cast("Connection", (await connection.get_raw_connection()).driver_connection)
        await driver.call(lambda: driver.file.set_trace_callback(heard.append))
        yield heard
        await driver.call(lambda: driver.file.set_trace_callback(None))
        return

    def execute(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    def commit(_connection: Any) -> None:
        heard.append("COMMIT")

    event.listen(engine.sync_engine, "before_cursor_execute", execute)
    event.listen(engine.sync_engine, "commit", commit)
    yield heard
    event.remove(engine.sync_engine, "before_cursor_execute", execute)
    event.remove(engine.sync_engine, "commit", commit)
