"""The records of posts that are about several things, as several people and the model change them at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.clock import ClockKind
from bot.core.domain.feedback import Decision, FeedbackStatus, Judgment
from bot.core.domain.message import IncomingMessage, MessageEdit, Place
from bot.core.triage import clocks
from bot.db.feedback import sql_feedback_store

if TYPE_CHECKING:
    from bot.core.domain.feedback import Feedback
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.db.engine import Database

PLACE = Place("T1", "C1", "1.0")
CRASH, WISH, SLOW = "The export crashes", "please add a dark mode", "the search is slow"
POST = f"{CRASH}, {WISH}, and {SLOW}"


def decided(record: Feedback, *further: str) -> Decision:
    judged = Judgment(record.id, ("Bug report",), summary="Sorted")
    parts = tuple(Decision(words, judged, FeedbackStatus.OPEN) for words in further)
    return Decision(record.text, judged, FeedbackStatus.OPEN, excerpt=CRASH if parts else "", further=parts)


async def posted(feedback: FeedbackStore, *further: str) -> Feedback:
    """Keep a post with these further parts; return its record."""
    incoming = IncomingMessage(
        PLACE, "1.0", "U1", "T1", POST, is_direct=False, mentions_bot=False, addresses_other=False
    )
    await feedback.inbox.add(incoming, datetime.now(UTC), "", together=0)
    (record,) = await feedback.inbox.waiting(Place("T1", "C1"), 9)
    await feedback.inbox.save(Place("T1", "C1"), {record.id: decided(record, *further)}, ())
    return record


async def told(feedback: FeedbackStore) -> list[tuple[int, str, str]]:
    return [(one.part, one.status, one.own_text) for one in await feedback.splits.of(PLACE)]


async def test_one_of_two_splits_counts(database: Database) -> None:
    feedback = sql_feedback_store(database)
    record = await posted(feedback)
    made = await asyncio.gather(*(feedback.splits.split(record, words, []) for words in (WISH, "a dark mode")))
    assert sorted(one is None for one in made) == [False, True]
    assert len(await told(feedback)) == 2


async def test_one_of_many_joins_counts(database: Database) -> None:
    feedback = sql_feedback_store(database)
    await posted(feedback, WISH, SLOW)
    joined = await asyncio.gather(*(feedback.splits.join(PLACE) for _ in range(5)))
    assert sorted(len(ones) for ones in joined) == [0, 0, 0, 0, 2]
    assert await told(feedback) == [(0, "open", POST), (1, "joined", ""), (2, "joined", "")]


async def test_what_was_joined_meanwhile_is_not_split_again(database: Database) -> None:
    """The model has found two things, when someone says that they are one."""
    feedback = sql_feedback_store(database)
    record = await posted(feedback, WISH)
    await feedback.splits.join(PLACE)
    (waiting,) = await feedback.inbox.waiting(Place("T1", "C1"), 9)
    await feedback.inbox.save(Place("T1", "C1"), {record.id: decided(waiting, WISH)}, ())
    assert await told(feedback) == [(0, "open", POST), (1, "joined", "")]


async def test_a_press_and_a_decision_at_once_both_count(database: Database) -> None:
    """The post was edited, and is sorted again, as someone takes a part of it."""
    feedback, channel = sql_feedback_store(database), Place("T1", "C1")
    record = await posted(feedback, WISH, SLOW)
    _, wish, _slow = await feedback.splits.of(PLACE)
    await feedback.inbox.edit(MessageEdit(PLACE, "1.0", "U1", "T1", f"{POST}!", "2"))
    (waiting,) = await feedback.inbox.waiting(channel, 9)
    await asyncio.gather(
        feedback.records.change("T1", wish.id, status=FeedbackStatus.TAKEN, assignee="U2"),
        feedback.inbox.save(channel, {record.id: decided(waiting, SLOW, f"{WISH} soon")}, ()),
    )
    assert await told(feedback) == [(0, "open", CRASH), (1, "taken", f"{WISH} soon"), (2, "open", SLOW)]


async def test_a_part_by_hand_leaves_its_words(database: Database) -> None:
    feedback, channel = sql_feedback_store(database), Place("T1", "C1")
    record = await posted(feedback)
    assert await feedback.splits.split(record, WISH, []) is not None
    head, part = await feedback.inbox.waiting(channel, 9)
    assert (head.own_text, part.text) == (f"{CRASH} … and {SLOW}", WISH)
    await feedback.inbox.save(channel, {head.id: decided(head, SLOW), part.id: decided(part)}, ())
    assert await told(feedback) == [(0, "open", head.own_text), (1, "open", WISH)]


async def test_what_is_resolved_before_its_own_turn_was_in_time(database: Database) -> None:
    """The card of a post shows all that it is about, from the first record's turn on."""
    feedback = sql_feedback_store(database)
    record = await posted(feedback, WISH)
    settings = ChannelSettings(triage=True, first_response="2h")
    await clocks.follow(record, settings, datetime.now(UTC), feedback=feedback)
    _, wish = await feedback.splits.of(PLACE)
    await feedback.records.change(wish.workspace, wish.id, status=FeedbackStatus.RESOLVED)
    await clocks.follow(wish, settings, datetime.now(UTC), feedback=feedback)
    post = await feedback.clocks.at(wish.workspace, wish.id)
    assert post is not None
    clock = post.clocks[ClockKind.FIRST_RESPONSE]
    assert clock.due_at is not None
    assert clock.met_at is not None
    assert clock.met_at < clock.due_at
