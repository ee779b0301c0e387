from __future__ import annotations

import asyncio

import pytest

from bot.core.domain.message import Place
from bot.core.domain.rate_limit import SLOT, SLOTS, Lease
from bot.slack.client.rate_limit import APPEND, POST, START, STOP, UPDATE, Budget
from tests.support.quota import InMemoryQuota

HERE = Place("T1", "C1", "1.0")


class Clock:
    now = 999.0

    def __call__(self) -> float:
        return self.now


class BrokenQuota:
    async def lease(self, _key: str, _wanted: int, _limit: int, _back: tuple[int, int]) -> Lease:
        raise OSError

    async def close(self, _key: str, _seconds: float) -> None:
        raise OSError


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quota(clock: Clock) -> InMemoryQuota:
    return InMemoryQuota(clock)


async def taken(budget: Budget, method: str, tries: int, **options: float) -> int:
    return sum([await budget.take(method, HERE, **options) for _ in range(tries)])


async def test_a_tier_is_not_exceeded(quota: InMemoryQuota, clock: Clock) -> None:
    budget = Budget(quota, clock=clock)
    assert await taken(budget, START, 30) == 20
    assert await budget.take(STOP, HERE)
    clock.now += SLOT * SLOTS
    assert await taken(budget, START, 30) == 20


async def test_replicas_share_a_tier(quota: InMemoryQuota, clock: Clock) -> None:
    budgets = [Budget(quota, clock=clock) for _ in range(3)]
    assert sum([await taken(budget, UPDATE, 30) for budget in budgets]) == 50


async def test_endings_come_before_pieces(quota: InMemoryQuota, clock: Clock) -> None:
    budget = Budget(quota, clock=clock)
    assert await taken(budget, APPEND, 200, reserve=0.2) == 80
    assert await taken(budget, APPEND, 200) == 20


async def test_calls_are_leased_in_bulk(quota: InMemoryQuota, clock: Clock) -> None:
    budget = Budget(quota, clock=clock)
    assert await taken(budget, APPEND, 1_000) == 100
    assert quota.leases <= 11


async def test_calls_that_were_not_made_come_back(quota: InMemoryQuota, clock: Clock) -> None:
    budget = Budget(quota, clock=clock)
    count = 0
    for _ in range(SLOTS):
        count += await taken(budget, APPEND, 4)
        clock.now += SLOT
    assert count == 4 * SLOTS


async def test_a_refusal_holds_all_back(quota: InMemoryQuota, clock: Clock) -> None:
    one, other = Budget(quota, clock=clock), Budget(quota, clock=clock)
    assert await one.take(UPDATE, HERE)
    await one.refused(UPDATE, HERE, 30)
    assert not await one.take(UPDATE, HERE)
    assert not await other.take(UPDATE, HERE)
    clock.now += 31
    assert await other.take(UPDATE, HERE)


async def test_without_the_database_answers_go_on() -> None:
    budget = Budget(BrokenQuota())
    assert await taken(budget, START, 50) == 0
    for _ in range(3):
        await budget.wait(POST, HERE)
    await budget.refused(POST, HERE, 1)


async def test_who_waits_goes_first_come() -> None:
    budget = Budget(InMemoryQuota(), factor=100)
    order: list[int] = []

    async def post(number: int) -> None:
        await budget.wait(POST, HERE)
        order.append(number)

    await asyncio.gather(*(post(number) for number in range(10)))
    assert order == list(range(10))


async def test_a_larger_allowance_is_used(quota: InMemoryQuota, clock: Clock) -> None:
    assert await taken(Budget(quota, factor=10, clock=clock), START, 300) == 200


async def test_what_was_short_is_counted(quota: InMemoryQuota, clock: Clock) -> None:
    short: list[tuple[str, str]] = []
    budget = Budget(quota, clock=clock, on_short=lambda method, outcome: short.append((method, outcome)))
    await taken(budget, START, 21)
    await budget.refused(UPDATE, HERE, 30)
    assert short == [(START, "withheld"), (UPDATE, "refused")]


async def test_a_wait_is_counted() -> None:
    short: list[tuple[str, str]] = []
    budget = Budget(InMemoryQuota(), on_short=lambda method, outcome: short.append((method, outcome)))
    for _ in range(4):  # one more than a burst in a channel
        await budget.wait(POST, HERE)
    assert short == [(POST, "waited")]
