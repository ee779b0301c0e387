"""How long jobs are kept: done ones only to recognize redeliveries, failed ones for the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.work.table import DONE, FAILED, Now, inbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

DONE_KEPT = 3 * 24 * 3600.0  # seconds; a chat platform delivers again for some hours
FAILED_KEPT = 30 * 24 * 3600.0  # seconds, or as long as the operator keeps anything, if that is shorter
PURGE_EVERY = 3600.0  # seconds
MOST_AT_ONCE = 1000


async def purge(writer: AsyncEngine, *, kept: float = DONE_KEPT, failed_kept: float = FAILED_KEPT) -> None:
    """Delete the jobs that were done `kept` seconds ago or failed `failed_kept` seconds ago, in small transactions.

    A period's last job stays however old it is: it says that the slot was run. Raises what the database raises.
    """
    newer = inbox.alias("newer")
    is_last = inbox.c.kind.startswith("every:") & ~sa.exists().where(
        newer.c.kind == inbox.c.kind, newer.c.id > inbox.c.id
    )
    for status, seconds in ((DONE, kept), (FAILED, failed_kept)):
        is_old = inbox.c.status == status, inbox.c.finished_at < Now() - seconds, ~is_last
        old = sa.select(inbox.c.id).where(*is_old).limit(MOST_AT_ONCE)
        deleted = MOST_AT_ONCE
        while deleted == MOST_AT_ONCE:
            async with writer.begin() as connection:
                deleted = (await connection.execute(sa.delete(inbox).where(inbox.c.id.in_(old)))).rowcount
