"""Settings of threads, channels and workspaces, with the history of their changes."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, func, insert, literal, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from bot.core.domain.channel_settings import merged
from bot.core.domain.message import Place
from bot.core.domain.overrides import Overrides, OverridesChange
from bot.db.tables import SettingsChangeRow, SettingsRow
from bot.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Select, Subquery
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.db.engine import Database


MOST_CHANGES = 200  # of a history, at a time


class SqlSettingsStore:
    """`bot.core.ports.SettingsStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def load(self, place: Place) -> ChannelSettings:
        """Return the settings that apply in a place: the thread's over the channel's over the workspace's."""
        async with self._reader.connect() as connection:
            sheets = sheets_query()
            found = await connection.execute(select(sheets.c.sheet).order_by(sheets.c.layer), asdict(place))
            return read(found.scalars())

    async def last_change(self) -> int:
        """Return a number that differs after any change of settings."""
        async with self._reader.connect() as connection:
            return (await connection.execute(select(func.max(SettingsChangeRow.id)))).scalar_one() or 0

    async def overrides(self, place: Place) -> Overrides:
        """Return what is set for only this thread, channel or workspace."""
        async with self._reader.connect() as connection:
            return await _load(connection, place)

    async def layers(self, place: Place) -> tuple[Overrides, ...]:
        """Return the layers that apply in a place: the workspace's, the channel's, the thread's."""
        nested = [replace(place, channel="", thread=""), replace(place, thread=""), place]
        async with self._reader.connect() as connection:
            return tuple([await _load(connection, one) for one in dict.fromkeys(nested)])

    async def all_overrides(self, workspace: str = "", *, with_threads: bool = False) -> dict[Place, Overrides]:
        """Return the sheets of a workspace and of its channels, or of all workspaces; of their threads if asked."""
        query = select(SettingsRow).where(
            true() if with_threads else SettingsRow.thread == "",
            SettingsRow.workspace == workspace if workspace else true(),
        )
        order = SettingsRow.workspace, SettingsRow.channel, SettingsRow.thread
        async with self._reader.connect() as connection:
            rows = (await connection.execute(query.order_by(*order))).all()
        return {
            Place(row.workspace, row.channel, row.thread): Overrides(
                json.loads(row.sheet), row.version, row.changed_by, row.changed_at
            )
            for row in rows
        }

    async def history(self, place: Place, *, since: int = 0) -> tuple[OverridesChange, ...]:
        """Return the changes to only this place's settings after its version `since`, the newest 200, newest first."""
        here = [getattr(SettingsChangeRow, name) == value for name, value in asdict(place).items()]
        query = (
            select(SettingsChangeRow)
            .where(*here, SettingsChangeRow.version > since)
            .order_by(SettingsChangeRow.id.desc())
        )
        async with self._reader.connect() as connection:
            rows = (await connection.execute(query.limit(MOST_CHANGES))).all()
        return tuple(
            OverridesChange(row.version, json.loads(row.before), json.loads(row.after), row.person, row.changed_at)
            for row in rows
        )

    async def change(
        self, place: Place, changes: Mapping[str, Any], person: str, *, version: int | None = None
    ) -> None:
        """Set some settings of only this place, or unset them with None; keep who, when and what, if anything changes.

        Raises `ConflictError` when `version` is given and is no longer the current one, and when two change it at the
        same time.
        """
        async with self._writer.begin() as connection:
            old = await _load(connection, place)
            if version is not None and version != old.version:
                raise ConflictError("settings")
            changes = {name: value for name, value in changes.items() if value != old.values.get(name)}
            if not changes:
                return
            before = {name: old.values.get(name) for name in changes}
            kept = {name: value for name, value in {**old.values, **changes}.items() if value is not None}
            now = {"changed_by": person, "changed_at": datetime.now(UTC)}
            await _save(connection, place, old.version, {"sheet": json.dumps(kept), "version": old.version + 1} | now)
            await connection.execute(
                insert(SettingsChangeRow).values(
                    **asdict(place),
                    version=old.version + 1,
                    before=json.dumps(before),
                    after=json.dumps(dict(changes)),
                    person=person,
                    changed_at=now["changed_at"],
                )
            )


def read(sheets: Iterable[str]) -> ChannelSettings:
    """Merge stored layers; the last wins."""
    return merged(*(json.loads(sheet) for sheet in sheets))


@cache
def sheets_query() -> Subquery:
    """Select the layers that apply in a place, whose fields are the parameters, each with its number: -3, -2 or -1."""
    layer = literal(-3) + case((SettingsRow.channel == "", 0), (SettingsRow.thread == "", 1), else_=2)
    holds = or_(
        and_(SettingsRow.channel == "", SettingsRow.thread == ""),
        and_(
            SettingsRow.channel == bindparam("channel"),
            or_(SettingsRow.thread == "", SettingsRow.thread == bindparam("thread")),
        ),
    )
    here = SettingsRow.workspace == bindparam("workspace"), holds
    return select(layer.label("layer"), SettingsRow.sheet).where(*here).subquery()


@cache
def _sheet_query() -> Select[*tuple[Any, ...]]:
    here = (getattr(SettingsRow, name) == bindparam(name) for name in ("workspace", "channel", "thread"))
    return select(SettingsRow.sheet, SettingsRow.version, SettingsRow.changed_by, SettingsRow.changed_at).where(*here)


async def _load(connection: AsyncConnection, place: Place) -> Overrides:
    row = (await connection.execute(_sheet_query(), asdict(place))).one_or_none()
    return Overrides(json.loads(row.sheet), row.version, row.changed_by, row.changed_at) if row else Overrides({})


async def _save(connection: AsyncConnection, place: Place, version: int, values: dict[str, Any]) -> None:
    """Write a place's settings over the version they were read in. Raises `ConflictError` if there is a newer one."""
    if version == 0:
        try:
            await connection.execute(insert(SettingsRow).values(**asdict(place), **values))
        except IntegrityError:
            raise ConflictError("settings") from None
        return
    ours = [getattr(SettingsRow, name) == value for name, value in asdict(place).items()]
    changed = await connection.execute(
        update(SettingsRow).where(*ours, SettingsRow.version == version).values(**values)
    )
    if changed.rowcount != 1:
        raise ConflictError("settings")
