"""What reports lack, and what their writers reply, on real databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.feedback import Decision, FeedbackStatus, Judgment
from bot.core.domain.needs import Completeness
from bot.core.privacy.retention import Limits
from bot.db.feedback import sql_feedback_store
from bot.db.feedback.questions import MOST_ANSWERS
from bot.db.purge import SqlPurger
from tests.integration.db.test_feedback import CHANNEL, FILE, NOW, edit, post

if TYPE_CHECKING:
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import IncomingMessage
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.db.engine import Database


@pytest.fixture
def feedback(database: Database) -> FeedbackStore:
    return sql_feedback_store(database)


def reply(message: str, text: str = "It is 3.2", author: str = "U1", to: str = "1.1") -> IncomingMessage:
    return replace(post(message, text, author), place=replace(CHANNEL, thread=to))


async def add(feedback: FeedbackStore, message: str = "1.1", text: str = "It crashes", together: int = 0) -> int:
    found = await feedback.inbox.add(post(message, text), NOW, "", together=together)
    assert found is not None
    return found


async def answer(feedback: FeedbackStore, incoming: IncomingMessage, days: float = 0) -> bool:
    return await feedback.questions.answer(incoming, NOW + timedelta(days=days), "")


async def sort(feedback: FeedbackStore, *missing: str, seen: Feedback | None = None) -> Feedback:
    """Sort what waits, or as it was `seen` before; return the record then."""
    (waiting,) = [seen] if seen else await feedback.inbox.waiting(CHANNEL, 9)
    judged = Judgment(waiting.id, ("Bug report",), 90)
    decision = Decision(waiting.text, judged, FeedbackStatus.OPEN, missing=missing, files=waiting.files)
    await feedback.inbox.save(CHANNEL, {waiting.id: decision}, ())
    found = await feedback.records.find("T1", waiting.id)
    assert found is not None
    return found


async def waits(feedback: FeedbackStore) -> list[str]:
    return [one.text for one in await feedback.inbox.waiting(CHANNEL, 9)]


async def test_what_is_added_before_it_was_sorted_counts(feedback: FeedbackStore) -> None:
    await add(feedback)
    (seen,) = await feedback.inbox.waiting(CHANNEL, 9)
    assert await answer(feedback, reply("1.2"))
    record = await sort(feedback, "version", seen=seen)
    assert await waits(feedback) == ["It crashes\nIt is 3.2"]
    assert not await feedback.questions.claim(record, "j1")  # it is sorted again first
    record = await sort(feedback, "steps")
    assert await feedback.questions.claim(record, "j2")
    assert await feedback.questions.of(record) == Completeness(("steps",), (), is_asked=True)
    assert await answer(feedback, reply("1.3", "I press Export"))
    assert await feedback.questions.claim(record, "j2")  # its own attempt goes on
    assert not await feedback.questions.claim(record, "j3")


async def test_what_nobody_was_asked_for_can_be_added(feedback: FeedbackStore) -> None:
    await add(feedback)
    await sort(feedback, "version")
    assert not await answer(feedback, reply("1.2", author="U2"))
    assert await answer(feedback, reply("1.3"))
    record = await sort(feedback)
    assert await feedback.questions.of(record) == Completeness()
    assert not await answer(feedback, reply("1.4"))


async def test_an_answer_may_take_ten_days(feedback: FeedbackStore, database: Database) -> None:
    await add(feedback)
    assert await feedback.questions.claim(await sort(feedback, "version", "steps"), "j1")
    await SqlPurger(database).purge(Limits(NOW - timedelta(days=30)), lambda: None)
    assert await answer(feedback, reply("1.2"), days=10)
    record = await sort(feedback, "steps")
    assert await feedback.questions.of(record) == Completeness(("steps",), ("version",), is_asked=True)
    await SqlPurger(database).purge(Limits(NOW + timedelta(days=30)), lambda: None)
    assert not await answer(feedback, reply("1.3"), days=31)  # of its words, none are left to complete


async def test_an_answer_comes_in_parts(feedback: FeedbackStore) -> None:
    await add(feedback)
    await add(feedback, "1.2", "And it freezes", together=3)
    assert await feedback.questions.claim(await sort(feedback, "version", "steps"), "j1")
    assert await answer(feedback, reply("1.3"))
    assert await answer(feedback, reply("1.4", "I press Export", to="1.2"))
    assert await waits(feedback) == ["It crashes\nAnd it freezes\nIt is 3.2\nI press Export"]
    given = [await answer(feedback, reply(f"2.{number}")) for number in range(MOST_ANSWERS)]
    assert given.count(True) == MOST_ANSWERS - 2


async def test_a_picture_that_comes_meanwhile_is_looked_at(feedback: FeedbackStore) -> None:
    await add(feedback)
    await sort(feedback, "steps")
    assert await answer(feedback, reply("1.2", "See here:"))
    (seen,) = await feedback.inbox.waiting(CHANNEL, 9)
    assert await answer(feedback, replace(reply("1.3", ""), files=(FILE,)))
    await sort(feedback, "steps", seen=seen)
    assert [one.files for one in await feedback.inbox.waiting(CHANNEL, 9)] == [(FILE,)]


async def test_what_is_taken_back_is_missing_again(feedback: FeedbackStore) -> None:
    await add(feedback)
    record = await sort(feedback, "version")
    assert await feedback.questions.claim(record, "j1")
    for message in ("1.2", "1.3"):
        assert await answer(feedback, reply(message))
        assert (await feedback.questions.of(await sort(feedback))).added == ("version",)
        await feedback.inbox.edit(edit(message, "2"))
        record = await sort(feedback, "version")
        assert await feedback.questions.of(record) == Completeness(("version",), (), is_asked=True)
    assert not await feedback.questions.claim(record, "j2")
