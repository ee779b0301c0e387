"""The store of questions that had no answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, tuple_, update

from bot.core.domain.knowledge import LONGEST_GAP, Gap
from bot.db.tables import FeedbackRow, KnowledgeGapRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.message import MessageEdit, Place
    from bot.db.engine import Database


class SqlKnowledgeGaps:
    """`bot.core.ports.knowledge.KnowledgeGaps` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def add(self, gap: Gap) -> None:
        """Keep a question, once for its message; its `id` is not used."""
        values = {name: value for name, value in asdict(gap).items() if name != "id"}

        def add(connection: Connection) -> None:
            insert = INSERT[connection.dialect.name](KnowledgeGapRow).values(values)
            connection.execute(insert.on_conflict_do_nothing(index_elements=["workspace", "channel", "message"]))

        await transact(self._writer, add)

    async def since(self, place: Place, moment: datetime, limit: int) -> Sequence[Gap]:
        """Return a channel's questions since a time, the newest first."""
        here = KnowledgeGapRow.workspace == place.workspace, KnowledgeGapRow.channel == place.channel
        query = select(*KnowledgeGapRow.__table__.columns).where(*here, KnowledgeGapRow.asked_at >= moment)
        query = query.order_by(KnowledgeGapRow.asked_at.desc(), KnowledgeGapRow.id.desc()).limit(limit)

        def read(connection: Connection) -> list[Gap]:
            return [Gap(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 (a public name)

        return await transact(self._reader, read)

    async def close(self, workspace: str, gaps: Collection[int]) -> None:
        """Drop questions that have an answer now."""
        answered = KnowledgeGapRow.workspace == workspace, KnowledgeGapRow.id.in_(gaps)
        await transact(self._writer, lambda connection: connection.execute(delete(KnowledgeGapRow).where(*answered)))

    async def counts(self, workspace: str, since: datetime) -> Mapping[str, int]:
        """Count the questions of each channel."""
        here = KnowledgeGapRow.workspace == workspace, KnowledgeGapRow.asked_at >= since
        query = select(KnowledgeGapRow.channel, func.count()).where(*here).group_by(KnowledgeGapRow.channel)

        def read(connection: Connection) -> dict[str, int]:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

        return await transact(self._reader, read)


def follow(connection: Connection, changed: MessageEdit) -> None:
    """Delete the question of a message that was deleted; of one that was edited, keep what it says now."""
    row, place = KnowledgeGapRow, changed.place
    here = row.workspace == place.workspace, row.channel == place.channel, row.message == changed.id
    if changed.is_deleted or not changed.text:
        connection.execute(delete(row).where(*here))
    else:
        connection.execute(update(row).where(*here).values(question=changed.text[:LONGEST_GAP]))


async def drop(connection: AsyncConnection, workspace: str, record: int) -> None:
    """Delete the question of a record of feedback whose words change, in the transaction that changes them."""
    row, post = KnowledgeGapRow, FeedbackRow
    asked = select(post.channel, post.message).where(post.workspace == workspace, post.id == record)
    here = row.workspace == workspace, tuple_(row.channel, row.message).in_(asked)
    await connection.execute(delete(row).where(*here))
