"""Retention: old messages go, once for all replicas."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import Record
from bot.db import tables
from bot.db import threads as db_store
from bot.db.store import sql_store
from bot.jobs import retention
from tests.support.statements import listened

if TYPE_CHECKING:
    from bot.core.ports import Store
    from bot.db.engine import Database
    from bot.work import Inbox
    from tests.integration.work.conftest import Replicas, Rows

PLACE = Place("T1", "C1", "1")
DAY = 86_400.0


@pytest.fixture
def store(database: Database) -> Store:
    return sql_store(database)


async def remember(database: Database, count: int, *, days: float) -> None:
    """Put messages of a certain age into a thread."""
    said = tuple(Message(Role.USER, "U1", "secret", f"{i}") for i in range(count))
    then = datetime.now(UTC) - timedelta(days=days)
    async with database.writer.begin() as connection:
        await connection.run_sync(db_store.record, Record(PLACE, "U1", messages=said))
        await connection.execute(update(tables.MessageRow).values(created_at=then))
        await connection.execute(update(tables.ThreadRow).values(last_message_at=then))


async def until_done(inbox: Inbox, rows: Rows, slots: int = 1) -> None:
    """Wait until so many slots have had their run."""
    while [row.status for row in await rows.of("every:retention")] != [2] * slots:
        await inbox.idle()


async def test_replicas_forget_once(
    replica: Replicas, database: Database, store: Store, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot.jobs.retention")
    await remember(database, 1200, days=366)
    inboxes = [replica(), replica()]
    for inbox in inboxes:
        retention.Retention(database, 365).register(inbox)
        await inbox.start()
    for inbox in inboxes:
        await until_done(inbox, rows)
        await inbox.stop(grace=30)
    assert [(row.status, row.token) for row in await rows.of("every:retention")] == [(2, 1)]
    assert not (await store.threads.load(PLACE)).is_known
    assert caplog.messages == ["retention deleted 1200 messages"]


async def test_a_missed_hour_is_no_matter(replica: Replicas, database: Database, store: Store, rows: Rows) -> None:
    inbox = replica()
    retention.Retention(database, 365).register(inbox)
    await inbox.start()
    await until_done(inbox, rows)
    await inbox.stop(grace=0)
    (slot,) = await rows.of("every:retention")
    kind, _, number = slot.delivery.rpartition(":")
    await rows.set(slot.delivery, delivery=f"{kind}:{int(number) - 5}")
    await remember(database, 1, days=366)
    later = replica()
    retention.Retention(database, 365).register(later)
    await later.start()
    await until_done(later, rows, slots=2)
    assert not (await store.threads.load(PLACE)).is_known


async def test_nothing_is_forgotten_without_a_limit(
    replica: Replicas, database: Database, store: Store, rows: Rows
) -> None:
    await remember(database, 1, days=36_500)
    inbox = replica()
    retention.Retention(database, 0).register(inbox)
    await inbox.start()
    await until_done(inbox, rows)
    assert (await store.threads.load(PLACE)).is_known


async def test_forgetting_goes_in_short_transactions(replica: Replicas, database: Database, rows: Rows) -> None:
    await remember(database, 1200, days=366)
    inbox = replica()
    retention.Retention(database, 365).register(inbox)
    async with listened(database.writer) as heard:
        await inbox.start()
        await until_done(inbox, rows)
    deletions = [one for one in heard if one.startswith("DELETE FROM messages")]
    if database.writer.dialect.name == "sqlite":  # which names one again, with its values, for each trigger it sets off
        deletions = list(dict.fromkeys(deletions))
    assert len(deletions) == 3  # of 500, 500 and 200 messages


@pytest.mark.parametrize(("days", "seconds"), [(0, 30 * DAY), (7, 7 * DAY), (30, 30 * DAY), (365, 30 * DAY)])
def test_failed_work_is_kept_no_longer(days: int, seconds: float) -> None:
    assert retention.failed_kept(days) == seconds
