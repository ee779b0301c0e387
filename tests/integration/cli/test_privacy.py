"""`python -m bot export`, `forget` and `purge`: what an operator sees and does."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import pytest
from sqlalchemy import update

from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import Record
from bot.db import tables
from bot.db.store import sql_store
from bot.db.threads import record
from bot.work.table import FAILED, inbox
from tests.support.bot_process import run

if TYPE_CHECKING:
    from pathlib import Path

    from bot.db.engine import Database

WORDS = "a secret — «é»"
HERE, THERE = Place("T1", "C1", "1.1"), Place("T1", "C2", "2.1")


class Command(Protocol):
    """Runs `python -m bot …` and returns its exit status and what it wrote."""

    async def __call__(self, *arguments: str, **environ: str) -> tuple[int, str, str]: ...


@pytest.fixture
def command(url: str, tmp_path: Path) -> Command:
    async def command(*arguments: str, **environ: str) -> tuple[int, str, str]:
        return await asyncio.to_thread(run, arguments, {"DATABASE_URL": url} | environ, tmp_path)

    return command


@pytest.fixture
async def stored(database: Database) -> Database:
    """A database where two people have spoken in two channels."""
    async with database.writer.begin() as connection:
        for place, person in ((HERE, "U1"), (THERE, "U2")):
            said = (Message(Role.USER, person, WORDS, place.thread), Message(Role.ASSISTANT, "", "I see.", "9.9"))
            await connection.run_sync(record, Record(place, person, messages=said))
    return database


async def left(database: Database) -> list[tuple[str, str]]:
    async with database.reader.connect() as connection:
        rows = await connection.execute(
            tables.MessageRow.__table__.select().order_by(tables.MessageRow.id).where(tables.MessageRow.role == "user")
        )
        return [(row.author, row.text) for row in rows]


async def test_an_export_is_a_row_a_line(command: Command, stored: Database) -> None:
    assert await left(stored) == [("U1", WORDS), ("U2", WORDS)]
    status, out, _ = await command("export", "--workspace", "T1", "--person", "U1")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert (row["table"], row["text"], row["channel"], row["thread"]) == ("messages", WORDS, "C1", "1.1")
    nobody = await command("export", "--workspace", "T2", "--person", "U1")
    assert nobody == (0, "", "Nothing is stored about U1 in T2.\n")


async def test_words_are_counted_before_they_go(command: Command, stored: Database) -> None:
    reach = ("forget", "--workspace", "T1", "--channel", "C1")
    status, out, _ = await command(*reach)
    assert status == 0
    assert [line.split() for line in out.splitlines()[:-1]] == [["2", "messages"], ["1", "threads"]]
    assert out.splitlines()[-1] == "Nothing was erased. Add --yes to erase it. The costs of calls are kept."
    assert WORDS not in out
    assert len(await left(stored)) == 2
    assert (await command(*reach, "--yes"))[1].splitlines()[-1] == "Erased. The costs of calls are kept."
    assert await left(stored) == [("U2", WORDS)]
    assert (await command(*reach, "--yes"))[1] == "Nothing is stored about that.\n"


async def test_a_thread_and_a_person_are_forgotten(command: Command, stored: Database) -> None:
    await command("forget", "--workspace", "T1", "--channel", "C1", "--thread", "1.1", "--yes")
    assert await left(stored) == [("U2", WORDS)]
    await command("forget", "--workspace", "T1", "--person", "U2", "--yes")
    assert await left(stored) == []


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("forget",), "--workspace"),
        (("forget", "--workspace", "T1", "--thread", "1.1"), "A --thread needs its --channel, too."),
        (
            ("forget", "--workspace", "T1", "--channel", "C1", "--person", "U1"),
            "Give either a --person or a --channel.",
        ),
        (("export", "--workspace", "T1"), "--person"),
        (("export", "--person", "U1"), "--workspace"),
        (("forget", "--workspace", "acme", "--yes"), "acme is not a Slack ID"),
        (("forget", "--workspace", "T1", "--person", "@anna", "--yes"), "@anna is not a Slack ID"),
        (("forget", "--workspace", "T1", "--channel", "#general"), "#general is not a Slack ID"),
        (("forget", "--workspace", "T1", "--channel", "C1", "--thread", "yesterday"), "yesterday is not a Slack ID"),
        (("export", "--workspace", "T1", "--person", ""), "is not a Slack ID"),
        (("purge", "--yes"), "--yes"),
    ],
)
async def test_bad_input_erases_nothing(
    command: Command, stored: Database, arguments: tuple[str, ...], fault: str
) -> None:
    status, out, err = await command(*arguments)
    assert (status, out) == (2, "")
    assert fault in err
    assert "Traceback" not in err
    assert len(await left(stored)) == 2


async def test_a_purge_is_rehearsed(command: Command, stored: Database) -> None:
    old = datetime.now(UTC) - timedelta(days=10)
    async with stored.writer.begin() as connection:
        await connection.execute(update(tables.MessageRow).values(created_at=old))
        await connection.execute(update(tables.ThreadRow).values(last_message_at=old))
        job = {
            "delivery": "d",
            "key": "k",
            "share": "s",
            "round": 1,
            "kind": "message",
            "accepted_at": 1.0,
            "state": "{}",
        }
        payload = json.dumps({"place": {"workspace": "T1", "channel": "C1"}, "text": WORDS})
        failed = {"payload": payload, "status": FAILED, "finished_at": old.timestamp()}
        await connection.execute(inbox.insert().values(**job, **failed))
    await sql_store(stored).settings.change(Place("T1", "C1"), {"retention_days": 7}, "U1")
    status, out, _ = await command("purge", "--dry-run", RETENTION_DAYS="30")
    assert status == 0
    assert [line.split() for line in out.splitlines()[:-1]] == [
        ["1", "waiting", "or", "failed", "jobs", "T1", "C1"],
        ["2", "messages", "T1", "C1"],
    ]
    assert out.splitlines()[-1] == (
        "Messages are kept for 30 days, or less where a channel's or a workspace's settings say so. This would be "
        "deleted now."
    )
    assert len(await left(stored)) == 2
    _, out, _ = await command("purge", RETENTION_DAYS="30")
    assert [line.split() for line in out.splitlines()[:-1]] == [
        ["1", "waiting", "or", "failed", "jobs"],
        ["2", "messages"],
    ]
    assert await left(stored) == [("U2", WORDS)]
    assert "Nothing is older than that." in (await command("purge", RETENTION_DAYS="30"))[1]
    assert "kept forever" in (await command("purge", "--dry-run", RETENTION_DAYS="0"))[1]


async def test_an_old_database_is_not_touched(command: Command, empty_url: str) -> None:
    for arguments in (("purge",), ("forget", "--workspace", "T1"), ("export", "--workspace", "T1", "--person", "U1")):
        status, out, err = await command(*arguments, DATABASE_URL=empty_url)
        assert (status, out) == (2, "")
        assert "migrate" in err
