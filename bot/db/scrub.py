"""After an erasure: remove it from SQLite's full-text index and log, too."""

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
_MERGE = text("INSERT INTO feedback_words (feedback_words, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")


async def settle(database: Database) -> None:
    """Remove what was erased from the files. PostgreSQL's vacuum does that by itself.

    The full-text index marks deleted rows and drops them when it is merged; the log keeps them until it is
    checkpointed. A concurrent reader can prevent the latter; then the next time will do. Raises what the database
    raises.
    """
    if database.writer.dialect.name != "sqlite":
        return
    pages = -PAGES
    for _ in range(MOST_STEPS):
        async with database.writer.begin() as connection:
            before = (await connection.execute(_CHANGES)).scalar_one()
            await connection.execute(_MERGE, {"pages": pages})
            changed = (await connection.execute(_CHANGES)).scalar_one() - before
        if changed < 2:  # noqa: PLR2004 (as SQLite's page has it: one is the command itself)
            break
        pages = PAGES
    async with database.writer.connect() as connection:
        # Not in a transaction, which each statement of SQLAlchemy's would begin.
        driver = cast("Connection", (await connection.get_raw_connection()).driver_connection)
        # What it says is read to its end: a statement in progress lets the connection's next commit fail.
        await driver.call(lambda: driver.file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
