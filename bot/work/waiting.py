"""What waits in a queue: looked at, or done with because another job saw to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.work.table import DISCARDED, DONE, READY, Now, inbox

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

MOST = 20  # that are looked at


async def waiting(reader: AsyncEngine, key: str, kind: str) -> tuple[Mapping[str, Any], ...]:
    """Return the payloads of the first deliveries of a kind that wait under a key, in the order of arrival.

    They stay where they are; those that were discarded are none of them. Raises what the database raises.
    """
    wanted = inbox.c.status == READY, inbox.c.halted != DISCARDED
    query = sa.select(inbox.c.payload).where(inbox.c.key == key, inbox.c.kind == kind, *wanted)
    async with reader.connect() as connection:
        found = (await connection.execute(query.order_by(inbox.c.id).limit(MOST))).scalars()
        return tuple(json.loads(payload) for payload in found)


def end_waiting(connection: Connection, deliveries: Collection[str]) -> set[str]:
    """Count deliveries that still wait as done, in the transaction of `connection`: another job saw to them.

    Return those that were discarded meanwhile.
    """
    these = inbox.c.delivery.in_(deliveries)
    dropped = sa.select(inbox.c.delivery).where(these, inbox.c.halted == DISCARDED)
    discarded = set(connection.execute(dropped).scalars())
    connection.execute(sa.update(inbox).where(these, inbox.c.status == READY).values(status=DONE, finished_at=Now()))
    return discarded
