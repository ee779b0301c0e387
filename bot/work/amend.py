"""A redelivery with more content: the waiting job gets it, so that it sees everything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.work.table import DONE, READY, inbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

Merge = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""Returns a payload with what it lacked, None if it lacked nothing. Can be called more than once."""


class Amended(Enum):  # not for people: names
    """The outcome of an amendment."""

    UNKNOWN = "there is no such delivery"
    NEEDLESS = "its job is not over, and lacks nothing"
    IN_TIME = "its job waits, and will see it"
    LATE = "its job runs without it, or is over"


def amend(connection: Connection, delivery: str, merge: Merge) -> Amended:
    """Amend the payload of a delivery whose job waits, in the transaction of `connection`.

    A concurrent claim of the job comes before or after: it gets the whole payload, or the amendment is late.
    """
    columns = (
        inbox.c.id,
        inbox.c.payload,
        (inbox.c.status == READY).label("waits"),
        (inbox.c.status < DONE).label("is_open"),
    )
    row = connection.execute(sa.select(*columns).where(inbox.c.delivery == delivery).with_for_update()).one_or_none()
    if row is None:
        return Amended.UNKNOWN
    if not row.is_open:
        return Amended.LATE
    merged = merge(json.loads(row.payload))
    if merged is None:
        return Amended.NEEDLESS
    if not row.waits:
        return Amended.LATE
    payload = json.dumps(merged, allow_nan=False)
    connection.execute(sa.update(inbox).where(inbox.c.id == row.id).values(payload=payload))
    return Amended.IN_TIME
