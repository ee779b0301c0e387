"""The accounts of budgets, on both databases: what hammers a cap never gets over it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.calls import Call, Purpose
from bot.core.domain.budget import Account, BudgetKind, Cap, Refusal, Reservation
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.db.budgets import COMPARED_EVERY, SqlSpendStore
from bot.db.engine import Database
from bot.db.threads import record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = NOW.replace(hour=0), NOW.replace(day=25, hour=0)
PERSON = Cap(Account(BudgetKind.PERSON, "T1", "U1", *DAY), 100, 80)
CHANNEL = Cap(Account(BudgetKind.CHANNEL, "T1", "C1", *DAY), 1_000, 800)
LONG = timedelta(minutes=10)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spend_store(database: Database, clock: Clock) -> SqlSpendStore:
    return SqlSpendStore(database, clock)


@pytest.fixture
async def others(url: str, clock: Clock) -> AsyncIterator[SqlSpendStore]:
    """The store of another replica."""
    database = Database.open(url)
    yield SqlSpendStore(database, clock)
    await database.close()


async def reserve(spend_store: SqlSpendStore, micros: int, *caps: Cap) -> str:
    """Reserve; return the reservation's id, "" where it was refused."""
    found = await spend_store.reserve(caps or (PERSON,), micros, LONG)
    return found.id if isinstance(found, Reservation) else ""


async def spend(database: Database, micros: int, at: datetime = NOW) -> None:
    """Write a call into the ledger that no store knows of."""
    call = Call(Purpose.ANSWER, "m", at, 1, None, 1, 1, 0, 0, None, None, "ok", cost_micros=micros)
    async with database.writer.begin() as connection:
        await connection.run_sync(record, Record(Place("T1", "C1"), "U1", calls=(call,)))


async def test_a_hundred_at_once_keep_the_cap(spend_store: SqlSpendStore, others: SqlSpendStore) -> None:
    spent = 0

    async def turn(number: int) -> bool:
        nonlocal spent
        mine = spend_store if number % 2 else others
        if not (reserved := await reserve(mine, 10, PERSON, CHANNEL)):
            return False
        await asyncio.sleep(0)
        await mine.settle(reserved, 7)
        spent += 7
        return True

    asked = await asyncio.gather(*(turn(number) for number in range(100)))
    assert spent <= 100
    assert sum(asked) >= 10  # each was refused only for want of money
    refused = await spend_store.reserve((PERSON,), 101 - spent, LONG)
    assert isinstance(refused, Refusal)
    assert refused.taken == spent
    assert await reserve(others, 100 - spent)


async def test_a_refused_cap_takes_of_none(spend_store: SqlSpendStore) -> None:
    assert not await reserve(spend_store, 101, CHANNEL, PERSON)
    assert await reserve(spend_store, 1_000, CHANNEL)


async def test_what_nobody_settles_comes_back(spend_store: SqlSpendStore, clock: Clock) -> None:
    assert await reserve(spend_store, 100)
    assert not await reserve(spend_store, 1)
    clock.now += LONG
    assert await reserve(spend_store, 100)


async def test_a_settlement_counts_once(spend_store: SqlSpendStore) -> None:
    reserved = await reserve(spend_store, 90)
    await spend_store.settle(reserved, 40)
    await spend_store.settle(reserved, 40)
    assert await reserve(spend_store, 60)
    assert not await reserve(spend_store, 1)


async def test_a_batch_is_settled_by_name(spend_store: SqlSpendStore) -> None:
    await spend_store.rename(await reserve(spend_store, 50), "batch:1")
    await spend_store.rename(
        await reserve(spend_store, 50), "batch:1"
    )  # handed in again after a crash: it was the same one
    await spend_store.settle("batch:1", 20)
    assert await reserve(spend_store, 80)
    assert not await reserve(spend_store, 1)


async def test_a_new_cap_counts_what_was_spent(spend_store: SqlSpendStore, database: Database, clock: Clock) -> None:
    await spend(database, 60)
    await spend(database, 1_000, at=DAY[0] - timedelta(seconds=1))
    assert not await reserve(spend_store, 41)
    assert await reserve(spend_store, 40)
    await spend(database, 10, at=NOW + timedelta(seconds=1))
    clock.now += COMPARED_EVERY
    refused = await spend_store.reserve((PERSON,), 31, LONG)
    assert isinstance(refused, Refusal)
    assert refused.taken == 70


async def test_a_notice_is_given_once(spend_store: SqlSpendStore) -> None:
    await spend_store.settle(await reserve(spend_store, 85), 85)
    first, second = [await spend_store.reserve((PERSON,), 1, LONG) for _ in range(2)]
    assert isinstance(first, Reservation)
    assert isinstance(second, Reservation)
    assert first.reached == [(PERSON, 85)]
    assert not second.reached


async def test_turns_are_counted_by_the_minute(spend_store: SqlSpendStore) -> None:
    minute = Cap(Account(BudgetKind.TURNS, "T1", "U1", NOW, NOW + timedelta(minutes=1)), 2)
    found = [await spend_store.reserve((minute, PERSON), 1, LONG) for _ in range(3)]
    assert [isinstance(one, Refusal) for one in found] == [False, False, True]
    later = Cap(Account(BudgetKind.TURNS, "T1", "U1", NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)), 2)
    assert isinstance(await spend_store.reserve((later,), 0, LONG), Reservation)
