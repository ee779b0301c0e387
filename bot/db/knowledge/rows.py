"""Rows of sources: their conversion, which serve a place, and which run of one is the latest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, select

from bot.core.domain.knowledge import KnowledgeSource, SourceKind, SourceState
from bot.db.tables import KnowledgePageRow, KnowledgeSourceRow
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Row
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.core.domain.message import Place

PAGES_AT_ONCE = 50  # deleted in one transaction: SQLite has one writer, which must not be kept long
WAITING, READ, FAILED, GONE = "waiting", "read", "failed", "gone"  # how far the run of a page has come: stored
COLUMNS = tuple(column for column in KnowledgeSourceRow.__table__.columns if column.name != "passages")


def source_of(row: Row[*tuple[Any, ...]]) -> KnowledgeSource:
    """Convert a row to a source."""
    values = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's public name for it)
    return KnowledgeSource(**values | {"kind": SourceKind(row.kind), "state": SourceState(row.state)})


def serves(place: Place) -> ColumnElement[bool]:
    """Match the sources that a place's answers come from."""
    return and_(KnowledgeSourceRow.workspace == place.workspace, KnowledgeSourceRow.channel.in_(["", place.channel]))


def is_current(connection: Connection, source: KnowledgeSource) -> bool:
    """Return whether no newer run of a source has begun; none begins until the transaction ends."""
    same = KnowledgeSourceRow.id == source.id, KnowledgeSourceRow.run == source.run
    return connection.execute(select(KnowledgeSourceRow.id).where(*same).with_for_update()).first() is not None


async def delete_pages(writer: AsyncEngine, where: Sequence[ColumnElement[bool]]) -> None:
    """Delete pages with their passages, some at a time."""
    some = select(KnowledgePageRow.id).where(*where).limit(PAGES_AT_ONCE)

    def delete_some(connection: Connection) -> bool:
        return bool(connection.execute(delete(KnowledgePageRow).where(KnowledgePageRow.id.in_(some))).rowcount)

    while await transact(writer, delete_some):
        pass
