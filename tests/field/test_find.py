"""How search over messages fails for others: in FTS5's indexes, and in what people type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.core.domain.message import Message, MessageEdit, Role
from bot.core.domain.search import Query
from bot.core.find.terms import terms_of
from bot.db.engine import Database
from bot.db.store import sql_store
from tests.integration.db.test_message_search import HERE, edit, found, put, said

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.sqlite import SqliteFolder


@pytest.fixture
async def database(sqlite_folder: SqliteFolder) -> AsyncIterator[Database]:
    database = Database.open(await sqlite_folder.migrated())
    yield database
    await database.close()


async def is_whole(database: Database) -> bool:
    """Compare the index with the messages: raises where they differ, which no other check of SQLite's sees."""
    check = "INSERT INTO message_search (message_search, rank) VALUES ('integrity-check', 1)"
    async with database.writer.begin() as connection:
        await connection.execute(sa.text(check))
    return True


async def test_messages_without_words_leave_the_index_whole(database: Database) -> None:
    """A trigger that takes out what was never put in: https://github.com/ohdearquant/khive/issues/2273."""
    await put(database, said(1, "👍"), said(2, ""), said(3, "plan"))
    await edit(database, MessageEdit(HERE, said(1, "").id, "U1", "T1", "", "1700000009.1", is_deleted=True))
    await edit(database, MessageEdit(HERE, said(2, "").id, "U1", "T1", "late", "1700000009.1"))
    async with database.writer.begin() as connection:
        await connection.execute(sa.text("DELETE FROM messages WHERE text <> 'plan'"))
    assert await is_whole(database)
    assert await found(sql_store(database), "plan") == ["plan"]
    assert await found(sql_store(database), "late") == []


async def test_a_new_message_has_no_old_words(database: Database) -> None:
    """SQLite gives a freed number to the next row: https://github.com/yetidevworks/yetisearch/pull/36."""
    await put(database, said(1, "zanzibar"))
    async with database.writer.begin() as connection:
        await connection.execute(sa.text("DELETE FROM messages"))
    await put(database, said(2, "lisbon"))
    assert await found(sql_store(database), "zanzibar") == []
    assert await is_whole(database)


async def test_updates_beside_the_words_write_no_index(database: Database) -> None:
    """An index that is written anew by each update: https://github.com/susomejias/rembric/issues/254."""
    await put(database, said(1, "zanzibar"))
    data = sa.text("SELECT count(*), sum(length(block)) FROM message_search_data")
    async with database.writer.begin() as connection:
        before = (await connection.execute(data)).one()
        await connection.execute(sa.text("UPDATE messages SET files = '[]', search_words = search_words"))
        assert (await connection.execute(data)).one() == before


# https://github.com/calebevans/mulder/issues/152, https://github.com/mitre/cis-bench/pull/12
TYPED = (
    *("@nasa", "#nasa", "a=nasa", "nasa&jpl", "'nasa'", "x\\nasa", "[nasa]", "jpl,nasa", "jpl;nasa", "why? nasa?"),
    *("nasa!", "50% nasa", "<nasa>", "ünïcode@nasa", '"nasa', "nasa.gov", "nasa 20.04", "nasa:", "^nasa", "~nasa~"),
)


async def test_what_people_type_around_a_word_finds_it(database: Database) -> None:
    text = "a x 50 why ünïcode@nasa jpl,nasa jpl;nasa nasa&jpl nasa.gov nasa 20.04 a=nasa x\\nasa"
    await put(database, said(1, text))
    for typed in TYPED:
        assert await found(sql_store(database), typed) == [text], typed


async def test_one_writing_of_an_accent_finds_the_other(database: Database) -> None:
    """Names from a Mac come apart: https://github.com/hurttlocker/cortex/issues/51 has the like for kana."""
    answer = Message(Role.ASSISTANT, "", "Re\u0301sume\u0301 und テスト und ﾃｽﾄ", "1700000005.000100")
    await put(database, answer)
    for typed in ("résumé", "resume", "テスト", "ﾃｽﾄ"):
        found_ = await sql_store(database).search.find("T1", ["C1"], Query(terms_of(typed)), limit=5)
        assert [one.id for one in found_] == [answer.id], typed
