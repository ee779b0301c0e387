"""Accepts deliveries: durable, once, several per statement."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.work.retry import cause, is_away, jittered
from bot.work.table import DONE, Now, inbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from bot.work.delivery import Delivery
    from bot.work.group_commit import Commits
    from bot.work.job import Watch

log = logging.getLogger(__name__)

# A chat platform waits about 3 seconds for its answer, and delivers again when it gets none or a bad one.
ACCEPT_WITHIN = 2.5  # seconds
AWAY_PAUSE = 0.2  # seconds
MOST_AT_ONCE = 100
MOST_WAITING = 2000


@dataclass(slots=True, eq=False)
class Waiting:
    """A delivery to be inserted, and who waits for it. `lock` is its key's lock number."""

    delivery: str
    lock: int
    values: dict[str, Any]
    is_new: asyncio.Future[bool]


class Acceptance:
    """Inserts deliveries into the inbox, together and in their order.

    `on_insert` is called before each insert, so that claims can join the same transaction. One may take `within`
    seconds. `watch` is told what is accepted.
    """

    def __init__(
        self, commits: Commits, on_insert: Callable[[], None], within: float, watch: Watch | None = None
    ) -> None:
        self._commits = commits
        self._on_insert = on_insert
        self._within = within
        self._watch = watch
        self._waiting: list[Waiting] = []
        self._inserting: asyncio.Task[None] | None = None

    async def accept(self, delivery: Delivery) -> bool:
        """Store a delivery; return False if it was already there.

        Raises what the database raises, `TimeoutError` where it takes too long, `asyncio.QueueFull` when too many wait
        already, and `TypeError` or `ValueError` for a payload that is not JSON. Then nothing is promised, and the
        delivery has to come again.
        """
        values = {
            "delivery": delivery.id,
            "key": delivery.key,
            "share": delivery.share,
            "kind": delivery.kind,
            "payload": json.dumps(delivery.payload, allow_nan=False),
        }
        if len(self._waiting) >= MOST_WAITING:
            raise asyncio.QueueFull
        waiting = Waiting(delivery.id, lock_number(delivery.key), values, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._inserting is None or self._inserting.done():
            self._inserting = asyncio.create_task(self._insert_all(), name="accept")
        async with asyncio.timeout(self._within):
            is_new = await waiting.is_new
        self.count(delivery, is_new=is_new)
        return is_new

    def count(self, delivery: Delivery, *, is_new: bool) -> None:
        """Tell the watch that a delivery was accepted."""
        if self._watch is not None:
            self._watch.accepted(delivery.kind, is_new=is_new)

    async def close(self) -> None:
        """Wait for what is in progress."""
        if self._inserting is not None:
            await self._inserting

    async def _insert_all(self) -> None:
        """Insert until no delivery waits, in their order of arrival, also through an outage of the database."""
        while self._waiting:
            batch: list[Waiting] = []
            self._on_insert()
            try:
                new = await self._commits.share(partial(insert, batch), partial(self._gather, batch))
            except Exception as error:  # noqa: BLE001 (it goes to those who wait)
                if is_away(error):
                    log.warning("the database is unavailable, trying again: %s", cause(error))
                    self._waiting[:0] = batch
                    await asyncio.sleep(jittered(AWAY_PAUSE))
                    continue
                settle(batch, error)
            else:
                settle(batch, new)

    def _gather(self, batch: list[Waiting]) -> None:
        """Take the next deliveries, except abandoned ones: those that arrived until the transaction starts."""
        if not batch:
            batch += [one for one in self._waiting[:MOST_AT_ONCE] if not one.is_new.done()]
            del self._waiting[:MOST_AT_ONCE]


def accept_again(connection: Connection, delivery: str) -> None:
    """Let a delivery's id be accepted again, as if it had never arrived, in the transaction of `connection`."""
    changed = sa.literal(f"{delivery}:") + sa.cast(inbox.c.id, sa.Text)
    connection.execute(sa.update(inbox).where(inbox.c.delivery == delivery).values(delivery=changed))


def insert(batch: Sequence[Waiting], connection: Connection) -> set[str]:
    """Insert deliveries; return the new ids."""
    if not batch:
        return set()
    if connection.dialect.name == "postgresql":
        take_locks(connection, {one.lock for one in batch})
    return set(connection.scalars(INSERT[connection.dialect.name], in_rounds(batch)))


def insert_once(insert: sqlite.Insert | postgresql.Insert, greatest: Callable[..., Any]) -> sa.Executable:
    """Insert what is new, and return its ids.

    A delivery's round is the one after its fairness group's last, but never a past one. So a group has one turn per
    round, however much of it waits, and does not make up for rounds that it missed. This is start-time fair queueing
    (Goyal, Vin and Cheng, 1996) with all jobs counted as equally long. Each of the three rounds is at the end of an
    index.
    """
    minus_one, zero, one = (sa.literal_column(number, sa.Integer) for number in ("-1", "0", "1"))
    highest = sa.select(sa.func.coalesce(sa.func.max(inbox.c.round), minus_one)).where(inbox.c.status < DONE)
    begun = highest.where(inbox.c.token > zero).scalar_subquery()
    last = highest.where(inbox.c.share == sa.bindparam("its_share")).scalar_subquery()
    ahead = sa.bindparam("ahead", type_=sa.Integer)
    stamped = insert.values(accepted_at=Now(), round=greatest(begun, last + one, zero) + ahead)
    return stamped.on_conflict_do_nothing(index_elements=[inbox.c.delivery]).returning(inbox.c.delivery)


# Built once: it runs for each delivery.
INSERT = {
    "sqlite": insert_once(sqlite.insert(inbox), sa.func.max),
    "postgresql": insert_once(postgresql.insert(inbox), sa.func.greatest),
}


def in_rounds(batch: Sequence[Waiting]) -> list[dict[str, Any]]:
    """Return the parameters of `INSERT`, which does not see what else it inserts: `ahead` counts that."""
    ahead: Counter[str] = Counter()
    parameters = []
    for one in batch:
        share = one.values["share"]
        parameters.append(one.values | {"its_share": share, "ahead": ahead[share]})
        ahead[share] += 1
    return parameters


def take_locks(connection: Connection, locks: set[int]) -> None:
    """Make rows of one key visible in the order of their ids: an insert waits for earlier ones with its key.

    The locks are taken in one order everywhere, so that no one waits in a circle.
    """
    # Written as PostgreSQL writes an array: for a list, asyncpg looks up the type on each new connection, which takes
    # the server longer than all else that a connection does at first.
    written = sa.cast("{" + ",".join(map(str, sorted(locks))) + "}", sa.Text)
    numbers = sa.func.unnest(sa.cast(written, postgresql.ARRAY(sa.BigInteger))).column_valued("number")
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(numbers)))


def settle(batch: Sequence[Waiting], outcome: set[str] | Exception) -> None:
    """Resolve the waiting futures. Of two deliveries with one id in a batch, the first is the new one."""
    for one in batch:
        if one.is_new.done():
            continue
        if isinstance(outcome, Exception):
            one.is_new.set_exception(outcome)
        else:
            one.is_new.set_result(one.delivery in outcome)
            outcome.discard(one.delivery)


def lock_number(key: str) -> int:
    """Return a key's lock number."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), signed=True)
