"""Deliveries come in: whatever they hold, many to a commit, in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.work import Delivery
from bot.work.accept import MOST_WAITING, Acceptance
from bot.work.group_commit import Commits
from tests.integration.work.stand_ins import FlakyError, RecordingGivenUp, RecordingHandler
from tests.support.statements import listened
from tests.support.turn import no_one

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.db.engine import Database
    from bot.work import Inbox
    from tests.integration.work.conftest import Replicas, Rows

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANYTHING,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANYTHING, inner, max_size=3),
    max_leaves=10,
)
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=500)


def turn(number: int, **payload: Any) -> Delivery:
    return Delivery(f"E{number}", f"K{number % 7}", "turn", payload)


def accepting(database: Database) -> Acceptance:
    return Acceptance(Commits(database.writer), lambda: None, within=30)


@pytest.fixture
async def working(replica: Replicas) -> tuple[Inbox, RecordingHandler]:
    """An inbox that runs, and what it works with; the same for all examples of a test."""
    inbox, handler = replica(), RecordingHandler()
    inbox.handle("turn", handler, RecordingGivenUp(), charge=no_one)
    await inbox.start()
    return inbox, handler


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.builds(Delivery, NAMES, NAMES, st.just("turn"), st.dictionaries(ANYTHING, JSON, max_size=3)),
        min_size=4,
        max_size=6,
        unique_by=lambda delivery: delivery.id,
    )
)
async def test_any_payload_arrives_as_it_was(
    working: tuple[Inbox, RecordingHandler], database: Database, deliveries: list[Delivery]
) -> None:
    inbox, handler = working
    handler.jobs.clear()
    async with database.writer.begin() as connection:
        await connection.execute(text("DELETE FROM inbox"))
    for delivery in deliveries:
        assert await inbox.accept(delivery)
    await inbox.idle()
    arrived = {job.id: (job.key, job.payload) for job in handler.jobs}
    assert len(handler.jobs) == len(deliveries)
    assert arrived == {delivery.id: (delivery.key, delivery.payload) for delivery in deliveries}


async def test_what_arrives_together_shares_commits(database: Database) -> None:
    acceptance = accepting(database)
    async with listened(database.writer) as heard:
        accepted = await asyncio.gather(*(acceptance.accept(turn(i)) for i in range(150)))
    assert accepted == [True] * 150
    assert heard.count("COMMIT") == 2


async def test_twins_in_one_commit_count_once(database: Database) -> None:
    acceptance = accepting(database)
    assert await asyncio.gather(*(acceptance.accept(turn(1)) for _ in range(3))) == [True, False, False]


async def test_no_json_harms_no_neighbor(database: Database, rows: Rows) -> None:
    acceptance = accepting(database)
    results = await asyncio.gather(
        acceptance.accept(turn(1)),
        acceptance.accept(turn(2, bad=object())),
        acceptance.accept(turn(3, bad=float("nan"))),
        acceptance.accept(turn(4)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [bool, TypeError, ValueError, bool]
    assert await rows.ids() == ["E1", "E4"]


async def test_who_gives_up_harms_no_neighbor(database: Database, rows: Rows) -> None:
    acceptance = accepting(database)
    first, second = (asyncio.create_task(acceptance.accept(turn(i))) for i in (1, 2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert "E2" in await rows.ids()


async def test_a_failing_neighbor_loses_no_delivery(database: Database, rows: Rows) -> None:
    commits, fails = Commits(database.writer), 0
    failing: list[asyncio.Task[None]] = []

    def fail(_: Connection) -> None:
        nonlocal fails
        fails += 1
        raise FlakyError

    acceptance = Acceptance(commits, lambda: failing.append(asyncio.create_task(commits.share(fail))), within=30)
    assert await asyncio.gather(*(acceptance.accept(turn(i)) for i in range(3))) == [True] * 3
    assert [type(error) for error in await asyncio.gather(*failing, return_exceptions=True)] == [FlakyError]
    assert fails == 2  # behind the deliveries, and on its own
    assert await rows.ids() == ["E0", "E1", "E2"]


async def test_too_many_at_once_are_refused(database: Database) -> None:
    acceptance = accepting(database)
    results = await asyncio.gather(
        *(acceptance.accept(turn(i)) for i in range(MOST_WAITING + 1)), return_exceptions=True
    )
    assert results.count(True) == MOST_WAITING
    assert isinstance(results[-1], asyncio.QueueFull)


async def test_a_broken_table_is_told(database: Database) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(text("DROP TABLE inbox"))
    acceptance = accepting(database)
    with pytest.raises(Exception, match="inbox"):
        await acceptance.accept(turn(1))
