"""Merge a page that was read from the platform into a thread's messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from bot.core.domain.thread import PageKept
from bot.db.tables import MessageRow, ThreadRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from bot.core.domain.thread import PageRead

Row = dict[str, Any]
COLUMNS = [column for column in MessageRow.__table__.columns if column.name != "id"]


def put_in(connection: Connection, thread: int, page: PageRead, rows: Sequence[Row]) -> PageKept:
    """Store a page's messages, `rows`, in a thread, each before newer ones, and how far it was read."""
    new = _unknown(connection, thread, rows)
    if new:
        newer = _take_out(connection, thread, new[0]["external_id"])
        fresh = {"thread_id": thread, "created_at": datetime.now(UTC)}
        connection.execute(insert(MessageRow), merged([fresh | row for row in new], newer))
    if page.left_out:
        is_one = MessageRow.thread_id == thread, MessageRow.external_id.in_(page.left_out)
        connection.execute(delete(MessageRow).where(*is_one))
    values = {
        "read_until": page.read_until,
        "unread_until": page.unread_until or None,
        "read_count": ThreadRow.read_count + len(new),
    }
    changed = update(ThreadRow).where(ThreadRow.id == thread).values(values).returning(ThreadRow.read_count)
    read = connection.execute(changed).scalar_one()
    return PageKept(frozenset(row["external_id"] for row in new), read)


def merged(new: Sequence[Row], known: Sequence[Row]) -> list[Row]:
    """Merge new rows into known ones, which keep their order: each goes before the first with a newer id."""
    rows: list[Row] = []
    waiting = list(new)
    for row in known:
        while waiting and waiting[0]["external_id"] < (row["external_id"] or ""):
            rows.append(waiting.pop(0))
        rows.append(row)
    return rows + waiting


def _unknown(connection: Connection, thread: int, rows: Sequence[Row]) -> list[Row]:
    ids = [row["external_id"] for row in rows]
    known = select(MessageRow.external_id).where(MessageRow.thread_id == thread, MessageRow.external_id.in_(ids))
    there = set(connection.execute(known).scalars()) if ids else set()
    return [row for row in rows if row["external_id"] not in there]


def _take_out(connection: Connection, thread: int, before: str) -> list[Row]:
    """Remove the messages after an older one, to insert them again; not those in the thread's summary."""
    here = MessageRow.thread_id == thread
    summary = select(ThreadRow.summary_until).where(ThreadRow.id == thread).scalar_subquery()
    first = select(func.min(MessageRow.id)).where(here, MessageRow.id > summary, MessageRow.external_id > before)
    start = connection.execute(first).scalar_one()
    if start is None:
        return []
    behind = here, MessageRow.id >= start
    rows = connection.execute(select(*COLUMNS).where(*behind).order_by(MessageRow.id)).mappings().all()
    connection.execute(delete(MessageRow).where(*behind))
    return [dict(row) for row in rows]
