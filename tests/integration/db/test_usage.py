"""What the ledger tells, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.calls import Call, Purpose
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.domain.usage import UsageScope, UsageView
from bot.db.store import sql_store
from bot.db.threads import record

if TYPE_CHECKING:
    from bot.core.ports import Store
    from bot.db.engine import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE = Place("T1", "C1", "1")
CALL = Call(
    purpose=Purpose.ANSWER,
    model="claude-haiku-5-5",
    started_at=NOW,
    latency_ms=100,
    first_token_ms=None,
    input_tokens=10,
    output_tokens=5,
    cache_read_tokens=30,
    cache_write_tokens=0,
    stop_reason="end_turn",
    request_id=None,
    outcome="ok",
    cost_micros=7,
)


@pytest.fixture
def store(database: Database) -> Store:
    return sql_store(database)


async def keep(database: Database, *calls: Call, place: Place = HERE, person: str = "U1") -> None:
    async with database.writer.begin() as connection:
        await connection.run_sync(record, Record(place, person, calls=calls))


async def test_a_view_sums_its_own(store: Store, database: Database) -> None:
    await keep(database, CALL, replace(CALL, started_at=NOW - timedelta(hours=1)))
    await keep(database, CALL, person="U2")
    await keep(database, CALL, place=Place("T1", "C2"))
    await keep(database, CALL, place=Place("T2", "C1", "1"))
    counts = {}
    for scope in UsageScope:
        (used,) = await store.usage.load(UsageView(scope, 7), HERE, "U1", NOW)
        counts[scope] = (used.calls, used.cost_micros, used.cache_read_tokens)
    assert counts == {
        UsageScope.PERSON: (3, 21, 90),
        UsageScope.CHANNEL: (3, 21, 90),
        UsageScope.WORKSPACE: (4, 28, 120),
    }


async def test_a_turn_counts_once(store: Store, database: Database) -> None:
    later = NOW + timedelta(seconds=1)
    await keep(database, replace(CALL, turn="a"), replace(CALL, turn="b"), replace(CALL, turn=""))
    await keep(database, replace(CALL, turn="a", started_at=later, purpose=Purpose.CODE))
    used = await store.usage.load(UsageView(UsageScope.PERSON, 7), HERE, "U1", NOW)
    assert {one.purpose: (one.turns, one.calls) for one in used} == {"answer": (2, 3), "code": (0, 1)}


async def test_an_unknown_price_is_told_apart(store: Store, database: Database) -> None:
    await keep(database, CALL, replace(CALL, cost_micros=None, outcome="ModelBusyError"))
    (used,) = await store.usage.load(UsageView(UsageScope.PERSON, 7), HERE, "U1", NOW)
    assert (used.calls, used.failed, used.unpriced, used.cost_micros) == (2, 1, 1, 7)


async def test_days_are_those_of_utc(store: Store, database: Database) -> None:
    midnight = NOW.replace(hour=0)
    times = [midnight, midnight - timedelta(microseconds=1), midnight - timedelta(days=1, microseconds=1)]
    await keep(database, *(replace(CALL, started_at=at) for at in times))
    assert [one.day for one in await store.usage.load(UsageView(UsageScope.PERSON, 2), HERE, "U1", NOW)] == [
        date(2026, 11, 23),
        date(2026, 11, 24),
    ]


async def test_percentiles_go_over_all_days(store: Store, database: Database) -> None:
    odd = replace(CALL, outcome="ModelBusyError", latency_ms=1), replace(CALL, is_batch=True, latency_ms=0)
    calls = [replace(CALL, latency_ms=n, started_at=NOW - timedelta(days=n % 3)) for n in range(1, 101)]
    await keep(database, *calls, *odd, replace(CALL, purpose=Purpose.CODE, latency_ms=7_000))
    used = await store.usage.load(UsageView(UsageScope.PERSON, 7), HERE, "U1", NOW)
    answers = [one for one in used if one.purpose == "answer"]
    assert min(one.median_ms for one in answers if one.median_ms is not None) == 50
    assert min(one.slow_ms for one in answers if one.slow_ms is not None) == 95
    assert min(one.slow_of_all_ms for one in used if one.slow_of_all_ms is not None) == 96
