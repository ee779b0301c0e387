"""What was erased is gone from SQLite's files, its index of words and its log among them."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.core.domain.message import Message, MessageEdit, Place, Role
from bot.core.domain.search import Query
from bot.core.domain.thread import Record
from bot.core.find.terms import terms_of
from bot.core.privacy.forget import ErasureScope
from bot.db.engine import Database
from bot.db.scrub import is_stale, settle
from bot.db.store import sql_store
from bot.db.tables import FeedbackRow
from bot.db.threads import change, record
from bot.jobs.erasure import Erasure
from bot.jobs.retention import Retention
from bot.transaction import transact
from tests.integration.db.test_erase import row_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

POSTS, AT_ONCE = 1_200, 30


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database.open(sqlite_url)
    yield database
    await database.close()


async def test_erased_words_leave_the_index(database: Database, sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    table = FeedbackRow.metadata.tables["feedback"]
    words = [f"word{number}" for number in range(500)]
    for start in range(0, POSTS, AT_ONCE):
        rows = [
            row_of(table)
            | {
                "id": number + 1,
                "message": f"{number}.1",
                "text": " ".join(words[(number * step) % len(words)] for step in range(1, 13)),
            }
            | ({"person": "U2", "text": "zanzibar", "evidence": ""} if number % 400 == 7 else {})
            for number in range(start, start + AT_ONCE)
        ]
        rows = [row | {"search_words": row["text"]} for row in rows]
        async with database.writer.begin() as connection:
            await connection.execute(sa.insert(table), rows)

    def is_there(word: str) -> bool:
        return any(word.encode() in one.read_bytes() for one in path.parent.glob(f"{path.name}*"))

    assert is_there("zanzibar")
    assert await Erasure(database).erase(ErasureScope("T1", person="U2")) == {"feedback": 3}
    assert not is_there("zanzibar")
    assert not is_there("anzibar")  # the index leaves out what a word has in common with the one before it
    assert is_there("word77")
    async with database.reader.connect() as connection:
        match = sa.text("SELECT count(*) FROM feedback_words WHERE feedback_words MATCH 'word77'")
        assert (await connection.execute(match)).scalar_one()


async def test_words_of_messages_leave_the_files(database: Database, sqlite_url: str) -> None:
    """Those that were erased at once, those that someone deleted or edited within the hour."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))

    def is_there(word: str) -> bool:
        return any(word.encode() in one.read_bytes() for one in path.parent.glob(f"{path.name}*"))

    place = Place("T1", "C1", "1.0")
    words = [f"word{number}" for number in range(500)]
    texts = [" ".join(words[(number * step) % len(words)] for step in range(1, 13)) for number in range(300)]
    texts[7], texts[77] = "Zanzibar plan", "Mombasa plan"
    for start in range(0, len(texts), AT_ONCE):
        messages = tuple(
            Message(Role.USER, f"U{number % 7}", texts[number], f"1.{number}")
            for number in range(start, start + AT_ONCE)
        )
        await transact(database.writer, partial(record, record=Record(place, "U1", messages=messages)))
    deleted = MessageEdit(place, "1.7", "U0", "T1", "", "2.0", is_deleted=True)
    edited = MessageEdit(place, "1.77", "U0", "T1", "Lisbon plan", "2.0")
    for one in (deleted, edited):
        await transact(database.writer, partial(change, changed=one))
    assert await is_stale(database)
    assert is_there("anzibar")
    assert await Retention(database, days=0).purge() == {}
    assert not await is_stale(database)
    assert not any(map(is_there, ("anzibar", "ombasa")))  # an index leaves out what words have in common
    assert is_there("isbon")
    await Erasure(database).erase(ErasureScope("T1", person="U0"))
    assert not is_there("isbon")
    query = Query(terms_of("word77"))
    assert await sql_store(database).search.find("T1", ["C1"], query, limit=1)


async def test_settling_breaks_no_other_write(database: Database) -> None:
    """Each leaves the connection as it found it, whatever its statements gave back; the others don't notice."""
    place = Place("T1", "C1", "1.0")

    def write(connection: sa.Connection) -> None:
        for number in range(3):
            record(connection, Record(place, "U1", messages=(Message(Role.USER, "U1", f"{number}", f"1.{number}"),)))

    async def keep_writing() -> None:
        for _ in range(20):
            await transact(database.writer, write)

    async def keep_settling() -> None:
        for _ in range(10):
            await settle(database)

    async def keep_reading() -> None:
        for _ in range(20):
            await sql_store(database).threads.load(place)

    await asyncio.gather(*(keep_writing() for _ in range(3)), keep_settling(), keep_reading())
    assert len((await sql_store(database).threads.load(place)).messages) == 3
