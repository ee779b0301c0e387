"""Migrations on real databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bot.core.domain.message import Place
from bot.core.domain.tracker import IssueComment
from bot.db.engine import Database
from bot.db.feedback import sql_feedback_store
from bot.db.migrate import config, current, head, upgrade
from bot.db.store import sql_store

if TYPE_CHECKING:
    from sqlalchemy import Connection


async def test_an_empty_database_gets_the_tables(empty_url: str) -> None:
    assert await current(empty_url) is None
    await upgrade(empty_url)
    assert await current(empty_url) == head()


def test_the_scripts_tell_alembics_head() -> None:
    assert head() == ScriptDirectory.from_config(config()).get_current_head()


async def test_migrations_and_tables_agree(database: Database) -> None:
    said = StringIO()

    def check(connection: Connection) -> None:
        settings = config(connection)
        settings.stdout = said
        command.check(settings)

    async with database.writer.connect() as connection:
        await connection.run_sync(check)
    assert said.getvalue() == "No new upgrade operations detected.\n"


async def test_a_second_upgrade_changes_nothing(url: str, database: Database) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(
            text("INSERT INTO settings VALUES ('T1', 'C1', '', '{}', 1, 'U1', '2026-11-22 12:00:00')")
        )
    await upgrade(url)
    async with database.reader.connect() as connection:
        assert (await connection.execute(text("SELECT sheet FROM settings"))).scalars().all() == ["{}"]


async def test_instructions_become_settings(empty_url: str) -> None:
    await upgrade(empty_url, "20261122_first")
    database = Database.open(empty_url)
    async with database.writer.begin() as connection:
        await connection.execute(
            text("INSERT INTO channels VALUES ('T1', 'C1', 'Be brief.', 'U1', '2026-11-22 12:00:00')")
        )
    await upgrade(empty_url)
    settings = await sql_store(database).settings.load(Place("T1", "C1", "1700000000.000100"))
    await database.close()
    assert settings.instructions == "Be brief."


async def test_a_closing_comment_is_one_of_several(empty_url: str) -> None:
    await upgrade(empty_url, "20261206_articles")
    database = Database.open(empty_url)
    async with database.writer.begin() as connection:
        known = "record, workspace, channel, thread, person, comment, comment_by, comment_at"
        said = "7, 'T1', 'C1', '1.2', 'U1', 'In \"2.1\"', 'octocat', '2026-12-01 12:00:00'"
        await connection.execute(text(f"INSERT INTO tracker_issues ({known}) VALUES ({said})"))  # noqa: S608 (ours)
    await upgrade(empty_url)
    issue = await sql_feedback_store(database).trackers.find("T1", 7)
    await database.close()
    assert issue.comments == (IssueComment('In "2.1"', "octocat", datetime(2026, 12, 1, 12, tzinfo=UTC)),)


async def test_replicas_that_start_together_agree(empty_url: str) -> None:
    await asyncio.gather(*(upgrade(empty_url) for _ in range(3)))
    assert await current(empty_url) == head()
