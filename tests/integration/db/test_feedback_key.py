"""The key of feedback, which a part's number has joined, in a database that had feedback before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import column, insert, table, text

from bot.core.domain.message import Place
from bot.core.find.terms import terms_of
from bot.db.engine import Database
from bot.db.feedback import sql_feedback_store
from bot.db.migrate import upgrade
from bot.db.tables import FeedbackRow
from bot.db.threads import said_in

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

PLACE = Place("T1", "C1")
AT = datetime(2026, 11, 30, tzinfo=UTC)
NOT_GIVEN = {"id", "part", "excerpt", "split_at"}
COLUMNS = [one for one in FeedbackRow.__table__.columns if one.name not in NOT_GIVEN]
BEFORE = table("feedback", *(column(one.name, one.type) for one in COLUMNS))


async def fill(connection: AsyncConnection, *numbers: int) -> None:
    for number in numbers:
        values: dict[str, object] = {one.name: "" for one in BEFORE.columns}
        values |= dict.fromkeys(("head", "duplicate_of", "root", "corrected_at", "responded_at", "files"))
        values |= dict.fromkeys(("confidence", "version", "shown_version", "issue_version"), 0)
        values |= {"is_bot": False, "waits": False, "is_acknowledged": False, "said_at": AT, "changed_at": AT}
        values |= {"workspace": "T1", "channel": "C1", "message": f"{number}.0", "status": "open"}
        values |= said_in(PLACE, f"The export crashes, case{number}")
        await connection.execute(insert(BEFORE).values(values))


async def made(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Return the names of all that belongs to the table, but its columns."""
    sqlite = "SELECT type, name FROM sqlite_master WHERE tbl_name = 'feedback' AND sql IS NOT NULL ORDER BY 1, 2"
    postgresql = "SELECT 'index', indexname FROM pg_indexes WHERE tablename = 'feedback' ORDER BY 2"
    found = await connection.execute(text(sqlite if connection.dialect.name == "sqlite" else postgresql))
    return [(row[0], row[1].removesuffix("_part")) for row in found]


async def test_feedback_keeps_its_words_and_indexes(empty_url: str) -> None:
    await upgrade(empty_url, "20261204_clocks")
    database = Database.open(empty_url)
    async with database.writer.begin() as connection:
        await fill(connection, 1, 2)
        before = await made(connection)
    await upgrade(empty_url)
    store = sql_feedback_store(database)
    async with database.writer.begin() as connection:
        assert await made(connection) == before
        await fill(connection, 3)
    found = await store.archive.find(PLACE, terms_of("export crashes"), 10)
    assert [one.id for one in found] == [1, 2, 3]
    assert [one.number for one in (await store.known.alike(PLACE, {1: ["case3", "case1"]}, 9))[1]] == [3, 1]
    async with database.writer.begin() as connection:
        await connection.execute(text("UPDATE feedback SET text = '', search_words = NULL WHERE id = 1"))
    assert [one.id for one in await store.archive.find(PLACE, terms_of("export"), 10)] == [2, 3]
    assert await store.splits.split(found[1], "export crashes", [99]) is None
    part = await store.splits.split(found[1], "export crashes", [])
    assert part is not None
    assert (part.part, part.message, part.text) == (1, "2.0", "export crashes")
    await database.close()
