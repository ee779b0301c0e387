"""The shared rate limits, on both databases and in memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.rate_limit import SLOT, SLOTS, slot_of
from bot.db.quota import SqlQuota
from tests.support.quota import InMemoryQuota

if TYPE_CHECKING:
    from bot.core.ports.quota import Quota
    from bot.db.engine import Database

NOTHING = (0, 0)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sql", "memory"])
def quota(request: pytest.FixtureRequest, database: Database, clock: Clock) -> Quota:
    return SqlQuota(database, clock) if request.param == "sql" else InMemoryQuota(clock)


async def test_a_limit_is_shared(quota: Quota) -> None:
    first, second, third = [await quota.lease("T1:chat.update", 8, 20, NOTHING) for _ in range(3)]
    assert (first.granted, second.granted, third.granted) == (8, 8, 4)
    assert third.used == 20
    assert (await quota.lease("T2:chat.update", 8, 20, NOTHING)).granted == 8


async def test_a_limit_comes_back(quota: Quota, clock: Clock) -> None:
    await quota.lease("key", 20, 20, NOTHING)
    clock.now += SLOT * (SLOTS - 1)
    assert (await quota.lease("key", 1, 20, NOTHING)).granted == 0
    clock.now += SLOT
    assert (await quota.lease("key", 1, 20, NOTHING)).granted == 1


async def test_unused_calls_are_given_back(quota: Quota, clock: Clock) -> None:
    await quota.lease("key", 20, 20, NOTHING)
    assert (await quota.lease("key", 20, 20, (slot_of(clock.now), 5))).granted == 5


async def test_a_refusal_is_for_everybody(quota: Quota, clock: Clock) -> None:
    await quota.close("key", 10)
    assert (await quota.lease("key", 1, 20, NOTHING)).granted == 0
    clock.now += 11
    assert (await quota.lease("key", 20, 20, NOTHING)).granted == 10


async def test_replicas_never_take_too_much(quota: Quota) -> None:
    leases = await asyncio.gather(*(quota.lease("key", 3, 20, NOTHING) for _ in range(20)))
    assert sum(lease.granted for lease in leases) == 20
