from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.message import FileRef, Place
from bot.core.domain.summary import Length, Shape, Source, SummaryOptions, SummaryRun
from bot.core.summarize.run import SummaryCheckpoint
from bot.core.summarize.schema import Point, nothing
from bot.core.summarize.transcript import Transcript, TranscriptLine
from bot.db.store import sql_store

if TYPE_CHECKING:
    from bot.core.ports import Store
    from bot.db.engine import Database

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
RUN = SummaryRun(
    id="r1",
    person="U1",
    place=Place("T1", "D1", "1.0"),
    source=Source(Place("T1", "C1"), "#general", "7d", NOW - timedelta(days=7), NOW, FileRef("F1", "a.csv", "", 3)),
    wishes=SummaryOptions(Length.LONG, Shape.TABLE, focus="cost"),
)


@pytest.fixture
def store(database: Database) -> Store:
    return sql_store(database)


async def test_a_run_comes_back_as_it_was(store: Store) -> None:
    await store.summary_runs.begin(RUN)
    await store.summary_runs.begin(replace(RUN, person="U2"))
    assert await store.summary_runs.find("T1", "r1") == RUN
    assert await store.summary_runs.find("T2", "r1") is None
    assert await store.summary_runs.find("T1", "r2") is None


async def test_what_was_found_first_stays(store: Store) -> None:
    await store.summary_runs.begin(RUN)
    keeper, found = (
        SummaryCheckpoint(RUN, store.summary_runs),
        nothing().model_copy(update={"open": [Point(text="a\0b", messages=["m1"])]}),
    )
    assert await keeper.get("part 1") is None
    await keeper.keep("part 1", found)
    await keeper.keep("part 1", nothing())
    assert await keeper.get("part 1") == found


async def test_a_transcript_is_kept(store: Store) -> None:
    await store.summary_runs.begin(RUN)
    keeper = SummaryCheckpoint(RUN, store.summary_runs)
    read = Transcript((TranscriptLine("m1", "1.0", "", "U1", "Ada", NOW, "Hello."),), bots=2, notes=("so",))
    assert await keeper.transcript() is None
    await keeper.keep_transcript(read)
    assert await keeper.transcript() == read
    assert await keeper.shared() == ""
    await keeper.keep_shared("9.0")
    assert await keeper.shared() == "9.0"
