"""The accounts of budgets: what was spent and what is reserved, for all replicas."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from bot.core.domain.budget import BudgetKind, Refusal, Reservation
from bot.db.tables import BudgetAccountRow, BudgetReservationRow, CallRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from bot.core.domain.budget import Account, Cap
    from bot.db.engine import Database

# How often an account is laid beside the ledger: that has what was spent while there was no cap, or never settled.
COMPARED_EVERY = timedelta(minutes=10)
KEPT = timedelta(days=1)  # after its end


class SqlSpendStore:
    """`bot.core.ports.budgets.SpendStore` on a database: one row per account, locked while it is changed."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database, self._clock = database, clock

    async def reserve(self, caps: Sequence[Cap], micros: int, lasting: timedelta) -> Reservation | Refusal:
        """Reserve an amount with every cap, or with none."""

        def take(connection: Connection) -> Reservation | Refusal:
            now = self._clock()
            reached = _admitted(connection, caps, micros, now)
            if isinstance(reached, Refusal):
                return reached
            money = [cap.account.key for cap in caps if cap.account.kind is not BudgetKind.TURNS]
            turns = [cap.account.key for cap in caps if cap.account.kind is BudgetKind.TURNS]
            if turns:
                _add(connection, turns, 1)
            for cap, _ in reached:
                told = update(BudgetAccountRow).where(BudgetAccountRow.key == cap.account.key).values(was_told=True)
                connection.execute(told)
            if not money:
                return Reservation("", reached)
            id_ = secrets.token_hex(8)
            rows = [{"id": id_, "account": key, "micros": micros, "expires_at": now + lasting} for key in money]
            connection.execute(insert(BudgetReservationRow), rows)
            return Reservation(id_, reached)

        return await transact(self._database.writer, take)

    async def check(self, caps: Sequence[Cap], micros: int) -> Refusal | None:
        """Return what would refuse to reserve an amount."""

        def look(connection: Connection) -> Refusal | None:
            found = _admitted(connection, caps, micros, self._clock())
            return found if isinstance(found, Refusal) else None

        return await transact(self._database.writer, look)

    async def rename(self, reservation: str, name: str) -> None:
        """Give a reservation another name; one that already has the name stands for both."""

        def write(connection: Connection) -> None:
            is_known = select(BudgetReservationRow.id).where(BudgetReservationRow.id == name).limit(1)
            ours = BudgetReservationRow.id == reservation
            if connection.execute(is_known).scalar_one_or_none():
                connection.execute(delete(BudgetReservationRow).where(ours))
            else:
                connection.execute(update(BudgetReservationRow).where(ours).values(id=name))

        await transact(self._database.writer, write)

    async def settle(self, reservation: str, micros: int) -> None:
        """Count what was really spent, and release the rest."""
        ours = BudgetReservationRow.id == reservation

        def write(connection: Connection) -> None:
            keys = sorted(connection.execute(select(BudgetReservationRow.account).where(ours)).scalars())
            for key in keys:  # in the order in which `reserve` locks them
                connection.execute(select(BudgetAccountRow.key).where(BudgetAccountRow.key == key).with_for_update())
            # Whoever settles the same at once finds nothing left.
            if keys and connection.execute(delete(BudgetReservationRow).where(ours)).rowcount:
                _add(connection, keys, micros)

        await transact(self._database.writer, write)


def _add(connection: Connection, keys: Sequence[str], amount: int) -> None:
    connection.execute(
        update(BudgetAccountRow).where(BudgetAccountRow.key.in_(keys)).values(spent=BudgetAccountRow.spent + amount)
    )


def _admitted(
    connection: Connection, caps: Sequence[Cap], micros: int, now: datetime
) -> list[tuple[Cap, int]] | Refusal:
    """Lock the accounts of caps; return those to warn about, with what was spent, or what refuses the amount."""
    reached: list[tuple[Cap, int]] = []
    # Locked in one order by everyone, so that no one waits in a circle.
    for cap in sorted(caps, key=lambda cap: cap.account.key):
        spent, was_told = _open(connection, cap.account, now)
        is_money = cap.account.kind is not BudgetKind.TURNS
        taken = spent + _reserved(connection, cap.account, now)
        if taken + (micros if is_money else 1) > cap.limit:
            return Refusal(cap, taken)
        if is_money and not was_told and spent >= cap.notice:
            reached.append((cap, spent))
    return reached


def _open(connection: Connection, account: Account, now: datetime) -> tuple[int, bool]:
    """Lock an account; return what was spent, and whether a warning was sent."""
    ours = BudgetAccountRow.key == account.key
    found = (
        select(BudgetAccountRow.spent, BudgetAccountRow.was_told, BudgetAccountRow.compared_at)
        .where(ours)
        .with_for_update()
    )
    row = connection.execute(found).one_or_none()
    if row is None:
        values = {"key": account.key, "workspace": account.workspace, "ends_at": account.ends}
        new = INSERT[connection.dialect.name](BudgetAccountRow).values(
            **values, spent=0, was_told=False, compared_at=datetime.fromtimestamp(0, UTC)
        )
        connection.execute(new.on_conflict_do_nothing())
        row = connection.execute(found).one()
        connection.execute(delete(BudgetAccountRow).where(BudgetAccountRow.ends_at < now - KEPT))
        connection.execute(delete(BudgetReservationRow).where(BudgetReservationRow.expires_at < now - KEPT))
    if account.kind is BudgetKind.TURNS or row.compared_at > now - COMPARED_EVERY:
        return row.spent, row.was_told
    spent = max(row.spent, _ledger(connection, account))
    connection.execute(update(BudgetAccountRow).where(ours).values(spent=spent, compared_at=now))
    return spent, row.was_told


def _ledger(connection: Connection, account: Account) -> int:
    """Return what the ledger says was spent."""
    whose = {
        BudgetKind.PERSON: (CallRow.person == account.subject,),
        BudgetKind.CHANNEL: (CallRow.channel == account.subject,),
    }
    when = CallRow.started_at >= account.begins, CallRow.started_at < account.ends
    spent = select(func.coalesce(func.sum(CallRow.cost_micros), 0)).where(
        CallRow.workspace == account.workspace, *when, *whose.get(account.kind, ())
    )
    return int(connection.execute(spent).scalar_one() or 0)


def _reserved(connection: Connection, account: Account, now: datetime) -> int:
    held = select(func.coalesce(func.sum(BudgetReservationRow.micros), 0)).where(
        BudgetReservationRow.account == account.key, BudgetReservationRow.expires_at > now
    )
    return int(connection.execute(held).scalar_one() or 0)
