"""Jobs that failed for good, for an operator to list, retry or discard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.work.crashes import CRASHED
from bot.work.delivery import reference_of
from bot.work.table import DONE, FAILED, READY, Now, inbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


# What to set on a failed job that is to be retried.
AFRESH: Mapping[str, Any] = {
    "status": READY,
    "crashes": sa.case((inbox.c.crashes > 0, CRASHED), else_=0),
    **dict.fromkeys(("attempts", "tried", "run_after"), 0),
    **dict.fromkeys(("finished_at", "cause")),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed for good, without its content. `reference` is what the person was given."""

    reference: str
    kind: str
    failed_at: datetime
    attempts: int
    cause: str


async def failures(reader: AsyncEngine) -> list[Failure]:
    """Return the jobs that failed for good, oldest delivery first. Raises what the database raises."""
    columns = (inbox.c[name] for name in ("delivery", "kind", "finished_at", "attempts", "cause"))
    async with reader.connect() as connection:
        rows = await connection.execute(sa.select(*columns).where(inbox.c.status == FAILED).order_by(inbox.c.id))
        return [
            Failure(
                reference=reference_of(row.delivery),
                kind=row.kind,
                failed_at=datetime.fromtimestamp(row.finished_at, UTC),
                attempts=row.attempts,
                cause=row.cause,
            )
            for row in rows
        ]


async def retry(writer: AsyncEngine, reference: str | None) -> int:
    """Retry the failed job with a reference, or all failed jobs; return how many.

    A job takes its original place under its queue key, with fresh attempts and patience. It keeps what it had, so that
    it continues in the message that reported its failure. A job that killed its process runs in quarantine, alone.
    Raises what the database raises.
    """
    return await _change(writer, reference, AFRESH)


async def retry_claimed(writer: AsyncEngine, reference: str, share: str, claims: int) -> bool:
    """Retry a failed job of a fairness group if it was claimed just so often; return whether it waits then.

    Asking twice is asking once, and what was retried before, or succeeded since, is not retried. As `retry` otherwise.
    """
    async with writer.begin() as connection:
        meant = inbox.c.share == share, inbox.c.token == claims, inbox.c.status.in_([FAILED, READY])
        rows = await connection.execute(sa.select(inbox.c.id, inbox.c.delivery).where(*meant))
        ids = [row.id for row in rows if reference_of(row.delivery) == reference]
        await connection.execute(sa.update(inbox).where(inbox.c.id.in_(ids), *meant).values(**AFRESH))
        return bool(ids)


async def discard(writer: AsyncEngine, reference: str | None) -> int:
    """Discard the failed job with a reference, or all failed jobs, and erase their content; return how many.

    Its id is remembered as long as those of done jobs, so that it is not accepted again. Raises what the database
    raises.
    """
    return await _change(writer, reference, {"status": DONE, "finished_at": Now(), "payload": "{}", "state": "{}"})


async def _change(writer: AsyncEngine, reference: str | None, values: Mapping[str, Any]) -> int:
    async with writer.begin() as connection:
        which = inbox.c.status == FAILED
        if reference is not None:
            which &= inbox.c.id.in_(await _ids(connection, reference))
        return (await connection.execute(sa.update(inbox).where(which).values(**values))).rowcount


async def _ids(connection: AsyncConnection, reference: str) -> list[int]:
    rows = await connection.execute(sa.select(inbox.c.id, inbox.c.delivery).where(inbox.c.status == FAILED))
    return [row.id for row in rows if reference_of(row.delivery) == reference]
