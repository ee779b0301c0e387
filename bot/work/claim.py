"""Claims: the statements that take jobs to run them, the oldest of each key first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.work.crashes import CRASHED, SUSPECT
from bot.work.delivery import reference_of
from bot.work.table import READY, RUNNING, Now, inbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.sql.dml import ReturningUpdate


class Cell(StrEnum):
    """Where a job can run, by how often its process has died."""

    OPEN = "open"  # in the bot's own process
    SHARED = "shared"  # in quarantine, beside other suspects
    ALONE = "alone"  # in quarantine, by itself

    def holds(self, row: sa.FromClause) -> sa.ColumnElement[bool]:
        """Return the condition for a row to belong here."""
        # Literals, so that they match the partial index.
        is_suspect = row.c.deaths >= sa.literal_column(str(SUSPECT), sa.Integer)
        has_crashed = row.c.crashes >= sa.literal_column(str(CRASHED), sa.Integer)
        if self is Cell.OPEN:
            return ~is_suspect
        return is_suspect & (has_crashed if self is Cell.ALONE else ~has_crashed)


@dataclass(slots=True, eq=False)
class Claim:
    """A row that is ours to run while its token matches the row's.

    `tried_before` is how many seconds earlier attempts took, with the pauses after them. `claimed_at` and
    `renewed_at` are by the loop's clock, from before the statement was sent.
    """

    id: int
    delivery: str
    key: str
    kind: str
    payload: str
    state: str
    token: int
    attempt: int
    crashes: int
    cause: str | None
    accepted_at: float
    tried_before: float
    round: int
    halted: int
    claimed_at: float
    renewed_at: float
    is_lost: bool = False
    is_leaving: bool = False

    @property
    def reference(self) -> str:
        """Return the job's reference, for the person and the log."""
        return reference_of(self.delivery)

    def tried(self) -> float:
        """Return how many seconds its attempts have taken so far; waiting for its turn does not count."""
        return self.tried_before + asyncio.get_running_loop().time() - self.claimed_at


def claim_rows(
    connection: sa.Connection, cell: Cell, kinds: tuple[str, ...], parameters: dict[str, Any]
) -> Sequence[sa.Row[Any]]:
    """Claim jobs of a cell and of these kinds, with the parameters of `claim_statement`."""
    return connection.execute(claim_statement(connection.dialect.name, cell, kinds), parameters).all()


@cache  # it runs after each job
def claim_statement(dialect: str, cell: Cell, kinds: tuple[str, ...]) -> ReturningUpdate[*tuple[Any, ...]]:
    """Update the oldest ready job of each key that has none running, the lowest rounds first, and return them.

    If the oldest belongs to another cell, its key waits. The parameters are `by`, the claiming inbox, `room`, the most
    to claim, and `seconds`, the lease's length.
    """
    oldest = has_no_older if dialect == "sqlite" else is_first
    head, other = inbox.alias("head"), inbox.alias("other")
    busy = sa.exists().where(other.c.key == head.c.key, other.c.status == RUNNING)
    # Not an IN, which SQLAlchemy writes out again each time: that took longer than all else of the statement.
    known = sa.or_(sa.false(), *(head.c.kind == kind for kind in kinds))
    free = (
        sa.select(head.c.id)
        .where(head.c.status == READY, head.c.run_after <= Now(), known, ~busy, oldest(head), cell.holds(head))
        .order_by(head.c.round, head.c.id)
        .limit(sa.bindparam("room", type_=sa.Integer))
        .with_for_update(skip_locked=True)
        # Evaluated once. As a plain subquery PostgreSQL may evaluate it for each row, and so exceed the limit.
        .cte("free")
    )
    names = ("id", "delivery", "key", "kind", "payload", "state", "token", "crashes", "cause")
    return (
        sa.update(inbox)
        .where(inbox.c.id.in_(sa.select(free.c.id)), inbox.c.status == READY)
        .values(
            status=RUNNING,
            owner=sa.bindparam("by"),
            token=inbox.c.token + 1,
            attempts=inbox.c.attempts + 1,
            lease_until=Now() + sa.bindparam("seconds", type_=sa.Float(53)),
        )
        .returning(
            *(inbox.c[name] for name in names),
            inbox.c.attempts.label("attempt"),
            inbox.c.accepted_at,
            inbox.c.tried.label("tried_before"),
            inbox.c.round,
            inbox.c.halted,
        )
    )


def has_no_older(head: sa.FromClause) -> sa.ColumnElement[bool]:
    """Match the oldest ready job of its key, row by row: with room for few, the search stops early.

    A second EXISTS, as with an OR in the first neither partial index would be used.
    """
    other = inbox.alias("older")
    return ~sa.exists().where(other.c.key == head.c.key, other.c.status == READY, other.c.id < head.c.id)


def is_first(head: sa.FromClause) -> sa.ColumnElement[bool]:
    """Match the oldest ready job of its key in a list of all, which PostgreSQL builds once, in one pass.

    Row by row, it would read an index page for each job that waits in a thread; with statistics from before a burst, it
    may read half the table for each.
    """
    first = inbox.alias("first")
    oldest = sa.select(sa.func.min(first.c.id)).where(first.c.status == READY).group_by(first.c.key)
    return head.c.id == sa.func.any(sa.func.array(oldest.scalar_subquery()))
