"""What was erased is gone from SQLite's files, its index of words and its log among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.core.forget import Reach
from bot.db.engine import Database
from bot.db.tables import Feedback
from bot.forgetting import Forgetting
from tests.integration.db.test_forget import row_of

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
    table = Feedback.metadata.tables["feedback"]
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
        async with database.writer.begin() as connection:
            await connection.execute(sa.insert(table), rows)

    def is_there(word: str) -> bool:
        return any(word.encode() in one.read_bytes() for one in path.parent.glob(f"{path.name}*"))

    assert is_there("zanzibar")
    assert await Forgetting(database).erase(Reach("T1", person="U2")) == {"feedback": 3}
    assert not is_there("zanzibar")
    assert not is_there("anzibar")  # the index leaves out what a word has in common with the one before it
    assert is_there("word77")
    async with database.reader.connect() as connection:
        match = sa.text("SELECT count(*) FROM feedback_words WHERE feedback_words MATCH 'word77'")
        assert (await connection.execute(match)).scalar_one()
