"""Migrations: bring a database to this version's tables, and find its version."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from bot import PROGRAM
from bot.db.engine import Database, normalize, postgresql_engine, sqlite_writer
from bot.errors import SettingsError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import URL, Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

# In the wheel, pyproject.toml puts the scripts into the package; in a checkout, they lie beside it.
_PACKAGE = Path(__file__).parents[1]
SCRIPTS = next(filter(Path.is_dir, (_PACKAGE / "migrations", _PACKAGE.parent / "migrations")))
VERSION = "alembic_version"  # Alembic's table, whose one row names the revision
# What a script says of itself, and of the one before it; Alembic itself takes longer to import than to run.
TOLD = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)

# Any number will do, as long as nothing else in the database locks it.
LOCK = 7_275_391_700
# Building an index may take long, and so may waiting for another replica that builds it. In seconds.
STATEMENT_TIMEOUT = 600.0


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to this version's tables, or to those of `revision`, all or nothing.

    Replicas that start together wait for each other.

    Raises `SettingsError` for an unusable URL, else what the database or the driver raises.
    """
    if revision == "head" and await current(url) == head():
        return
    from alembic import command  # noqa: PLC0415 (it takes half a second, and most starts have nothing to migrate)

    engine = migration_engine(normalize(url))
    try:
        async with engine.begin() as connection:
            is_postgresql = connection.dialect.name == "postgresql"
            # On SQLite, a transaction has its lock from its first statement on, whatever that is.
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})" if is_postgresql else "SELECT 1"))
            await connection.run_sync(lambda sync: command.upgrade(config(sync), revision))
    finally:
        await engine.dispose()


async def current(url: str) -> str | None:
    """Return the database's revision, None if it has no tables yet. Raises as `upgrade` does."""
    if await is_missing(url):
        return None
    database = Database.open(url)
    try:
        return await _revision(database)
    finally:
        await database.close()


async def check(database: Database) -> None:
    """Raise `SettingsError` unless the database has this version's tables; else raise as `upgrade` does."""
    if (at := await _revision(database)) != head():
        raise outdated(at)


async def is_missing(url: str) -> bool:
    """Return whether the file does not exist yet; opening it would create it.

    Raises `SettingsError` for an unusable URL.
    """
    address = normalize(url)
    return address.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(address.database or "").exists)


def outdated(at: str | None) -> SettingsError:  # not for people: operators read it
    """Make the error of a database that is at revision `at`, None for that without tables."""
    what = f"is at version {at}, and this Parley needs {head()}" if at else "has no tables yet"
    return SettingsError([f"The database {what}: run `{PROGRAM} migrate`."])


async def _revision(database: Database) -> str | None:
    async with database.reader.connect() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table(VERSION)):
            return None
        return (await connection.execute(text(f"SELECT version_num FROM {VERSION}"))).scalar_one_or_none()  # noqa: S608 (a constant)


def head() -> str:
    """Return the revision that this version of the bot needs: the newest one."""
    revisions: set[str] = set()
    followed: set[str | None] = set()
    for script in (SCRIPTS / "versions").glob("*.py"):
        told = dict(TOLD.findall(script.read_text(encoding="utf-8")))
        revisions.add(told["revision"])
        followed.add(told.get("down_revision"))
    [revision] = revisions - followed
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
    from alembic.config import Config  # noqa: PLC0415 (as above)

    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made
