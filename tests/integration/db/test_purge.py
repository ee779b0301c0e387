"""What is old goes, by the limits of its channel, on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.core.domain.classify_item import Item
from bot.core.domain.code_file import CodeFile
from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import Conversation, Record
from bot.core.privacy.retention import Limits
from bot.db import purge, tables
from bot.db.classify_runs import SqlClassifyRunStore
from bot.db.purge import AT_ONCE, SqlPurger
from bot.db.store import sql_store
from bot.db.tables import Base
from bot.db.threads import record
from tests.integration.db import test_classify_runs, test_summary_runs
from tests.integration.db.test_erase import SECRET, SET_UP, row_of, tables_with_secrets

if TYPE_CHECKING:
    from bot.core.ports import Store
    from bot.db.engine import Database

NOW = datetime.now(UTC)
PLACE = Place("T1", "C1", "1.0")
QUESTION, ANSWER = Message(Role.USER, "U1", "a question", "1.0"), Message(Role.ASSISTANT, "", "an answer", "2.0")
TIMES = {"created_at", "last_message_at", "changed_at", "said_at", "rated_at", "begun_at", "asked_at"}


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


MONTH = Limits(ago(30))


@pytest.fixture
def store(database: Database) -> Store:
    return sql_store(database)


async def put(database: Database, *records: Record) -> None:
    async with database.writer.begin() as connection:
        for one in records:
            await connection.run_sync(record, one)


async def age(database: Database, days: float) -> None:
    """Make everything older."""
    async with database.writer.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if times := {column.name: ago(days) for column in table.columns if column.name in TIMES}:
                await connection.execute(sa.update(table).values(times))


async def go(database: Database, limits: Limits = MONTH) -> dict[str, int]:
    """Let what is old go; it is as much as was counted before."""
    counted = Counter[str]()
    for (kind, _, _), count in (await SqlPurger(database).count(limits)).items():
        counted[kind] += count
    gone = await SqlPurger(database).purge(limits, lambda: None)
    assert gone == counted
    assert await SqlPurger(database).count(limits) == {}
    return dict(gone)


async def test_every_table_lets_its_words_go(database: Database) -> None:
    async with database.writer.begin() as connection:
        for table in Base.metadata.sorted_tables:
            await connection.execute(sa.insert(table).values(row_of(table)))
    await age(database, 29)
    assert await go(database) == {}
    await age(database, 31)
    gone = await go(database)
    assert gone == dict.fromkeys([kind.name for kind in purge.KINDS], 1)
    assert await tables_with_secrets(database) == SET_UP
    async with database.reader.connect() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(tables.CallRow))).scalar_one() == 1
        feedback = (await connection.execute(sa.select(tables.FeedbackRow.text, tables.FeedbackRow.category))).one()
        rating = (await connection.execute(sa.select(tables.RatingRow.comment, tables.RatingRow.is_good))).one()
    assert (feedback.text, feedback.category) == ("", "x")
    assert (rating.comment, bool(rating.is_good)) == ("", True)


async def test_young_messages_stay(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION,), code_files=(CodeFile("a.py", "a"),)))
    await age(database, 40)
    await put(database, Record(PLACE, "U1", messages=(ANSWER,), code_files=(CodeFile("b.py", "b"),)))
    assert await go(database) == {"messages": 1, "code_files": 1}
    assert (await store.threads.load(PLACE)).messages == (ANSWER,)
    assert [file.name for file in await store.code_files.load(PLACE)] == ["b.py"]


async def test_emptied_threads_go(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION, ANSWER)))
    await age(database, 40)
    assert await go(database) == {"messages": 2}
    assert await store.threads.load(PLACE) == Conversation()
    async with database.reader.connect() as connection:
        assert not (await connection.execute(sa.select(tables.ThreadRow.id))).all()


async def test_a_summary_goes_with_its_messages(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION,)))
    await age(database, 40)
    await put(database, Record(PLACE, "U1", messages=(ANSWER,)))
    async with database.writer.begin() as connection:
        await connection.execute(sa.update(tables.ThreadRow).values(summary=SECRET, summary_until=0))
    await go(database)
    assert (await store.threads.load(PLACE)).summary == ""


async def test_it_goes_in_steps(database: Database) -> None:
    many = tuple(Message(Role.USER, "U1", f"Line {i}", f"{i}") for i in range(AT_ONCE + 1))
    await put(database, Record(PLACE, "U1", messages=many))
    await SqlClassifyRunStore(database).create(
        test_classify_runs.RUN, [Item(number, "text") for number in range(1, AT_ONCE + 2)]
    )
    await age(database, 40)
    checks: list[None] = []
    gone = await SqlPurger(database).purge(MONTH, lambda: checks.append(None))
    assert gone == {"messages": AT_ONCE + 1, "classify_items": AT_ONCE + 1, "classify_runs": 1}
    assert len(checks) == 5


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        (Limits(ago(365)), {"T1 C1", "T1 C2", "T2 C1"}),
        (Limits(ago(365), channels={("T1", "C1"): ago(7)}), {"T1 C2", "T2 C1"}),
        (Limits(ago(365), workspaces={"T1": ago(7)}), {"T2 C1"}),
        (Limits(ago(365), workspaces={"T1": ago(7)}, channels={("T1", "C2"): ago(90)}), {"T1 C2", "T2 C1"}),
        (Limits(None, channels={("T2", "C1"): ago(7)}), {"T1 C1", "T1 C2"}),
        (Limits(ago(7), channels={("T2", "C1"): ago(7)}), set()),
        (Limits(), {"T1 C1", "T1 C2", "T2 C1"}),
    ],
)
async def test_each_channel_has_its_own_limit(database: Database, limits: Limits, left: set[str]) -> None:
    places = [Place("T1", "C1", "1.0"), Place("T1", "C2", "1.0"), Place("T2", "C1", "1.0")]
    await put(database, *(Record(place, "U1", messages=(QUESTION, ANSWER)) for place in places))
    await age(database, 30)
    counted = await SqlPurger(database).count(limits)
    assert set(counted.values()) <= {2}
    await go(database, limits)
    async with database.reader.connect() as connection:
        rows = await connection.execute(sa.select(tables.ThreadRow.workspace, tables.ThreadRow.channel))
        assert {f"{row.workspace} {row.channel}" for row in rows} == left
    assert {f"{workspace} {channel}" for _, workspace, channel in counted} == {
        f"{place.workspace} {place.channel}" for place in places
    } - left


async def test_what_was_read_in_a_channel_goes_with_it(store: Store, database: Database) -> None:
    """A summary for one person is in their direct messages, and holds what was said in the channel."""
    await store.summary_runs.begin(test_summary_runs.RUN)
    run: Any = replace(test_classify_runs.RUN, place=Place("T1", "D1", "1.0"), origin="C1")
    await SqlClassifyRunStore(database).create(run, [Item(1, SECRET)])
    await age(database, 30)
    assert await go(database, Limits(ago(365), channels={("T1", "C2"): ago(7)})) == {}
    gone = await go(database, Limits(ago(365), channels={("T1", "C1"): ago(7)}))
    assert gone == {"summary_runs": 1, "classify_items": 1, "classify_runs": 1}


async def test_what_is_written_anew_meanwhile_stays(store: Store, database: Database) -> None:
    await store.threads.rate(PLACE, "1.0", "U1", is_good=True, comment="old words")
    await age(database, 40)
    (kind,) = [one for one in purge.KINDS if one.table is tables.RatingRow]
    keys = [("T1", "C1", "1.0", "U1")]
    await store.threads.rate(PLACE, "1.0", "U1", is_good=False, comment="new words")
    async with database.writer.begin() as connection:
        await purge.erase(connection, kind, keys, MONTH)
    async with database.reader.connect() as connection:
        assert (await connection.execute(sa.select(tables.RatingRow.comment))).scalar_one() == "new words"
