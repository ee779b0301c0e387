"""The database's URL, its connections and its health."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from functools import partial
from typing import TYPE_CHECKING, cast

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from bot.db import sqlite_driver
from bot.db.engine import Database, normalize, open_sqlite_file
from bot.db.statement_cache import compiled_once
from bot.db.tables import SettingsRow
from bot.errors import SettingsError
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

SETTING = text("INSERT INTO settings VALUES ('T', 'C', '', '{}', 1, '', '2026-11-22 12:00:00')")
SETTINGS = text("SELECT count(*) FROM settings")
BACKEND = text("SELECT pg_backend_pid()")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///data/parley.db", "sqlite+threaded:///data/parley.db"),
        ("sqlite:////var/parley.db", "sqlite+threaded:////var/parley.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite+threaded:///x.db"),
        ("postgres://u:p@h:5433/parley", "postgresql+pinged://u:p@h:5433/parley"),
        ("postgresql://u@h/parley", "postgresql+pinged://u@h/parley"),
        ("postgresql+asyncpg://u@h/parley", "postgresql+pinged://u@h/parley"),
        ("postgres://u@h/parley?sslmode=require", "postgresql+pinged://u@h/parley?ssl=require"),
    ],
)
def test_each_spelling_gets_our_driver(given: str, used: str) -> None:
    assert normalize(given).render_as_string(hide_password=False) == used


@pytest.mark.parametrize(
    "url",
    [
        "",
        "parley.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite:///x.db?timeout=1",
        "mysql://root:hunter2@h/parley",
        "postgresql://u:hunter2@h",
        "postgresql://u:hunter2@h:port/parley",
        "postgresql://u:hunter2@h/parley?target_session_attrs=any",
        "postgresql+psycopg://u:hunter2@h/parley",
        "hunter2",
    ],
)
def test_a_useless_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Database.open(url)
    (fault,) = refusal.value.faults
    assert fault.startswith("DATABASE_URL ")
    assert fault.endswith(".")
    assert "hunter2" not in fault


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/data/deep/parley.db")
    await database.check()
    await database.close()
    assert (tmp_path / "data/deep/parley.db").exists()


async def test_a_healthy_database_passes_its_check(database: Database) -> None:
    await database.check()


async def test_a_check_of_sqlite_really_writes(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/parley.db")
    log = tmp_path / "parley.db-wal"
    await database.check()
    before = log.stat().st_size
    await database.check()
    assert log.stat().st_size > before
    await database.close()


async def test_a_server_that_is_gone_fails_its_check() -> None:
    database = Database.open("postgresql://postgres@127.0.0.1:1/parley")
    with pytest.raises(OSError, match="Connect call failed"):
        await database.check()
    await database.close()


@pytest.mark.postgresql
async def test_a_read_only_server_fails_its_check(postgresql_url: str) -> None:
    database = Database.open(postgresql_url)
    async with database.writer.begin() as connection:
        name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
        await connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    await database.close()
    with pytest.raises(DBAPIError, match="read-only"):
        await database.check()
    await database.close()


async def test_readers_of_sqlite_cannot_write(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/parley.db")
    await database.check()
    with pytest.raises(OperationalError):
        async with database.reader.begin() as connection:
            await connection.execute(text("CREATE TABLE x (y)"))
    await database.close()


async def test_sqlite_reads_while_it_writes(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/parley.db")
    async with database.writer.begin() as connection:
        await connection.execute(text("CREATE TABLE x (y)"))
    async with database.writer.begin() as writing, database.reader.begin() as reading:
        await writing.execute(text("INSERT INTO x VALUES (1)"))
        assert (await reading.execute(text("SELECT count(*) FROM x"))).scalar_one() == 0
    await database.close()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
async def test_sqlite_keeps_what_it_commits(tmp_path: Path, pragma: str, value: object) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/parley.db")
    async with database.writer.begin() as connection:
        assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value
    await database.close()


async def test_a_closed_connection_refuses_calls(tmp_path: Path) -> None:
    open_file = partial(open_sqlite_file, f"{tmp_path}/x.db", timeout=1, writes=True, pragmas=())
    connection = await sqlite_driver.Connection.open(open_file, begin="BEGIN")
    for _ in range(2):
        await connection.close()
    with pytest.raises(sqlite3.ProgrammingError):
        await connection.transact(lambda _: None)


async def test_cancelled_transactions_leave_nothing_behind(database: Database) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with database.writer.begin() as connection:
            await connection.execute(SETTING)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])
    async with database.writer.begin() as connection:
        assert (await connection.execute(SETTINGS)).scalar_one() == 0


async def test_a_cancelled_write_leaves_nothing_behind(postgresql_url: str) -> None:
    database, others, inside = Database.open(postgresql_url), Database.open(postgresql_url), asyncio.Event()
    in_the_loop = asyncio.get_running_loop().call_soon_threadsafe

    def write(connection: Connection) -> None:
        connection.execute(SETTING)
        in_the_loop(inside.set)
        connection.execute(text("SELECT count(*) FROM settings, (SELECT pg_sleep(30)) AS a_while"))

    try:
        task = asyncio.create_task(transact(database.writer, write))
        await inside.wait()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        async with others.writer.begin() as connection:
            await connection.execute(text("LOCK TABLE settings IN ACCESS EXCLUSIVE MODE"))  # waits for five seconds
            assert (await connection.execute(SETTINGS)).scalar_one() == 0
        assert await transact(database.writer, lambda again: again.execute(SETTINGS).scalar_one()) == 0
    finally:
        await database.close()
        await others.close()


async def test_a_connection_the_server_closed_is_replaced(postgresql_url: str) -> None:
    database, others, closed = Database.open(postgresql_url), Database.open(postgresql_url), asyncio.Event()
    end = text("SELECT pg_terminate_backend(:backend)")
    try:
        backend = await transact(database.writer, lambda ours: ours.execute(BACKEND).scalar_one())
        async with database.writer.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver
            driver.add_termination_listener(lambda _: closed.set())
        await transact(others.writer, lambda theirs: theirs.execute(end, {"backend": backend}))
        async with asyncio.timeout(30):
            await closed.wait()
        assert await transact(database.writer, lambda ours: ours.execute(BACKEND).scalar_one()) != backend
    finally:
        await database.close()
        await others.close()


async def test_engines_share_what_they_compile(database: Database, url: str) -> None:
    another = Database.open(url)
    kept = compiled_once()["compiled_cache"]
    try:
        async with database.reader.connect() as connection:
            await connection.execute(select(SettingsRow.sheet))
        known = len(kept)
        async with another.reader.connect() as connection:
            await connection.execute(select(SettingsRow.sheet))
        assert len(kept) == known > 0
    finally:
        await another.close()


async def test_a_failed_commit_leaves_nothing_open(database: Database) -> None:
    def write(connection: Connection) -> None:
        parent = "parent BIGINT REFERENCES threads (id) DEFERRABLE INITIALLY DEFERRED"
        connection.execute(text(f"CREATE TABLE orphans ({parent})"))
        connection.execute(text("INSERT INTO orphans VALUES (1)"))

    for _ in range(3):  # the second passes even where the first was left open
        with pytest.raises(IntegrityError):
            await transact(database.writer, write)


async def test_a_cancelled_transaction_ends_before_the_next(sqlite_url: str) -> None:
    database, begun, may_end = Database.open(sqlite_url), threading.Event(), threading.Event()

    def write(connection: Connection) -> None:
        connection.execute(SETTING)
        begun.set()
        may_end.wait()

    def count(connection: Connection) -> int:
        return int(connection.execute(SETTINGS).scalar_one())

    writing = asyncio.create_task(transact(database.writer, write))
    await asyncio.to_thread(begun.wait)
    writing.cancel()
    await asyncio.wait([writing])
    counting = asyncio.create_task(transact(database.writer, count))
    asyncio.get_running_loop().call_soon(may_end.set)
    assert await counting == 1
    await database.close()


async def refuse_to_roll_back(writer: AsyncEngine) -> None:
    """Let SQLite itself refuse it on the connection that there is, as a full or failing disk can make it do."""

    def judge(action: int, operation: str | None, *_: object) -> int:
        is_refused = action == sqlite3.SQLITE_TRANSACTION and operation == "ROLLBACK"
        return sqlite3.SQLITE_DENY if is_refused else sqlite3.SQLITE_OK

    async with writer.connect() as connection:
        driver = cast("sqlite_driver.Connection", (await connection.get_raw_connection()).driver_connection)
    await driver.call(lambda: driver.file.set_authorizer(judge))


async def awaited(writer: AsyncEngine) -> None:
    async with writer.begin() as connection:
        await connection.execute(SETTING)
        raise LookupError


async def plain(writer: AsyncEngine) -> None:
    def write(connection: Connection) -> None:
        connection.execute(SETTING)
        raise LookupError

    await transact(writer, write)


@pytest.mark.parametrize("fail", [awaited, plain])
async def test_a_failed_rollback_leaves_nothing_open(
    sqlite_url: str, fail: Callable[[AsyncEngine], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    database = Database.open(sqlite_url)
    await refuse_to_roll_back(database.writer)
    with pytest.raises((LookupError, DBAPIError)):
        await fail(database.writer)
    assert await transact(database.writer, lambda connection: connection.execute(SETTINGS).scalar_one()) == 0
    await transact(database.writer, lambda connection: connection.execute(SETTING))
    async with database.writer.begin() as connection:
        assert (await connection.execute(SETTINGS)).scalar_one() == 1
    await database.close()
    assert [one.getMessage() for one in caplog.records if one.name == sqlite_driver.__name__] == [
        "a rollback failed, so the file is opened again: DatabaseError"
    ]


class ClosingLoop(asyncio.SelectorEventLoop):
    """Is closed as soon as one has read that it is open: the other thread was faster."""

    was_read = False

    def is_closed(self) -> bool:
        if self.was_read:
            return super().is_closed()
        self.was_read = True
        self.close()
        return False


def test_a_result_may_outlive_its_loop() -> None:
    loop = ClosingLoop()
    done: asyncio.Future[int] = loop.create_future()
    for _ in range(2):
        sqlite_driver.settle(done, done.set_result, 1)
        loop.is_closed()
    assert not done.done()
