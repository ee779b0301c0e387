"""SQLite's connections: a statement and its rows, or a transaction, by one trip to the thread, none for nothing."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

import aiosqlite
import stamina
from sqlalchemy import StaticPool, create_engine, event

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection as Transaction
    from sqlalchemy import Engine

T = TypeVar("T")


class Connection(aiosqlite.Connection):
    """A connection to a file, in autocommit mode; `timeout`, in seconds, is for a lock. `writes` makes it a WAL file.

    `begin` is the statement that begins a transaction.

    aiosqlite's own cursors go to the thread to be made, to execute, to fetch and to be closed. While the loop is busy,
    each trip costs milliseconds for which the only writer is taken. So a transaction begins with its first statement,
    and where none is open there is nothing to commit or to roll back, as SQLAlchemy's pool does each time.
    """

    def __init__(self, file: str, *, timeout: float, begin: str, writes: bool) -> None:
        super().__init__(partial(opened, file, timeout=timeout, writes=writes), iter_chunk_size=64)
        self._thread.daemon = True  # as SQLAlchemy has it: it must not keep a process that is done
        self._begin = begin
        self._beginning = ""
        self._is_touched = False
        self._engine: Engine | None = None

    def cursor(self) -> Cursor:  # type: ignore[override] # all that SQLAlchemy's adapter asks of a cursor
        """Make a cursor. Nothing goes to the thread."""
        return Cursor(self)

    def begin(self, statement: str) -> None:
        """Begin a transaction by a statement that is executed with the next one, and raises there what it raises."""
        self._beginning = statement

    async def run(self, execute: Callable[[sqlite3.Connection], sqlite3.Cursor], cursor: Cursor) -> None:
        """Execute a statement on the thread, and let `cursor` hold what came of it."""
        beginning, self._beginning, self._is_touched = self._beginning, "", True

        def run() -> None:
            if beginning:
                self._conn.execute(beginning)
            cursor.hold(execute(self._conn))

        await self._execute(run)  # type: ignore[no-untyped-call] # aiosqlite's

    async def commit(self) -> None:
        """Commit, if something was executed. Raises what SQLite raises."""
        self._beginning = ""
        if self._is_touched:
            await super().commit()
            self._is_touched = False  # here only: a commit that fails leaves the transaction open

    async def rollback(self) -> None:
        """Roll back, if something was executed, before whatever comes next. Nobody has to wait for that."""
        self._beginning = ""
        if self._is_touched:
            self._tx.put_nowait((None, self._conn.rollback))
            self._is_touched = False

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` on the thread, in a transaction. Raises what that raises, or what the database raises."""

        def run() -> T:
            with self._on_thread().begin() as transaction:
                return work(transaction)

        done: T = await self._execute(run)  # type: ignore[no-untyped-call] # aiosqlite's
        return done

    def _on_thread(self) -> Engine:
        """Make an engine, once, which has this connection and no other, and is used on its thread alone."""
        if self._engine is None:
            self._engine = create_engine(
                "sqlite://",
                creator=lambda: self._conn,
                poolclass=StaticPool,
                hide_parameters=True,  # they are people's words, and errors get logged
            )

            @event.listens_for(self._engine, "begin")
            def start_transaction(transaction: Transaction) -> None:
                transaction.exec_driver_sql(self._begin)

        return self._engine


class Cursor:
    """What came of a statement, all of its rows."""

    def __init__(self, connection: Connection) -> None:
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._rows: list[Any] = []
        self._connection = connection

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> None:  # noqa: ANN401 - the driver's own
        """Execute a statement. Raises what SQLite raises."""
        if statement.startswith("BEGIN"):
            self._connection.begin(statement)
            return
        await self._connection.run(lambda connection: connection.execute(statement, parameters), self)

    async def executemany(self, statement: str, parameters: Any) -> None:  # noqa: ANN401 - as above
        """Execute a statement once for each of `parameters`. Raises what SQLite raises."""
        await self._connection.run(lambda connection: connection.executemany(statement, parameters), self)

    async def fetchall(self) -> list[Any]:
        """Return the rows."""
        return self._rows

    async def close(self) -> None:
        """Do nothing: all rows are here."""

    def hold(self, done: sqlite3.Cursor) -> None:
        """Take over what came of a statement."""
        self.description, self.rowcount, self.lastrowid = done.description, done.rowcount, done.lastrowid
        self._rows = done.fetchall() if done.description else []


def opened(file: str, *, timeout: float, writes: bool) -> sqlite3.Connection:
    """Open a file; runs on the connection's thread. Raises what SQLite raises."""
    connection = sqlite3.connect(file, timeout=timeout, isolation_level=None, check_same_thread=False)
    if writes:
        # Of processes that change the mode of a new file together, some are refused at once, whatever the timeout.
        for attempt in stamina.retry_context(
            on=is_busy, attempts=None, timeout=timeout, wait_initial=0.01, wait_max=0.1
        ):
            with attempt:
                connection.execute("PRAGMA journal_mode = WAL").fetchall()
    return connection


def is_busy(error: Exception) -> bool:
    """Tell whether somebody else has the file's lock."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY
