"""Words that wait in the inbox, or that failed with their work: erased on request. What is done has none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.work.table import DONE, FAILED, READY, Now, inbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncEngine


async def erase(writer: AsyncEngine, ids: Sequence[str], *, dry: bool = False) -> int:
    """Discard jobs that name all of these ids and are not under way; return how many. `dry`: only count.

    They stay known, so that they are not accepted again. Raises what the database raises.
    """
    names = (inbox.c.payload.contains(json.dumps(id_), autoescape=True) for id_ in ids if id_)
    which = sa.and_(inbox.c.status.in_([FAILED, READY]), *names)
    async with writer.begin() as connection:
        if dry:
            counted = sa.select(sa.func.count()).select_from(inbox).where(which)
            return int((await connection.execute(counted)).scalar_one())
        gone = {"status": DONE, "finished_at": Now(), "payload": "{}", "state": "{}"}
        return (await connection.execute(sa.update(inbox).where(which).values(gone))).rowcount
