"""All records of a channel: read through, searched, merged."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import Integer, column, func, or_, select, table, text, update

from bot.core.domain.search import Query
from bot.core.find.relevance import has
from bot.core.search_words import place_word
from bot.db.feedback.rows import COLUMNS, ROW, all_of, in_channel, is_counted, one_of, root_id
from bot.db.message_search import WANTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.domain.search import Term
    from bot.db.engine import Database

INDEX = table("feedback_search", column("rowid", Integer))


class SqlFeedbackArchive:
    """`bot.core.ports.feedback_archive.FeedbackArchive` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def page(self, place: Place, after: int, limit: int) -> Sequence[Feedback]:
        """Return a channel's records of feedback with ids above `after`, the lowest first."""
        query = select(*COLUMNS).where(*is_counted(place), ROW.id > after).order_by(ROW.id).limit(limit)
        return await all_of(self._reader, query)

    async def find(self, place: Place, terms: Sequence[Term], limit: int) -> Sequence[Feedback]:
        """Return a channel's records of feedback whose posts have all of these terms, the newest first.

        Whole words come before those that only begin like the last one. Of a post's several records, those are found
        that are about these terms.
        """
        dialect = self._reader.dialect.name
        query, here = Query(tuple(terms)), [place_word(place.workspace, place.channel)]
        found: dict[int, None] = {}
        async with self._reader.connect() as connection:
            for begun in (False, True):
                if len(found) < limit:
                    wanted = WANTED[dialect](query, here, begun=begun)
                    rows = await connection.execute(_posts(dialect, place, 2 * limit), {"wanted": wanted})
                    found |= dict.fromkeys(rows.scalars())
        of_these = ROW.message.in_(select(ROW.message).where(ROW.id.in_(list(found))).scalar_subquery())
        records = select(*COLUMNS).where(*is_counted(place), of_these, or_(ROW.id.in_(list(found)), ROW.part > 0))
        newest = await all_of(self._reader, records.order_by(ROW.said_at.desc(), ROW.message, ROW.part))
        posts = [list(its) for _, its in groupby(newest, key=lambda one: one.message)]
        return [one for its in posts for one in _about(its, terms)][:limit]

    async def merge(self, record: Feedback, into: Feedback) -> Feedback | None:
        """Let a record repeat another one, and with it those that repeat it; return it, None where it is gone."""
        group = or_(ROW.id == record.id, ROW.duplicate_of == record.id, ROW.root == record.id)
        now = datetime.now(UTC)
        async with self._writer.begin() as connection:
            first = select(root_id).where(ROW.workspace == into.workspace, ROW.id == into.id)
            root = (await connection.execute(first)).scalar_one()
            await connection.execute(update(ROW).where(*in_channel(record.place), group).values(root=root))
            values = {"duplicate_of": into.id, "version": ROW.version + 1, "changed_at": now}
            await connection.execute(update(ROW).where(ROW.id == record.id).values(values))
        return await one_of(self._reader, select(*COLUMNS).where(ROW.id == record.id))


def _about(records: Sequence[Feedback], terms: Sequence[Term]) -> Sequence[Feedback]:
    """Return which of a post's records have all of the terms; that of the post if none has them alone."""
    return [one for one in records if has(one.own_text, terms)] or [one for one in records if not one.part]


def _posts(dialect: str, place: Place, limit: int) -> Select[int]:
    """Select the records of the posts that have the words `:wanted`; a joined post counts for its record."""
    query = select(func.coalesce(ROW.head, ROW.id)).where(*in_channel(place))
    if dialect == "sqlite":
        query = query.join(INDEX, INDEX.c.rowid == ROW.id).where(text("feedback_search MATCH :wanted"))
    else:
        query = query.where(text("feedback.search_words @@ CAST(:wanted AS tsquery)"))
    return query.order_by(ROW.id.desc()).limit(limit)
