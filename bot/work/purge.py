"""Old jobs go: what is done is only kept to know it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.work.table import DONE, Now, inbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

KEPT = 3 * 24 * 3600.0  # seconds; a chat platform delivers again for some hours
MOST_AT_ONCE = 1000


async def purge(writer: AsyncEngine, kept: float = KEPT) -> None:
    """Delete the jobs that have been done for `kept` seconds, in small transactions.

    The last job of a period stays however old it is: it says that the slot has had its run.
    """
    newer = inbox.alias("newer")
    is_last = ~sa.exists().where(newer.c.kind == inbox.c.kind, newer.c.id > inbox.c.id)
    old = (
        sa.select(inbox.c.id)
        .where(inbox.c.status == DONE, inbox.c.finished_at < Now() - kept)
        .where(~(inbox.c.kind.startswith("every:") & is_last))
        .limit(MOST_AT_ONCE)
    )
    deleted = MOST_AT_ONCE
    while deleted == MOST_AT_ONCE:
        async with writer.begin() as connection:
            deleted = (await connection.execute(sa.delete(inbox).where(inbox.c.id.in_(old)))).rowcount
