"""The files of code that threads have: each in its latest version."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from bot.core.domain.code_file import CodeFile
from bot.db import tables
from bot.db.tables import ThreadRow
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Select

    from bot.core.domain.message import Place
    from bot.db.engine import Database


class SqlCodeFileStore:
    """`bot.core.ports.CodeFileStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader

    async def load(self, place: Place) -> tuple[CodeFile, ...]:
        """Return the files of a thread, each in its latest version, the oldest file first."""
        async with self._reader.connect() as connection:
            rows = await connection.execute(_files_query(), asdict(place))
            return tuple(CodeFile(row.name, row.content, row.version) for row in rows)


@cache
def _files_query() -> Select[*tuple[Any, ...]]:
    file = tables.CodeFileRow
    here = (getattr(ThreadRow, name) == bindparam(name) for name in ("workspace", "channel", "thread"))
    named = select(file.name, file.content, file.version).join(ThreadRow, ThreadRow.id == file.thread_id)
    return named.where(*here).order_by(file.id)


def save(connection: Connection, thread_id: int, files: Sequence[CodeFile]) -> None:
    """Store files of a thread, replacing their earlier versions."""
    rows = [asdict(file) | {"thread_id": thread_id, "changed_at": datetime.now(UTC)} for file in files]
    statement = INSERT[connection.dialect.name](tables.CodeFileRow)
    newer = {name: statement.excluded[name] for name in ("content", "version", "changed_at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["thread_id", "name"], set_=newer), rows)
