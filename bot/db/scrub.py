"""After an erasure: remove it from SQLite's full-text indexes and log, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import text

if TYPE_CHECKING:
    from bot.db.engine import Database
    from bot.db.sqlite_driver import Connection

PAGES = 500  # of the index in one transaction: SQLite has one writer, which must not be kept long
MOST_STEPS = 1_000

# A negative number takes all of the index in hand, a positive one goes on with it; the rows that changed tell whether
# there was anything left to do. https://www.sqlite.org/fts5.html#the_merge_command
_MERGES = {
    index: text(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', :pages)")  # noqa: S608 (our own names)
    for index in ("feedback_words", "feedback_search", "message_search", "knowledge_search")
}
_CHANGES = text("SELECT total_changes()")
# By index: of what was taken out of it since. Triggers tell.
_SETTLED = {
    index: text(f"DELETE FROM {index}_stale")  # noqa: S608 (as above)
    for index in ("feedback_search", "message_search", "knowledge_search")
}
_STALE = text(" UNION ALL ".join(f"SELECT id FROM {index}_stale" for index in _SETTLED))  # noqa: S608 (as above)


async def is_stale(database: Database) -> bool:
    """Return whether an index still has words of what was edited or deleted. Raises as `settle` does."""
    if database.reader.dialect.name != "sqlite":
        return False
    async with database.reader.connect() as connection:
        return (await connection.execute(_STALE)).first() is not None


async def settle(database: Database) -> None:
    """Remove what was erased from the files. PostgreSQL's vacuum does that by itself.

    The full-text indexes mark deleted rows and drop them when they are merged; the log keeps them until it is
    checkpointed. A concurrent reader can prevent the latter; then the next time will do. Raises what the database
    raises.
    """
    if database.writer.dialect.name != "sqlite":
        return
    for index in _MERGES:
        await _merge_all(database, index)
    async with database.writer.connect() as connection:
        # Not in a transaction, which each statement of SQLAlchemy's would begin.
        driver = cast("Connection", (await connection.get_raw_connection()).driver_connection)
        # What it says is read to its end: a statement in progress lets the connection's next commit fail.
        await driver.call(lambda: driver.file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())


async def _merge_all(database: Database, index: str) -> None:
    pages = -PAGES
    for _ in range(MOST_STEPS):
        async with database.writer.begin() as connection:
            before = (await connection.execute(_CHANGES)).scalar_one()
            await connection.execute(_MERGES[index], {"pages": pages})
            changed = (await connection.execute(_CHANGES)).scalar_one() - before
            is_whole = changed < 2  # noqa: PLR2004 (as SQLite's page has it: one is the command itself)
            if is_whole and index in _SETTLED:
                await connection.execute(_SETTLED[index])
        if is_whole:
            break
        pages = PAGES
