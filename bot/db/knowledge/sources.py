"""The store of sources."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select, update

from bot.core.domain.article import ArticleState
from bot.core.domain.knowledge import SourceKind, SourceState
from bot.db.knowledge.articles import removals
from bot.db.knowledge.rows import COLUMNS, FAILED, delete_pages, serves, source_of
from bot.db.tables import ArticleRow, KnowledgePageRow, KnowledgeSourceRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from bot.core.domain.knowledge import KnowledgeSource, NewSource
    from bot.core.domain.message import Place
    from bot.db.engine import Database

_ONE_EACH = "workspace", "channel", "kind", "address"


class SqlKnowledgeSources:
    """`bot.core.ports.knowledge.KnowledgeSources` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def add(self, source: NewSource, now: datetime) -> KnowledgeSource:
        """Add a source; return the one that is already there, if its place has the same."""
        values = asdict(source) | {"state": SourceState.NEW, "run": 0, "added_at": now, "next_at": now}
        values |= {"fault": "", "pages": 0, "skipped": 0, "passages": 0}

        def add(connection: Connection) -> KnowledgeSource:
            insert = INSERT[connection.dialect.name](KnowledgeSourceRow).values(values)
            connection.execute(insert.on_conflict_do_nothing(index_elements=_ONE_EACH))
            same = [getattr(KnowledgeSourceRow, name) == values[name] for name in _ONE_EACH]
            return source_of(connection.execute(select(*COLUMNS).where(*same)).one())

        return await transact(self._writer, add)

    async def serving(self, place: Place) -> Sequence[KnowledgeSource]:
        """Return the sources that a place's answers come from: its channel's and its workspace's, the oldest first."""
        return await self._read(serves(place))

    async def find(self, workspace: str, source: int) -> KnowledgeSource | None:
        """Return a source."""
        found = await self._read(_is(workspace, source))
        return found[0] if found else None

    async def remove(self, workspace: str, source: int) -> bool:
        """Remove a source with its pages, some at a time, and its article; return whether it was there."""
        outdate = update(KnowledgeSourceRow).where(_is(workspace, source)).values(run=KnowledgeSourceRow.run + 1)
        if not await transact(self._writer, lambda connection: connection.execute(outdate).rowcount):
            return False
        await delete_pages(self._writer, [KnowledgePageRow.source_id == source])
        gone = delete(KnowledgeSourceRow).where(_is(workspace, source))
        is_its = ArticleRow.source == source, ArticleRow.state == ArticleState.PUBLISHED
        article = and_(ArticleRow.workspace == workspace, *is_its)

        def remove(connection: Connection) -> None:
            connection.execute(gone)
            for _rows, removal in removals(article):
                connection.execute(removal)

        await transact(self._writer, remove)
        return True

    async def confine(self, place: Place) -> None:
        """Let the articles about a channel's threads that serve its workspace serve the channel only."""
        row, its = KnowledgeSourceRow, (ArticleRow.workspace == place.workspace, ArticleRow.channel == place.channel)
        of_channel = row.workspace == place.workspace, row.address.startswith(f"{place.channel}/", autoescape=True)
        of_all = row.kind == SourceKind.ARTICLE, row.channel == ""
        sources = update(row).where(*of_channel, *of_all).values(channel=place.channel)
        articles = update(ArticleRow).where(*its, ArticleRow.for_workspace).values(for_workspace=False)
        await transact(self._writer, lambda connection: [connection.execute(one) for one in (sources, articles)])

    async def due(self, now: datetime, limit: int) -> Sequence[KnowledgeSource]:
        """Return sources whose time to be read has come, of all workspaces, the longest due first."""
        is_read = KnowledgeSourceRow.kind != SourceKind.ARTICLE
        query = select(*COLUMNS).where(KnowledgeSourceRow.next_at <= now, is_read).order_by(KnowledgeSourceRow.next_at)

        def read(connection: Connection) -> list[KnowledgeSource]:
            return list(map(source_of, connection.execute(query.limit(limit))))

        return await transact(self._reader, read)

    async def refresh(self, workspace: str, source: int, now: datetime) -> KnowledgeSource | None:
        """Make a source due; one that is being read begins again. Return it."""
        make_due = update(KnowledgeSourceRow).where(_is(workspace, source)).values(next_at=now).returning(*COLUMNS)

        def write(connection: Connection) -> KnowledgeSource | None:
            row = connection.execute(make_due).one_or_none()
            return source_of(row) if row else None

        return await transact(self._writer, write)

    async def all(self) -> Sequence[KnowledgeSource]:
        """Return the sources of all workspaces, for the operator: by workspace and channel, the oldest first."""
        row = KnowledgeSourceRow
        query = select(*COLUMNS).order_by(row.workspace, row.channel, row.id)
        return await transact(self._reader, lambda connection: list(map(source_of, connection.execute(query))))

    async def faults(self, source: KnowledgeSource, limit: int) -> Sequence[tuple[str, str]]:
        """Return the first pages that a source's last run could not read: the address of each, and why."""
        page = KnowledgePageRow
        query = select(page.address, page.fault).where(page.source_id == source.id, page.state == FAILED)
        query = query.order_by(page.position).limit(limit)
        return await transact(self._reader, lambda connection: [(row[0], row[1]) for row in connection.execute(query)])

    async def _read(self, where: ColumnElement[bool]) -> list[KnowledgeSource]:
        query = select(*COLUMNS).where(where).order_by(KnowledgeSourceRow.id)
        return await transact(self._reader, lambda connection: list(map(source_of, connection.execute(query))))


def _is(workspace: str, source: int) -> ColumnElement[bool]:
    return (KnowledgeSourceRow.workspace == workspace) & (KnowledgeSourceRow.id == source)
