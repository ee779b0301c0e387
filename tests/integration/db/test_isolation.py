"""What one workspace stores, another does not get to see, whatever ids it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.code_file import CodeFile
from bot.core.domain.message import IncomingMessage, Message, Place, Role
from bot.core.domain.thread import Conversation, Record
from bot.core.domain.usage import UsageScope, UsageView
from bot.db.classify_runs import SqlClassifyItemStore, SqlClassifyRunStore
from bot.db.feedback import sql_feedback_store
from bot.db.store import sql_store
from bot.db.threads import record
from tests.integration.db import test_classify_runs, test_summary_runs, test_threads

if TYPE_CHECKING:
    from bot.db.engine import Database

OURS = Place("T1", "C1", "1700000000.000100")
THEIRS = replace(OURS, workspace="T2")
NOW = datetime.now(UTC)
BEFORE = NOW - timedelta(days=1)


@pytest.fixture
async def stored(database: Database) -> Database:
    """Store something of everything for the first workspace."""
    store, feedback, runs = sql_store(database), sql_feedback_store(database), SqlClassifyRunStore(database)
    items = SqlClassifyItemStore(database)
    said = (Message(Role.USER, "U1", "a secret", OURS.thread), Message(Role.ASSISTANT, "", "kept", "1700000001.1"))
    call = replace(test_threads.CALL, started_at=NOW)
    files = (CodeFile("a.py", "secret = 1", 1),)
    one = Record(OURS, "U1", messages=said, calls=(call,), began_with_bot=True, code_files=files)
    async with database.writer.begin() as connection:
        await connection.run_sync(record, one)
    for place in (Place("T1", ""), Place("T1", "C1"), OURS):
        await store.settings.change(place, {"instructions": "a secret"}, "U1")
    await store.summary_runs.begin(replace(test_summary_runs.RUN, place=OURS))
    message = IncomingMessage(
        OURS, OURS.thread, "U1", "T1", "a secret", is_direct=False, mentions_bot=False, addresses_other=False
    )
    id_ = await feedback.inbox.add(message, NOW, "https://example.com/p1", together=0)
    assert id_ is not None
    await feedback.records.change("T1", id_, assignee="U1", status="taken")
    await runs.create(test_classify_runs.RUN, test_classify_runs.ITEMS)
    await items.correct(test_classify_runs.RUN.id, 1, ("Bug",), "U1")
    return database


async def test_threads_and_settings_stay_apart(stored: Database) -> None:
    store = sql_store(stored)
    assert (await store.threads.load(OURS)).messages
    assert await store.threads.load(THEIRS) == Conversation()
    assert await store.code_files.load(OURS)
    assert await store.code_files.load(THEIRS) == ()
    assert (await store.settings.load(OURS)).instructions
    assert await store.settings.load(THEIRS) == ChannelSettings()
    assert not any(sheet.values for sheet in await store.settings.layers(THEIRS))
    assert await store.settings.history(THEIRS) == ()
    assert await store.settings.all_overrides("T2") == {}


async def test_usage_and_runs_stay_apart(stored: Database) -> None:
    store = sql_store(stored)
    for scope in UsageScope:
        assert await store.usage.load(UsageView(scope, 7), OURS, "U1", NOW)
        assert await store.usage.load(UsageView(scope, 7), THEIRS, "U1", NOW) == ()
    assert await store.summary_runs.find("T1", test_summary_runs.RUN.id)
    assert await store.summary_runs.find("T2", test_summary_runs.RUN.id) is None
    runs = SqlClassifyRunStore(stored)
    items = SqlClassifyItemStore(stored)
    assert await items.corrections(Place("T1", "C1"), 10)
    assert not await items.corrections(Place("T2", "C1"), 10)
    assert await runs.find("T1", test_classify_runs.RUN.id)
    assert await runs.find("T2", test_classify_runs.RUN.id) is None


async def test_feedback_stays_apart(stored: Database) -> None:
    feedback = sql_feedback_store(stored)
    (ours,) = await feedback.records.assigned("T1", "U1", 10)
    assert not await feedback.records.assigned("T2", "U1", 10)
    assert await feedback.records.find("T2", ours.id) is None
    assert await feedback.records.at(THEIRS) is None
    assert await feedback.records.change("T2", ours.id, severity="Low") is None
    assert not await feedback.inbox.waiting(Place("T2", "C1"), 10)
    assert not await feedback.statistics.recent(Place("T2", "C1"), BEFORE, 10)
    assert await feedback.records.find("T1", ours.id) == ours
