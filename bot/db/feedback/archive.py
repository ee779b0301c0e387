"""All records of a channel: read through, searched, merged."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import Integer, column, func, or_, select, table, text, update
from sqlalchemy.orm import aliased

from bot.core.domain.search import Query
from bot.core.find.relevance import has
from bot.core.search_words import place_word
from bot.db.feedback.rows import COLUMNS, ROW, all_of, in_channel, is_counted, one_of, root_id
from bot.db.message_search import WANTED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

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

    async def links(self, place: Place, ids: Collection[int]) -> Mapping[int, str]:
        """Return the addresses of some of a channel's records."""
        query = select(ROW.id, ROW.permalink).where(*in_channel(place), ROW.id.in_(ids))
        async with self._reader.connect() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

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

    async def merge(self, record: Feedback, into: Feedback | None) -> Feedback | None:
        """Let a record repeat another one of its channel, and with it those that repeat it; None: let it repeat none.

        Return it, None where that would be a circle, or where it is gone.
        """
        now = datetime.now(UTC)
        both = [record.id, *([into.id] if into else [])]
        async with self._writer.begin() as connection:
            locked = select(ROW.id, root_id).where(*in_channel(record.place), ROW.id.in_(both)).order_by(ROW.id)
            roots = {row[0]: row[1] for row in await connection.execute(locked.with_for_update())}
            group = set((await connection.execute(_repeating(record))).scalars())
            if roots.keys() != set(both) or (into and into.id in group):
                return None
            those = or_(ROW.id.in_(group), ROW.root == record.id)
            root = roots[into.id] if into else record.id
            await connection.execute(update(ROW).where(*in_channel(record.place), those).values(root=root))
            values = {"duplicate_of": into.id if into else None, "version": ROW.version + 1, "changed_at": now}
            await connection.execute(update(ROW).where(ROW.id == record.id).values(values))
        return await one_of(self._reader, select(*COLUMNS).where(ROW.id == record.id))


def _repeating(record: Feedback) -> Select[int]:
    """Select a record and what repeats it, also by way of others."""
    group = select(ROW.id.label("id")).where(ROW.id == record.id).cte("repeating", recursive=True)
    other = aliased(ROW)
    here = other.workspace == record.workspace, other.channel == record.channel
    group = group.union(select(other.id).where(*here, other.duplicate_of == group.c.id))
    return select(group.c.id)


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
