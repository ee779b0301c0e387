"""The database: its URL, its connections, its health."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import stamina
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.db import postgresql_driver, sqlite_driver
from bot.db.statement_cache import compiled_once
from bot.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

# All in seconds: how long to wait for a free connection, a new one, a lock, one statement, and an answer to check().
POOL_TIMEOUT = 5.0
CONNECT_TIMEOUT = 5.0
LOCK_TIMEOUT = 5.0
STATEMENT_TIMEOUT = 10.0
CHECK_TIMEOUT = 2.0

POSTGRESQL_CONNECTIONS = 10
SQLITE_READERS = 4

# The least that makes the database write something that changes nothing. A full disk, a read-only file, a standby
# server and one that was set to read-only each refuse it. SQLite would skip an UPDATE to the same value.
SMALLEST_WRITE = {
    "sqlite": "PRAGMA user_version = 0",
    "postgresql": "UPDATE alembic_version SET version_num = version_num",
}

DRIVERS = {
    "sqlite": sqlite_driver.DRIVER,
    "sqlite+aiosqlite": sqlite_driver.DRIVER,
    "postgres": postgresql_driver.DRIVER,
    "postgresql": postgresql_driver.DRIVER,
    "postgresql+asyncpg": postgresql_driver.DRIVER,
}


@dataclass(frozen=True, slots=True)
class Database:
    """One database with its connections: `writer` for changes, `reader` for everything else.

    SQLite has a single writer, whose transactions take the write lock at their beginning, and readers beside it that
    see the last commit. PostgreSQL has one pool for both. Each wait for the database ends after some seconds.
    """

    reader: AsyncEngine
    writer: AsyncEngine

    @classmethod
    def open(cls, url: str) -> Database:
        """Prepare the connections; none is opened yet. Raises `SettingsError` for an unusable URL."""
        address = normalize(url)
        if address.get_backend_name() == "sqlite":
            return cls(reader=sqlite_reader(address), writer=sqlite_writer(address))
        engine = postgresql_engine(address)
        return cls(reader=engine, writer=engine)

    async def check(self) -> None:
        """Do one read and one write, within two seconds each.

        Raises what the database or the driver raises, on PostgreSQL also where there are no tables yet.
        """
        async with asyncio.timeout(CHECK_TIMEOUT), self.reader.connect() as connection:
            await connection.execute(text("SELECT 1"))
        async with asyncio.timeout(CHECK_TIMEOUT), self.writer.begin() as connection:
            await connection.execute(text(SMALLEST_WRITE[connection.dialect.name]))

    async def close(self) -> None:
        """Close all connections."""
        await self.reader.dispose()
        await self.writer.dispose()


def normalize(url: str) -> URL:
    """Turn `DATABASE_URL`, in any of its usual spellings, into one with our driver.

    Raises `SettingsError`, whose sentence never repeats the URL: it may hold a password.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(
            ["DATABASE_URL is not a database URL, such as sqlite:///data/parley.db or postgresql://user@host/name."]
        ) from None
    if address.drivername not in DRIVERS:
        raise SettingsError(["DATABASE_URL must start with sqlite:/// or postgresql://."])
    address = address.set(drivername=DRIVERS[address.drivername])
    if not address.database or address.database.startswith((":", "file:")):
        raise SettingsError(["DATABASE_URL must name a database: a file for SQLite, a name for PostgreSQL."])
    options = dict(address.query)
    if "sslmode" in options and address.get_backend_name() == "postgresql":
        options["ssl"] = options.pop("sslmode")  # libpq's name for it, which hosting services hand out
    if options.keys() - ({"ssl"} if address.get_backend_name() == "postgresql" else set()):
        raise SettingsError(["DATABASE_URL can have no options after '?' except PostgreSQL's sslmode."])
    return address.set(query=options)


def sqlite_writer(address: URL, *, foreign_keys: bool = True, lock_timeout: float = LOCK_TIMEOUT) -> AsyncEngine:
    """Make the engine with SQLite's only writing connection, which waits `lock_timeout` seconds for its lock.

    Creates the folder of the file.
    """
    Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    # What was erased is overwritten: some builds of SQLite leave it in the file until its place is needed.
    erasing = "secure_delete = ON"
    pragmas = ("synchronous = FULL", f"foreign_keys = {int(foreign_keys)}", erasing)
    return sqlite_engine(address, writes=True, begin="BEGIN IMMEDIATE", pragmas=pragmas, lock_timeout=lock_timeout)


def sqlite_reader(address: URL) -> AsyncEngine:
    """Make the engine with SQLite's reading connections, which can't write."""
    return sqlite_engine(address, writes=False, begin="BEGIN", pragmas=("query_only = 1",))


def sqlite_engine(
    address: URL, *, writes: bool, begin: str, pragmas: tuple[str, ...], lock_timeout: float = LOCK_TIMEOUT
) -> AsyncEngine:
    """Make an engine whose transactions start with `begin`, as the driver would only start one at the first change."""
    file = partial(open_sqlite_file, str(address.database), timeout=lock_timeout, writes=writes, pragmas=pragmas)

    engine = create_async_engine(
        address,
        async_creator=partial(sqlite_driver.Connection.open, file, begin=begin),
        pool_size=1 if writes else SQLITE_READERS,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        pool_use_lifo=True,  # the one that was last used has the most in its caches
        execution_options=compiled_once(),
        hide_parameters=True,  # they are people's words, and errors get logged
    )

    @event.listens_for(engine.sync_engine, "begin")
    def start_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def postgresql_engine(address: URL, *, statement_timeout: float = STATEMENT_TIMEOUT) -> AsyncEngine:
    """Make the engine for PostgreSQL; `statement_timeout` is in seconds."""
    return create_async_engine(
        address,
        pool_size=POSTGRESQL_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        pool_pre_ping=True,
        pool_use_lifo=True,  # as above
        execution_options=compiled_once(),
        hide_parameters=True,  # they are people's words, and errors get logged
        connect_args={
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": statement_timeout,
            "server_settings": {
                "application_name": "parley",
                # A replica that is frozen in the middle of a transaction must not keep its locks from the others.
                "idle_in_transaction_session_timeout": "10000",
                # Plans that are kept from when the inbox was empty take seconds when thousands wait in it.
                "plan_cache_mode": "force_custom_plan",
            },
        },
    )


def open_sqlite_file(file: str, *, timeout: float, writes: bool, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    """Open a file; `timeout`, in seconds, is for a lock. `writes` makes it a WAL file. Raises what SQLite raises."""
    connection = sqlite3.connect(file, timeout=timeout, isolation_level=None, check_same_thread=False)
    if writes:
        # Of processes that change the mode of a new file together, some are refused at once, whatever the timeout.
        for attempt in stamina.retry_context(
            on=is_busy, attempts=None, timeout=timeout, wait_initial=0.01, wait_max=0.1
        ):
            with attempt:
                connection.execute("PRAGMA journal_mode = WAL").fetchall()
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def is_busy(error: Exception) -> bool:
    """Return whether the error says that another process has the file's lock."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY
