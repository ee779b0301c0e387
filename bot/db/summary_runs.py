"""Runs of summaries: what was asked, read and found, until retention deletes it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from sqlalchemy import select

from bot.core.domain.message import Place
from bot.core.domain.summary import Source, SummaryOptions, SummaryRun
from bot.db.tables import SummaryPartRow, SummaryRunRow
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from bot.db.engine import Database

_SOURCE, _WISHES = TypeAdapter(Source), TypeAdapter(SummaryOptions)


class SqlSummaryRunStore:
    """`bot.core.ports.SummaryRunStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def begin(self, run: SummaryRun) -> None:
        """Save a new run; an existing one stays as it is."""
        async with self._writer.begin() as connection:
            insert = INSERT[connection.dialect.name](SummaryRunRow).values(
                **asdict(run.place),
                id=run.id,
                person=run.person,
                source=_SOURCE.dump_json(run.source).decode(),
                wishes=_WISHES.dump_json(run.wishes).decode(),
                created_at=datetime.now(UTC),
            )
            await connection.execute(insert.on_conflict_do_nothing())

    async def find(self, workspace: str, run_id: str) -> SummaryRun | None:
        """Load a run of a workspace; None if it was deleted."""
        async with self._reader.connect() as connection:
            here = SummaryRunRow.workspace == workspace, SummaryRunRow.id == run_id
            row = (await connection.execute(select(SummaryRunRow.__table__).where(*here))).one_or_none()
        if row is None:
            return None
        return SummaryRun(
            id=row.id,
            person=row.person,
            place=Place(row.workspace, row.channel, row.thread),
            source=_SOURCE.validate_json(row.source),
            wishes=_WISHES.validate_json(row.wishes),
        )

    async def kept(self, run: SummaryRun, key: str) -> str | None:
        """Return what a run keeps under `key`."""
        here = SummaryPartRow.run_id == run.id, SummaryPartRow.key == key
        async with self._reader.connect() as connection:
            return (await connection.execute(select(SummaryPartRow.content).where(*here))).scalar_one_or_none()

    async def keep(self, run: SummaryRun, key: str, content: str) -> None:
        """Keep `content` under `key`; what is there already stays."""
        async with self._writer.begin() as connection:
            insert = INSERT[connection.dialect.name](SummaryPartRow).values(run_id=run.id, key=key, content=content)
            await connection.execute(insert.on_conflict_do_nothing())
