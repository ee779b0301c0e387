"""Migrations: bring a database to this version's tables, and tell which version it has."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bot.db.engine import Database, normalise, postgresql_engine, sqlite_writer
from bot.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

SCRIPTS = Path(__file__).parents[2] / "migrations"

# Any number will do, as long as nothing else in the database locks it.
LOCK = 7_275_391_700
# Building an index may take long, and so may waiting for another replica that builds it. In seconds.
STATEMENT_TIMEOUT = 600.0


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to this version's tables, or to those of `revision`, all or nothing.

    Replicas that start together wait for each other.

    Raises `SettingsError` for a URL of no use, else what the database or the driver raises.
    """
    engine = migration_engine(normalise(url))
    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(lambda sync: command.upgrade(config(sync), revision))
    finally:
        await engine.dispose()


async def current(url: str) -> str | None:
    """Return the revision that the database is at, None where it has no tables yet. Raises as `upgrade` does."""
    address = normalise(url)
    if address.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(address.database or "").exists):
        return None
    database = Database.open(url)
    try:
        async with database.reader.connect() as connection:
            return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    finally:
        await database.close()


async def check(url: str) -> None:
    """Raise `SettingsError` unless the database has this version's tables; else raise as `upgrade` does."""
    at, needed = await current(url), head()
    if at != needed:
        at = at or "none"
        raise SettingsError([f"The database is at version {at}, needed is {needed}: run `python -m bot migrate`."])


def head() -> str:
    """Return the revision that this version of the bot needs."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    if revision is None:
        raise LookupError(f"no migration in {SCRIPTS.name}/")
    return revision


def migration_engine(address: URL) -> AsyncEngine:
    """Make an engine to migrate with.

    SQLite changes a table by writing a new one and dropping the old, which must not cascade: its foreign keys are off.
    """
    if address.get_backend_name() == "sqlite":
        return sqlite_writer(address, foreign_keys=False, lock_timeout=STATEMENT_TIMEOUT)
    return postgresql_engine(address, statement_timeout=STATEMENT_TIMEOUT)


def config(connection: Connection | None = None) -> Config:
    """Make Alembic's configuration, which needs no file."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made
