"""Counts of jobs that wait, run and have failed, and of those before one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.work.claim import Cell
from bot.work.table import DONE, FAILED, READY, RUNNING, inbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True)
class JobCounts:
    """How many jobs wait, run, and have failed for good, on all replicas."""

    ready: int
    running: int
    failed: int


async def count(engine: AsyncEngine) -> JobCounts:
    """Count the jobs of all replicas. Raises what the database raises."""
    ready, running, failed = (
        sa.select(sa.func.count()).where(inbox.c.status == status).scalar_subquery()
        for status in (READY, RUNNING, FAILED)
    )
    async with engine.begin() as connection:
        return JobCounts(*(await connection.execute(sa.select(ready, running, failed))).one())


async def count_suspects(engine: AsyncEngine) -> int:
    """Count the jobs that run in quarantine or wait for it. Raises what the database raises."""
    suspects = sa.select(sa.func.count()).where(inbox.c.status < DONE, ~Cell.OPEN.holds(inbox))
    async with engine.begin() as connection:
        return (await connection.execute(suspects)).scalar_one()


async def count_before(engine: AsyncEngine, delivery: str) -> int:
    """Count the waiting jobs before a delivery, 0 if it no longer waits; periodic ones are soon over.

    Raises what the database raises.
    """
    it, other = inbox.alias("it"), inbox.alias("other")
    is_before = sa.tuple_(other.c.round, other.c.id) < sa.tuple_(it.c.round, it.c.id)
    before = (
        sa.select(sa.func.count())
        .select_from(it.join(other, is_before))
        .where(it.c.delivery == delivery, it.c.status == READY)
        .where(other.c.status == READY, ~other.c.kind.startswith("every:"))
    )
    async with engine.begin() as connection:
        return (await connection.execute(before)).scalar_one()
