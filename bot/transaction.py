"""A transaction as a plain function over a connection, which waits only for the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from sqlalchemy.util import greenlet_spawn
from sqlalchemy.util.concurrency import await_

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")


class Transactor(Protocol):
    """A driver's connection that runs a whole transaction."""

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction. Raises what that raises, and then nothing of it is stored."""


async def transact(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Run `work` in a transaction of its own; return what it returns. For what runs with each turn.

    On SQLite all of it takes one trip to the connection's thread, where SQLAlchemy needs no bridge to the loop: half of
    the computing of five awaited statements. `work` must not touch what belongs to the loop. When the caller is
    cancelled, it may be committed all the same. Raises what `work` raises, or what the database or the driver raises,
    and then nothing of it is stored.
    """

    def run() -> T:
        if engine.dialect.name != "sqlite":
            with engine.sync_engine.begin() as connection:
                return work(connection)
        lent = engine.sync_engine.raw_connection()
        try:
            return await_(cast("Transactor", lent.driver_connection).transact(work))
        finally:
            lent.close()

    return await greenlet_spawn(run)  # once: with `engine.begin()` there are four, and a task
