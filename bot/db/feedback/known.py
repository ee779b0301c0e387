"""Earlier feedback, for comparing new posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.core.domain.classification import Example
from bot.core.domain.feedback import KnownPost
from bot.db import similar
from bot.db.feedback.rows import OWN_WORDS, ROW, in_channel, is_counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.message import Place
    from bot.db.engine import Database


class SqlKnownFeedback:
    """`bot.core.ports.feedback_store.KnownFeedback` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader

    async def newest(self, place: Place, limit: int) -> Sequence[KnownPost]:
        """Return the words of a channel's newest records of feedback, newest first."""
        query = select(ROW.id, OWN_WORDS.label("text"), ROW.message).where(*is_counted(place), ROW.text != "")
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.order_by(ROW.said_at.desc()).limit(limit))
            return [KnownPost(row.id, row.text, row.message) for row in rows]

    async def alike(
        self, place: Place, words: Mapping[int, Sequence[str]], limit: int
    ) -> Mapping[int, Sequence[KnownPost]]:
        """Return for each number the records of a channel that have any of its words, those with the most first."""
        async with self._reader.connect() as connection:
            return {number: await similar.find(connection, place, wanted, limit) for number, wanted in words.items()}

    async def corrections(self, place: Place, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, newest first."""
        query = select(OWN_WORDS.label("text"), ROW.category).where(*in_channel(place), ROW.corrected_at.is_not(None))
        query = query.where(ROW.text != "").order_by(ROW.corrected_at.desc()).limit(limit)
        async with self._reader.connect() as connection:
            return [Example(row.text, (row.category,)) for row in await connection.execute(query)]

    async def all_corrections(self, place: Place | None, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, or in any, newest first: for the operator only."""
        query = select(OWN_WORDS.label("text"), ROW.category).where(ROW.corrected_at.is_not(None), ROW.text != "")
        query = query.where(*(in_channel(place) if place else ()))
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.order_by(ROW.corrected_at.desc()).limit(limit))
            return [Example(row.text, (row.category,)) for row in rows]
