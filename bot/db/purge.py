"""Retention: old rows are deleted or blanked, some at a time; costs are kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, exists, func, literal, or_, select, tuple_, update

from bot.db.personal_data import BLANKS, has_words, reads
from bot.db.tables import (
    AlertRow,
    ArticleRow,
    Base,
    ClassifyItemRow,
    ClassifyRunRow,
    CodeFileRow,
    DraftRow,
    FeedbackRow,
    KnowledgeGapRow,
    KnowledgePageRow,
    MessageRow,
    Moment,
    NoteRow,
    RatingRow,
    SummaryRunRow,
    ThreadRow,
    ToolCallRow,
    TrackerIssueRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.privacy.retention import Limits
    from bot.db.engine import Database

AT_ONCE = 500  # rows in one transaction: SQLite has one writer, which must not be kept long
RUNS_AT_ONCE = 20  # each may hold some megabytes
PAGES_AT_ONCE = 50  # each with its passages
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PurgeKind:
    """One kind of rows: as old as `at`, and in the channel of their `owner`: the table itself, or a parent."""

    table: type[Base]
    at: Any
    owner: Any
    parent: Any = None  # the key by which a row tells its owner
    at_once: int = AT_ONCE

    @property
    def name(self) -> str:
        """Return the table's name."""
        return str(self.table.__tablename__)

    @property
    def key(self) -> Sequence[Any]:
        """Return the columns of its primary key."""
        return list(self.table.__table__.primary_key)

    def old(self, limits: Limits, *columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns of any type
        """Select columns of the old rows."""
        query = select(*columns).select_from(self.table)
        if self.parent is not None:
            query = query.join(self.owner, self.owner.id == self.parent)
        return query.where(self.at < (limits.latest or LONG_AGO), self._is_old(limits), has_words(self.table))

    def _is_old(self, limits: Limits) -> ColumnElement[bool]:
        """Compare with the limit of each row's channel, and of the channel that it was read from."""
        workspace, channel = self.owner.workspace, self.owner.channel
        times = [
            *((and_(workspace == id_[0], channel == id_[1]), time) for id_, time in limits.channels.items()),
            *((workspace == id_, time) for id_, time in limits.workspaces.items()),
        ]
        usual = literal(limits.usual or LONG_AGO, Moment())
        time = case(*((where, literal(time, Moment())) for where, time in times), else_=usual) if times else usual
        read = [
            and_(reads(self.owner, *id_), self.at < time)
            for id_, time in limits.channels.items()
            if self.owner in (SummaryRunRow, ClassifyRunRow)
        ]
        return or_(self.at < time, *read) if read else self.at < time


KINDS = (
    PurgeKind(CodeFileRow, CodeFileRow.changed_at, ThreadRow, CodeFileRow.thread_id),
    PurgeKind(MessageRow, MessageRow.created_at, ThreadRow, MessageRow.thread_id),
    PurgeKind(SummaryRunRow, SummaryRunRow.created_at, SummaryRunRow, at_once=RUNS_AT_ONCE),
    # A run may have 50,000 items, which go before it.
    PurgeKind(ClassifyItemRow, ClassifyRunRow.created_at, ClassifyRunRow, ClassifyItemRow.run),
    PurgeKind(ClassifyRunRow, ClassifyRunRow.created_at, ClassifyRunRow, at_once=RUNS_AT_ONCE),
    PurgeKind(FeedbackRow, FeedbackRow.said_at, FeedbackRow),
    PurgeKind(ArticleRow, ArticleRow.changed_at, ArticleRow),
    PurgeKind(DraftRow, DraftRow.created_at, DraftRow),
    PurgeKind(TrackerIssueRow, FeedbackRow.said_at, FeedbackRow, TrackerIssueRow.record),
    PurgeKind(AlertRow, AlertRow.created_at, AlertRow),
    PurgeKind(RatingRow, RatingRow.rated_at, RatingRow),
    PurgeKind(NoteRow, NoteRow.changed_at, NoteRow),
    PurgeKind(ToolCallRow, ToolCallRow.begun_at, ToolCallRow),
    # Of knowledge, only what people said has such a time.
    PurgeKind(KnowledgePageRow, KnowledgePageRow.said_at, KnowledgePageRow, at_once=PAGES_AT_ONCE),
    PurgeKind(KnowledgeGapRow, KnowledgeGapRow.asked_at, KnowledgeGapRow),
)


class SqlPurger:
    """Deletes what is old. Raises what the database raises."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def count(self, limits: Limits) -> Mapping[tuple[str, str, str], int]:
        """Count the old rows by kind, workspace and channel."""
        found: dict[tuple[str, str, str], int] = {}
        for kind in KINDS:
            place = kind.owner.workspace, kind.owner.channel
            query = kind.old(limits, *place, func.count()).group_by(*place).order_by(*place)
            async with self._reader.connect() as connection:
                found |= {(kind.name, row[0], row[1]): row[2] for row in await connection.execute(query)}
        return found

    async def purge(self, limits: Limits, check: Callable[[], None]) -> Mapping[str, int]:
        """Delete the old rows in short transactions, with `check` before each; return how many of each kind."""
        gone: Counter[str] = Counter()
        for kind in KINDS:
            while keys := await self._keys(kind, limits):
                check()
                async with self._writer.begin() as connection:
                    await erase(connection, kind, keys, limits)
                gone[kind.name] += len(keys)
        return gone

    async def _keys(self, kind: PurgeKind, limits: Limits) -> Sequence[Sequence[Any]]:
        """Return the keys of the oldest old rows, one transaction's worth. Ids grow with time."""
        if limits.latest is None:
            return []
        query = kind.old(limits, *kind.key).order_by(*kind.key).limit(kind.at_once)
        async with self._reader.connect() as connection:
            return [tuple(row) for row in await connection.execute(query)]


async def erase(connection: AsyncConnection, kind: PurgeKind, keys: Sequence[Sequence[Any]], limits: Limits) -> None:
    """Erase rows by their keys, in the transaction of `connection`."""
    these = tuple_(*kind.key).in_(keys) if len(kind.key) > 1 else kind.key[0].in_([key[0] for key in keys])
    if kind.at.class_ is kind.table:
        these = and_(these, kind.at < (limits.latest or LONG_AGO))  # it may have been written again since
    if blank := BLANKS.get(kind.table):
        await connection.execute(update(kind.table).where(these).values(blank))
    elif kind.table is MessageRow:
        await _erase_messages(connection, these, limits.latest or LONG_AGO)
    else:
        await connection.execute(delete(kind.table).where(these))


async def _erase_messages(connection: AsyncConnection, these: ColumnElement[bool], before: datetime) -> None:
    """Delete messages, and the threads that this empties with everything that belongs to them."""
    ids = (await connection.execute(select(MessageRow.thread_id).where(these).distinct())).scalars().all()
    await connection.execute(delete(MessageRow).where(these))
    # A summary may repeat what is forgotten; it is made again from what is left.
    touched = ThreadRow.id.in_(ids)
    await connection.execute(update(ThreadRow).where(touched).values(summary=None, summary_until=0))
    # One that someone writes to at this moment is not empty, though its message can't be seen from here.
    is_empty = ThreadRow.last_message_at < before, ~exists().where(MessageRow.thread_id == ThreadRow.id)
    await connection.execute(delete(ThreadRow).where(touched, *is_empty))
