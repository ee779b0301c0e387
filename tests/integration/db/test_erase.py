"""Forgetting is real: words go from every table, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.core.privacy.forget import ErasureScope
from bot.db.export import export
from bot.db.personal_data import NO_WORDS, WORDS
from bot.db.tables import Base, Moment, Words
from bot.jobs.erasure import Erasure
from bot.work.table import FAILED, inbox

if TYPE_CHECKING:
    from bot.db.engine import Database

INDEXES = ("feedback_words", "feedback_search", "message_search", "knowledge_search")
# What admins set up stays for as long as they want it.
SET_UP = {"settings", "settings_changes", "knowledge_sources", "knowledge_words"}
SECRET = "a secret"
PLACE = {"workspace": "T1", "channel": "C1", "thread": "1.1", "person": "U1", "author": "U1", "message": "1.1"} | {
    "people": " U1 "
}
SCOPES = {
    "workspace": ErasureScope("T1"),
    "channel": ErasureScope("T1", "C1"),
    "thread": ErasureScope("T1", "C1", "1.1"),
    "person": ErasureScope("T1", person="U1"),
}


def value_of(column: sa.Column[Any]) -> Any:
    """Make a value: a secret where there may be words, else what belongs to one place and person."""
    if column.name in WORDS.get(column.table.name, set()):
        return SECRET
    if column.name in PLACE:
        return PLACE[column.name]
    if is_text(column):
        return "x"
    return datetime(2026, 11, 24, tzinfo=UTC) if isinstance(column.type, Moment) else 1


def is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, Words | sa.String)


def row_of(table: sa.Table) -> dict[str, Any]:
    return {column.name: value_of(column) for column in table.columns}


@pytest.fixture
async def filled(database: Database) -> Database:
    """A database with a row in each table."""
    async with database.writer.begin() as connection:
        for table in Base.metadata.sorted_tables:
            await connection.execute(sa.insert(table).values(row_of(table)))
        payload = json.dumps({"place": PLACE, "text": SECRET})
        job = {"delivery": "d", "key": "k", "share": "s", "round": 1, "kind": "message", "accepted_at": 1.0}
        await connection.execute(sa.insert(inbox).values(**job, payload=payload, state="{}", status=FAILED))
    return database


async def tables_with_secrets(database: Database) -> set[str]:
    found = set()
    async with database.reader.connect() as connection:
        for table in [*Base.metadata.sorted_tables, inbox]:
            for row in await connection.execute(sa.select(table)):
                if any(SECRET in value for value in row if isinstance(value, str)):
                    found.add(table.name)
    return found


def test_every_text_is_declared() -> None:
    for table in Base.metadata.sorted_tables:
        texts = {column.name for column in table.columns if is_text(column)}
        assert texts
        known = WORDS.get(table.name, set()) | NO_WORDS.get(table.name, set()) | NO_WORDS["*"]
        assert texts <= known, f"{table.name}: say in bot/db/personal_data.py whether {texts - known} may hold words"


async def test_every_table_is_known(database: Database) -> None:
    """What the migrations make beside the tables that are declared has to be erased by somebody, too."""
    async with database.reader.connect() as connection:
        tables = await connection.run_sync(lambda sync: set(sa.inspect(sync).get_table_names()))
    # Triggers keep SQLite's indexes of words; `bot.db.scrub` cleans them.
    index = {name for name in tables if name.startswith(INDEXES)}
    assert tables - index == {*Base.metadata.tables, "inbox", "alembic_version"}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
async def test_no_table_keeps_words(filled: Database, scope: ErasureScope) -> None:
    assert await tables_with_secrets(filled) == {*WORDS, "inbox"}
    erasure = Erasure(filled)
    counted = await erasure.erase(scope, dry=True)
    assert await tables_with_secrets(filled) == {*WORDS, "inbox"}
    assert await erasure.erase(scope) == counted
    assert await tables_with_secrets(filled) == (set() if scope == SCOPES["workspace"] else SET_UP)
    assert await erasure.erase(scope, dry=True) == {}
    async with filled.reader.connect() as connection:
        assert (await connection.execute(sa.text("SELECT count(*) FROM calls"))).scalar_one() == 1


@pytest.mark.parametrize(
    "scope",
    [ErasureScope("T2"), ErasureScope("T1", "C2"), ErasureScope("T1", "C1", "2.2"), ErasureScope("T1", person="U2")],
    ids=str,
)
async def test_other_words_stay(filled: Database, scope: ErasureScope) -> None:
    assert await Erasure(filled).erase(scope) == {}
    assert await tables_with_secrets(filled) == {*WORDS, "inbox"}


async def test_others_in_a_thread_stay(filled: Database) -> None:
    message = Base.metadata.tables["messages"]
    other = row_of(message) | {"id": 2, "author": "U2", "external_id": "2.2", "text": "theirs"}
    async with filled.writer.begin() as connection:
        await connection.execute(sa.insert(message).values(other))
    await Erasure(filled).erase(SCOPES["person"])
    async with filled.reader.connect() as connection:
        rows = (await connection.execute(sa.select(message.c.author, message.c.text).order_by(message.c.id))).all()
    assert [tuple(row) for row in rows] == [("U1", ""), ("U2", "theirs")]


async def test_an_export_holds_a_persons_words(filled: Database) -> None:
    rows = [row async for row in export(filled, "T1", "U1")]
    words = {row["table"] for row in rows if SECRET in row.values()}
    assert words == {
        "messages",
        "code_files",
        "classify_items",
        "summary_runs",
        "classify_runs",
        "ratings",
        "feedback",
        "drafts",
        "tracker_issues",
        "notes",
        "knowledge_passages",
        "knowledge_gaps",
        "articles",
    }
    assert "calls" in {row["table"] for row in rows}
    assert [row async for row in export(filled, "T2", "U1")] == []


async def test_a_name_that_others_mentioned_goes(filled: Database) -> None:
    thread = Base.metadata.tables["threads"]
    names = json.dumps({"<@U9>": "Ana", "<@U1>": "Ada"})
    async with filled.writer.begin() as connection:
        await connection.execute(sa.update(thread).values(people=names))
    assert await Erasure(filled).erase(ErasureScope("T1", person="U8")) == {}
    assert await Erasure(filled).erase(ErasureScope("T1", person="U9"), dry=True) == {"threads": 1}
    await Erasure(filled).erase(ErasureScope("T1", person="U9"))
    async with filled.reader.connect() as connection:
        assert (await connection.execute(sa.select(thread.c.people, thread.c.summary))).one() == (None, SECRET)
