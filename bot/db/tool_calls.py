"""The journal of the calls of tools: each is kept before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, update

from bot.core.ports.tools import ToolCallState
from bot.db.tables import ToolCallRow
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from bot.core.ports.tools import ToolCallEntry
    from bot.db.engine import Database


class SqlToolJournal:
    """`bot.core.ports.tools.ToolJournal` on a database. Raises what the database raises."""

    def __init__(self, database: Database) -> None:
        self._writer = database.writer

    async def begin(self, entry: ToolCallEntry) -> ToolCallState | None:
        """Keep a call that is about to run; return how an earlier try left it, None where there was none."""
        row = {
            "workspace": entry.place.workspace,
            "channel": entry.place.channel,
            "thread": entry.place.thread,
            "turn": entry.turn,
            "call": entry.call,
            "tool": entry.tool,
            "arguments_hash": entry.arguments_hash,
            "state": ToolCallState.RUNNING,
            "begun_at": entry.begun_at,
        }
        async with self._writer.begin() as connection:
            earlier = select(ToolCallRow.state).where(*_this(entry) if not entry.is_write else _same(entry))
            before = (await connection.execute(earlier.limit(1))).scalar_one_or_none()
            if before is None:
                statement = INSERT[connection.dialect.name](ToolCallRow).values(row)
                await connection.execute(statement.on_conflict_do_nothing())
        return None if before is None else ToolCallState(before)

    async def end(self, entry: ToolCallEntry, state: ToolCallState) -> None:
        """Keep how a call ended."""
        async with self._writer.begin() as connection:
            await connection.execute(update(ToolCallRow).where(*_this(entry)).values(state=state))


def _same(entry: ToolCallEntry) -> tuple[ColumnElement[bool], ...]:
    """Select the call, and what asked for the same: where a round could not be kept, the model has written it again."""
    row = ToolCallRow
    twin = and_(row.tool == entry.tool, row.arguments_hash == entry.arguments_hash, row.state != ToolCallState.FAILED)
    return row.workspace == entry.place.workspace, row.turn == entry.turn, or_(row.call == entry.call, twin)


def _this(entry: ToolCallEntry) -> tuple[ColumnElement[bool], ...]:
    return (
        ToolCallRow.workspace == entry.place.workspace,
        ToolCallRow.turn == entry.turn,
        ToolCallRow.call == entry.call,
    )
