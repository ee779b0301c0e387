"""The calls that all replicas have taken from the chat platform's rate limits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from bot.core.domain.rate_limit import Lease, Window, slot_of
from bot.db.tables import RateRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from bot.db.engine import Database

# Seconds after which a limit that no one asked about is forgotten; its row says nothing then.
FORGOTTEN = 3_600.0


class SqlQuota:
    """`bot.core.ports.quota.Quota` on a database: one row per limit, locked while it is changed.

    Counted by the replicas' own clocks, which can differ by some seconds.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def lease(self, key: str, wanted: int, limit: int, back: tuple[int, int]) -> Lease:
        """Take up to `wanted` calls of `limit`; give `back` those of a slot that were never made."""

        def take(connection: Connection) -> Lease:
            window = _window(connection, key, self._clock())
            now = self._clock()
            window.give_back(*back)
            granted = window.take(now, wanted, limit)
            _keep(connection, key, window, now)
            return Lease(slot_of(now), granted, window.used(now))

        return await transact(self._database.writer, take)

    async def close(self, key: str, seconds: float) -> None:
        """Stop all calls for so many seconds, and lower the limit for a while."""

        def close(connection: Connection) -> None:
            now = self._clock()
            window = _window(connection, key, now)
            window.close(now, seconds)
            _keep(connection, key, window, now)

        await transact(self._database.writer, close)


def _window(connection: Connection, key: str, now: float) -> Window:
    """Return what was taken of a limit, locked until the transaction ends."""
    mine = select(RateRow.taken).where(RateRow.key == key).with_for_update()
    taken = connection.execute(mine).scalar_one_or_none()
    if taken is None:
        connection.execute(delete(RateRow).where(RateRow.touched_at < now - FORGOTTEN))
        new = INSERT[connection.dialect.name](RateRow).values(key=key, taken=Window().model_dump_json(), touched_at=now)
        connection.execute(new.on_conflict_do_nothing())
        taken = connection.execute(mine).scalar_one()
    return Window.model_validate_json(taken)


def _keep(connection: Connection, key: str, window: Window, now: float) -> None:
    values = {"taken": window.model_dump_json(), "touched_at": now}
    connection.execute(update(RateRow).where(RateRow.key == key).values(**values))
