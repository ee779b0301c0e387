"""Installations with their encrypted tokens, and the OAuth states of started ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, or_, select, update

from bot.core.domain.installation import Installation
from bot.db.tables import InstallationRow as Table
from bot.db.tables import InstallStateRow
from bot.db.upsert import INSERT
from bot.errors import SealedError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import ColumnElement, Row

    from bot.db.engine import Database
    from bot.db.vault import Vault

RENEWAL = timedelta(seconds=30)  # that a replica has to get the next token, before another one may try
PLAIN = (
    *("workspace", "organisation", "name", "url", "bot_user", "bot_id", "scopes", "person"),
    *("installed_at", "expires_at", "version"),
)
_COLUMNS = (*(getattr(Table, name) for name in PLAIN), Table.sealed)


def _now() -> datetime:
    return datetime.now(UTC)


def not_since(workspace: str, at: datetime) -> ColumnElement[bool]:
    """Match, within a statement, a workspace that has not installed the bot since a time.

    A statement that sees no installation sees none of its rows either: those come later.
    """
    return ~exists().where(Table.workspace == workspace, Table.installed_at > at)


class SqlInstallations:
    """`bot.core.domain.installation.Installations` on a database. Times are by the replicas' own clocks."""

    def __init__(self, database: Database, vault: Vault, clock: Callable[[], datetime] = _now) -> None:
        self._reader, self._writer, self._vault, self._clock = database.reader, database.writer, vault, clock

    async def find(self, workspace: str) -> Installation | None:
        """Return a workspace's installation; None where there is none. Raises `SealedError`."""
        async with self._reader.connect() as connection:
            row = (await connection.execute(select(*_COLUMNS).where(Table.workspace == workspace))).one_or_none()
        if row is None:
            return None
        return _read(row, self._vault.open(workspace, row.sealed))

    async def save(self, installation: Installation) -> None:
        """Save a new installation, replacing an earlier one."""
        values = {name: getattr(installation, name) for name in PLAIN} | {"sealed": self._seal(installation)}
        async with self._writer.begin() as connection:
            new = INSERT[connection.dialect.name](Table).values(values | {"version": 1, "renewing_until": None})
            changed = values | {"version": Table.version + 1, "renewing_until": None}
            await connection.execute(new.on_conflict_do_update(index_elements=["workspace"], set_=changed))

    async def claim_renewal(self, installation: Installation) -> bool:
        """Return whether we should get the next token; for half a minute, no one else is told so."""
        now = self._clock()
        is_free = or_(Table.renewing_until.is_(None), Table.renewing_until < now)
        ours = update(Table).where(*_is(installation), is_free).values(renewing_until=now + RENEWAL)
        async with self._writer.begin() as connection:
            return (await connection.execute(ours)).rowcount == 1

    async def renew(self, installation: Installation) -> None:
        """Save an installation's next token, unless the workspace has reinstalled the bot meanwhile."""
        values = {
            "sealed": self._seal(installation),
            "expires_at": installation.expires_at,
            "version": installation.version + 1,
            "renewing_until": None,
        }
        async with self._writer.begin() as connection:
            await connection.execute(update(Table).where(*_is(installation)).values(values))

    async def remove(self, workspace: str, before: datetime) -> None:
        """Delete a workspace's installation, unless it is newer than a time."""
        async with self._writer.begin() as connection:
            await connection.execute(delete(Table).where(Table.workspace == workspace, Table.installed_at <= before))

    async def listed(self) -> list[Installation]:
        """Return all installations without their tokens, in the order of their workspaces' ids."""
        async with self._reader.connect() as connection:
            rows = await connection.execute(select(*_COLUMNS).order_by(Table.workspace))
            return [_read(row, {}) for row in rows]

    async def check(self) -> None:
        """Decrypt the newest installation. Raises `SettingsError` if no key does: then no workspace can be served."""
        newest = select(Table.workspace).order_by(Table.installed_at.desc()).limit(1)
        async with self._reader.connect() as connection:
            workspace = (await connection.execute(newest)).scalar_one_or_none()
        try:
            await self.find(workspace or "")
        except SealedError as error:
            raise SettingsError([f"PARLEY_ENCRYPTION_KEY: {error}; add the former key after the new one."]) from error

    async def reseal(self) -> int:
        """Encrypt all tokens with the first key; return how many. Raises `SealedError`."""
        known = await self.listed()
        for one in known:
            here = Table.workspace == one.workspace
            async with self._writer.begin() as connection:
                sealed = (
                    await connection.execute(select(Table.sealed).where(here).with_for_update())
                ).scalar_one_or_none()
                if sealed is not None:
                    await connection.execute(
                        update(Table).where(here).values(sealed=self._vault.reseal(one.workspace, sealed))
                    )
        return len(known)

    def _seal(self, one: Installation) -> str:
        return self._vault.seal(one.workspace, {"token": one.token, "refresh_token": one.refresh_token})


def _read(row: Row[Any], secrets: Mapping[str, str]) -> Installation:
    plain = {name: getattr(row, name) for name in PLAIN}
    return Installation(**plain, token=secrets.get("token", ""), refresh_token=secrets.get("refresh_token", ""))


def _is(installation: Installation) -> tuple[ColumnElement[bool], ...]:
    return Table.workspace == installation.workspace, Table.version == installation.version


class SqlStates:
    """`bot.core.ports.installations.States` on a database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._writer, self._clock = database.writer, clock

    async def begin(self, state: str, until: datetime) -> None:
        """Save a state until a time; delete expired ones."""
        async with self._writer.begin() as connection:
            await connection.execute(delete(InstallStateRow).where(InstallStateRow.until < self._clock()))
            await connection.execute(INSERT[connection.dialect.name](InstallStateRow).values(state=state, until=until))

    async def finish(self, state: str) -> bool:
        """Delete a state; return whether it was there and had not expired."""
        good = InstallStateRow.state == state, InstallStateRow.until >= self._clock()
        async with self._writer.begin() as connection:
            return (await connection.execute(delete(InstallStateRow).where(*good))).rowcount == 1
