"""Which trends of feedback were posted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from bot.db.tables import AlertRow
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from bot.core.domain.message import Place
    from bot.db.engine import Database


class SqlAlertStore:
    """`bot.core.ports.feedback_store.AlertStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def find(self, place: Place, key: str, since: datetime) -> str:
        """Return what was kept of a trend that was posted since a time, "" for none."""
        query = select(AlertRow.message).where(*_is_alert(place, key), AlertRow.created_at >= since)
        async with self._reader.connect() as connection:
            return (await connection.execute(query)).scalar_one_or_none() or ""

    async def keep(self, place: Place, key: str, message: str, since: datetime) -> None:
        """Keep where a trend was posted; one from before `since` starts over."""
        values = {"workspace": place.workspace, "channel": place.channel, "key": key, "message": message}
        old = delete(AlertRow).where(*_is_alert(place, key), AlertRow.created_at < since)
        async with self._writer.begin() as connection:
            await connection.execute(old)
            new = INSERT[connection.dialect.name](AlertRow).values(values | {"created_at": datetime.now(UTC)})
            keys = ["workspace", "channel", "key"]
            await connection.execute(new.on_conflict_do_update(index_elements=keys, set_={"message": message}))


def _is_alert(place: Place, key: str) -> tuple[ColumnElement[bool], ...]:
    return AlertRow.workspace == place.workspace, AlertRow.channel == place.channel, AlertRow.key == key
