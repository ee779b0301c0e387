"""Runs of /classify on real databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.calls import Call, Purpose
from bot.core.domain.category import Category
from bot.core.domain.classification import ClassifyRun, Example, RunStatus, Sorted, Verdict
from bot.core.domain.classify_item import Item
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.db.classify_runs import PAGE, SqlClassifyItemStore, SqlClassifyRunStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.db.engine import Database

PLACE = Place("T1", "C1", "1700000000.000100")
RUN = ClassifyRun(
    id="run1",
    place=PLACE,
    asker=Requester("U1", "T1"),
    to="1700000000.000100",
    source="a.csv",
    categories=(Category(name="Bug", definition="It breaks.", examples=("crash",)), Category(name="Other")),
    items=3,
    status=RunStatus.RUNNING,
)
ITEMS = [Item(1, "it crashes", "row 2"), Item(2, "nul \0 and \U0001f525"), Item(3, "x" * 90_000)]
CALL = Call(
    purpose=Purpose.CLASSIFY,
    model="claude-haiku-5-5",
    started_at=datetime(2026, 11, 22, tzinfo=UTC),
    latency_ms=900,
    first_token_ms=None,
    input_tokens=12,
    output_tokens=34,
    cache_read_tokens=0,
    cache_write_tokens=0,
    stop_reason="end_turn",
    request_id="req_1",
    outcome="ok",
)


@pytest.fixture
def runs(database: Database) -> SqlClassifyRunStore:
    return SqlClassifyRunStore(database)


async def flat(pages: AsyncIterator[Sequence[Item]] | AsyncIterator[Sequence[Sorted]]) -> list[Item | Sorted]:
    return [one async for page in pages for one in page]


@pytest.fixture
def items(database: Database) -> SqlClassifyItemStore:
    return SqlClassifyItemStore(database)


async def test_a_run_comes_back(runs: SqlClassifyRunStore, items: SqlClassifyItemStore) -> None:
    await runs.create(RUN, ITEMS)
    assert await runs.find("T1", "run1") == RUN
    assert await flat(items.unsorted("run1")) == [ITEMS[0], Item(2, "nul \ufffd and \U0001f525"), ITEMS[2]]
    assert await runs.find("T1", "run2") is None


async def test_a_second_try_replaces_items(runs: SqlClassifyRunStore, items: SqlClassifyItemStore) -> None:
    await runs.create(RUN, ITEMS)
    await runs.create(RUN, ITEMS[:2])
    assert len(await flat(items.unsorted("run1"))) == 2


async def test_verdicts_and_ledger_are_one(
    runs: SqlClassifyRunStore, items: SqlClassifyItemStore, database: Database
) -> None:
    await runs.create(RUN, ITEMS)
    await items.save(RUN, [Verdict(1, ("Bug",), 90, "crashes"), Verdict(3)], [CALL, CALL], 0.25)
    assert [item.number for item in await flat(items.unsorted("run1")) if isinstance(item, Item)] == [2]
    assert await flat(items.results("run1")) == [
        Sorted(ITEMS[0], Verdict(1, ("Bug",), 90, "crashes")),
        Sorted(ITEMS[2], Verdict(3)),
    ]
    assert await items.count_sorted("run1") == 2
    found = await runs.find("T1", "run1")
    assert found is not None
    assert (found.calls, found.dollars) == (2, 0.25)
    async with database.reader.connect() as connection:
        rows = (await connection.execute(text("SELECT person, thread, purpose FROM calls"))).all()
    assert [tuple(row) for row in rows] == [("U1", PLACE.thread, "classify")] * 2


async def test_an_unknown_price_stays_unknown(runs: SqlClassifyRunStore, items: SqlClassifyItemStore) -> None:
    await runs.create(RUN, ITEMS)
    await items.save(RUN, [], [CALL], None)
    await items.save(RUN, [], [CALL], 0.5)
    found = await runs.find("T1", "run1")
    assert found is not None
    assert found.dollars is None


async def test_many_items_come_in_pages(runs: SqlClassifyRunStore, items: SqlClassifyItemStore) -> None:
    await runs.create(RUN, [Item(number, f"text {number}") for number in range(1, 2 * PAGE + 2)])
    assert [len(page) async for page in items.unsorted("run1")] == [PAGE, PAGE, 1]


async def test_state_and_changes_stay_apart(runs: SqlClassifyRunStore) -> None:
    await runs.create(RUN, ITEMS)
    await runs.keep("run1", "answer", "17.1")
    await runs.keep("run1", "file", "F1")
    await runs.change(replace(RUN, status=RunStatus.BATCHED, categories=RUN.categories[:1]))
    found = await runs.find("T1", "run1")
    assert found is not None
    assert (found.status, found.state) == (RunStatus.BATCHED, {"answer": "17.1", "file": "F1"})
    assert await runs.batched() == [("T1", "run1")]


async def test_corrections_stay_in_their_channel(runs: SqlClassifyRunStore, items: SqlClassifyItemStore) -> None:
    await runs.create(RUN, ITEMS)
    await runs.create(replace(RUN, id="run2", place=Place("T1", "C2", "1")), ITEMS)
    await runs.create(replace(RUN, id="run3", place=Place("T2", "C1", "1")), ITEMS)
    await items.save(RUN, [Verdict(1, ("Other",), 20)], [], 0)
    assert await items.correct("run1", 1, ("Bug",), "U2")
    assert await items.correct("run2", 1, ("Other",), "U2")
    assert await items.correct("run3", 1, ("Other",), "U2")
    assert not await items.correct("run1", 99, ("Bug",), "U2")
    assert await items.corrections(Place("T1", "C1"), 10) == [Example("it crashes", ("Bug",))]
    (found,) = [one async for page in items.results("run1") for one in page]
    assert (found.item.number, found.verdict.categories, found.corrected_by) == (1, ("Bug",), "U2")


async def test_the_same_file_twice_shares_nothing(runs: SqlClassifyRunStore, items: SqlClassifyItemStore) -> None:
    other = replace(RUN, id="run2", asker=Requester("U2", "T1"))
    await runs.create(RUN, ITEMS)
    await runs.create(other, ITEMS)
    await items.save(RUN, [Verdict(1, ("Bug",), 90)], [CALL], 0.1)
    assert await items.count_sorted("run2") == 0
    found = await runs.find("T1", "run2")
    assert found is not None
    assert (found.calls, found.asker.person) == (0, "U2")
