"""SQLite's connections, each on its own thread: a statement with its rows, or a transaction, is one trip there."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from sqlalchemy import AsyncAdaptedQueuePool, StaticPool, create_engine, event
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection, AsyncAdapt_dbapi_module
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util.concurrency import await_

from bot.db.statement_cache import InterchangeableDialect, compiled_once

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy import Connection as Transaction
    from sqlalchemy.connectors.asyncio import AsyncIODBAPIConnection
    from sqlalchemy.engine.interfaces import DBAPIConnection

log = logging.getLogger(__name__)

T = TypeVar("T")
Call = tuple["asyncio.Future[Any]", "Callable[[], Any]"]

DRIVER = "sqlite+threaded"  # the name of `SqliteDialect` in a database's URL
INSIDE = "sqlite+inside"  # the name of `DialectInside`
CLOSED = "Cannot operate on a closed database."  # not for people: SQLAlchemy drops a connection by it


class Connection:
    """A connection in autocommit mode, and the thread that runs all its calls in order.

    `open_file` opens the file; `begin` is the statement that begins a transaction. It is what SQLAlchemy asks of an
    asyncio driver's connection (`AsyncIODBAPIConnection`).

    While the loop is busy, each trip to the thread and back costs milliseconds for which the only writer is taken. So a
    transaction begins with its first statement, and where none is open there is nothing to commit or to roll back, as
    SQLAlchemy's pool does each time.
    """

    def __init__(self, open_file: Callable[[], sqlite3.Connection], begin: str) -> None:
        self._open_file, self._begin = open_file, begin
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="sqlite", daemon=True)  # which keeps no process that is done
        self._beginning = ""
        self._is_touched = self._is_over = False
        self._is_lost = False

    @classmethod
    async def open(cls, open_file: Callable[[], sqlite3.Connection], *, begin: str) -> Self:
        """Open a file on a new thread. Raises what SQLite raises."""
        connection = cls(open_file, begin)
        connection._thread.start()
        try:
            await connection.call(connection._open)
        except BaseException:
            connection.stop()
            raise
        return connection

    def _open(self) -> None:
        """Open the file, and make an engine that has this connection and no other, for this thread alone."""
        self.file = self._open_file()
        engine = create_engine(
            f"{INSIDE}://",
            creator=lambda: self.file,
            poolclass=StaticPool,
            execution_options=compiled_once(),
            hide_parameters=True,  # they are people's words, and errors get logged
        )

        @event.listens_for(engine, "begin")
        def start_transaction(transaction: Transaction) -> None:
            transaction.exec_driver_sql(self._begin)

        self._transactions = engine.connect()
        self._is_lost = False

    def _work(self) -> None:
        """Run the calls, on the thread."""
        while call := self._calls.get():
            done, function = call
            try:
                if self._is_lost:
                    self._open()
                outcome = function()
            except BaseException as error:  # noqa: BLE001 (it goes to who waits)
                settle(done, done.set_exception, error)
            else:
                settle(done, done.set_result, outcome)

    async def call(self, function: Callable[[], T]) -> T:
        """Run a function on the thread, even when the caller is cancelled. Raises what it raises."""
        if self._is_over:
            raise sqlite3.ProgrammingError(CLOSED)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._calls.put((done, function))
        return await done

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` on the thread, in a transaction. Raises what that raises, or what the database raises."""

        def run() -> T:
            try:
                with self._transactions.begin():
                    return work(self._transactions)
            finally:
                if self.file.in_transaction:  # a commit that fails leaves it open
                    self._roll_back()

        return await self.call(run)

    # What SQLAlchemy's asyncio calls

    def cursor(self) -> Cursor:
        """Make a cursor. Nothing goes to the thread."""
        return Cursor(self)

    def begin(self, statement: str) -> None:
        """Begin a transaction by a statement that is executed with the next one, and raises there what it raises."""
        self._beginning = statement

    async def run(self, execute: Callable[[sqlite3.Connection], sqlite3.Cursor], cursor: Cursor) -> None:
        """Execute a statement, and store its result in `cursor`."""
        beginning, self._beginning, self._is_touched = self._beginning, "", True

        def run() -> None:
            if beginning:
                self.file.execute(beginning)
            cursor.hold(execute(self.file))

        await self.call(run)

    async def commit(self) -> None:
        """Commit, if something was executed. Raises what SQLite raises."""
        self._beginning = ""
        if self._is_touched:
            await self.call(self.file.commit)
            self._is_touched = False  # here only: a commit that fails leaves the transaction open

    async def rollback(self) -> None:
        """Roll back, if something was executed, before the next call. No one has to wait for it."""
        self._beginning = ""
        if self._is_touched:
            self._calls.put((asyncio.get_running_loop().create_future(), self._roll_back))
            self._is_touched = False

    def _roll_back(self) -> None:
        """Roll back, on the thread. Where SQLite refuses, close the file, which undoes all; the next call opens it."""
        try:
            self.file.rollback()
        except sqlite3.Error as error:
            log.warning("a rollback failed, so the file is opened again: %s", type(error).__name__)
            self._is_lost = True
            self._transactions.invalidate()
            self.file.close()

    async def close(self) -> None:
        """Close the file when all calls have run, and end the thread."""
        if not self._is_over:
            await self.call(self._close_file)
            self.stop()

    def _close_file(self) -> None:
        self.file.close()

    def stop(self) -> None:
        """End the thread when all calls have run."""
        self._is_over = True
        self._calls.put(None)


def settle(done: asyncio.Future[Any], settling: Callable[[Any], None], outcome: object) -> None:
    """Hand a call's result to the waiting task, on its loop; if the loop is gone, no one waits."""

    def tell() -> None:
        if not done.done():
            settling(outcome)

    with suppress(RuntimeError):  # the loop is closed
        done.get_loop().call_soon_threadsafe(tell)


class Cursor:
    """A statement's result, with all of its rows."""

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
        """Store a statement's result."""
        self.description, self.rowcount, self.lastrowid = done.description, done.rowcount, done.lastrowid
        self._rows = done.fetchall() if done.description else []


class Driver(AsyncAdapt_dbapi_module):
    """The module of the standard library, whose connections SQLAlchemy awaits."""

    def __init__(self) -> None:
        super().__init__(sqlite3)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(sqlite3, name)

    def connect(self, *, async_creator_fn: Callable[[], Awaitable[AsyncIODBAPIConnection]]) -> DBAPIConnection:
        """Connect by the engine's `async_creator`."""
        return cast("DBAPIConnection", AsyncAdapt_dbapi_connection(self, await_(async_creator_fn())))


class DialectInside(InterchangeableDialect, SQLiteDialect_pysqlite):
    """The SQLite dialect on the standard library's connection, for the thread of one."""

    supports_statement_cache = True

    def on_connect(self) -> None:  # type: ignore[override] # as its own superclass has it
        """Add no functions of Python's to the connection: no statement of ours calls them."""


class SqliteDialect(DialectInside):
    """The SQLite dialect on `Connection`."""

    driver = DRIVER.partition("+")[2]
    is_async = True
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Driver:
        """Return the driver."""
        return Driver()

    @classmethod
    def get_pool_class(cls, _: object) -> type[AsyncAdaptedQueuePool]:
        """Return the pool that waits without blocking the loop."""
        return AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's
        """Return our connection of SQLAlchemy's."""
        return connection.driver_connection


registry.register(DRIVER.replace("+", "."), __name__, SqliteDialect.__name__)
registry.register(INSIDE.replace("+", "."), __name__, DialectInside.__name__)
