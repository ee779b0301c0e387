"""Inboxes on real databases."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from sqlalchemy import delete, select, text, update

from bot.db.engine import Database
from bot.work import Inbox, InboxLimits
from bot.work.table import inbox as table
from tests.integration.work.stand_ins import FlakyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy import Row


LIMITS = {one.name for one in fields(InboxLimits)}


class Replicas(Protocol):
    """Makes inboxes, each with connections of its own as in a process of its own."""

    def __call__(self, **options: Any) -> Inbox: ...


class Rows:
    """What the table says, past the inbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, delivery: str) -> Row[Any]:
        async with self._database.reader.connect() as connection:
            return (await connection.execute(select(table).where(table.c.delivery == delivery))).one()

    async def of(self, kind: str) -> list[Row[Any]]:
        async with self._database.reader.connect() as connection:
            return list(await connection.execute(select(table).where(table.c.kind == kind).order_by(table.c.id)))

    async def set(self, delivery: str, /, **values: Any) -> None:
        async with self._database.writer.begin() as connection:
            await connection.execute(update(table).where(table.c.delivery == delivery).values(**values))

    async def forget(self, kind: str) -> None:
        """Delete the rows of a kind, as if none had ever come."""
        async with self._database.writer.begin() as connection:
            await connection.execute(delete(table).where(table.c.kind == kind))

    async def ids(self) -> list[str]:
        async with self._database.reader.connect() as connection:
            return list(await connection.scalars(select(table.c.delivery)))

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Keep everybody else from writing, as a database in trouble does, until all leases have run out."""
        return lock(self._database)


@asynccontextmanager
async def lock(database: Database) -> AsyncIterator[None]:
    async with database.writer.begin() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        # On SQLite, whatever comes first in the writer's transaction takes the lock.
        await connection.execute(text("LOCK TABLE inbox IN EXCLUSIVE MODE" if is_postgresql else "SELECT 1"))
        await connection.execute(update(table).where(table.c.lease_until.is_not(None)).values(lease_until=0))
        yield


@pytest.fixture
def rows(database: Database) -> Rows:
    return Rows(database)


@pytest.fixture
async def replica(url: str) -> AsyncIterator[Replicas]:
    async with replicas(url) as make:
        yield make


@pytest.fixture
async def sqlite_replica(sqlite_url: str) -> AsyncIterator[Replicas]:
    async with replicas(sqlite_url) as make:
        yield make


@pytest.fixture
async def postgresql_replica(postgresql_url: str) -> AsyncIterator[Replicas]:
    async with replicas(postgresql_url) as make:
        yield make


@asynccontextmanager
async def replicas(url: str) -> AsyncIterator[Replicas]:
    made: list[tuple[Inbox, Database]] = []

    def make(**options: Any) -> Inbox:
        database = Database.open(url)
        usual = {"poll": 0.05, "backoff": 0.01, "accept": 30}
        limits = usual | {name: options.pop(name) for name in LIMITS & options.keys()}
        whom: dict[str, Any] = {"is_transient": lambda e: isinstance(e, FlakyError)} | options
        inbox = Inbox(database.writer, InboxLimits(**limits), **whom)
        made.append((inbox, database))
        return inbox

    yield make
    for inbox, database in made:
        await inbox.stop(grace=0)
        await database.close()
