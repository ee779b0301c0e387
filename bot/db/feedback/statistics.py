"""The counts of feedback for reports and alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.core.domain.message import Place
from bot.db.feedback.rows import COLUMNS, ROW, all_of, is_counted, root_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.core.domain.feedback import Feedback
    from bot.db.engine import Database

MOST_TRENDS = 50  # as many as one sorting can add to


class SqlFeedbackStatistics:
    """`bot.core.ports.feedback_store.FeedbackStatistics` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader

    async def recent(
        self, place: Place, since: datetime, limit: int, *, root: int | None = None, category: str = ""
    ) -> Sequence[Feedback]:
        """Return a channel's records of feedback since a time, newest first; of a root or a category, if any."""
        query = select(*COLUMNS).where(*is_counted(place), ROW.said_at >= since)
        query = query.where(*([root_id == root] if root else []), *([ROW.category == category] if category else []))
        return await all_of(self._reader, query.order_by(ROW.said_at.desc()).limit(limit))

    async def repeated(self, place: Place, since: datetime, least: int) -> Mapping[int, int]:
        """Count, by root, the similar records of feedback since a time, if there are at least so many."""
        query = select(root_id, func.count()).where(*is_counted(place), ROW.said_at >= since).group_by(root_id)
        query = query.having(func.count() >= least).order_by(func.max(ROW.said_at).desc()).limit(MOST_TRENDS)
        async with self._reader.connect() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def counts(self, place: Place, since: datetime, until: datetime) -> Mapping[str, int]:
        """Count by their category a channel's records of feedback, from just after a time up to another."""
        query = select(ROW.category, func.count()).where(*is_counted(place), ROW.said_at > since)
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.where(ROW.said_at <= until).group_by(ROW.category))
            return {row[0]: row[1] for row in rows}

    async def oldest(self, place: Place, since: datetime) -> datetime | None:
        """Return the time of a channel's oldest record of feedback since a time, None without any."""
        query = select(ROW.said_at).where(*is_counted(place), ROW.said_at > since)
        async with self._reader.connect() as connection:
            return (await connection.execute(query.order_by(ROW.said_at).limit(1))).scalar_one_or_none()

    async def channels_since(self, since: datetime) -> Sequence[Place]:
        """Return the channels that had feedback since a time."""
        query = select(ROW.workspace, ROW.channel).where(ROW.said_at >= since).distinct()
        async with self._reader.connect() as connection:
            return [Place(*row) for row in await connection.execute(query)]
