"""Clocks of feedback as durable work, at times that the tests choose."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.domain.clock import ClockKind, ClockScore
from bot.core.domain.feedback import CLOSED, FeedbackStatus
from bot.core.domain.message import IncomingMessage, MessageEdit, Place
from bot.db.feedback import sql_feedback_store
from tests.support.clocked import DAY, HOUR, MINUTE, NOON, OFFICE, fill, scene_of

if TYPE_CHECKING:
    from bot.db.engine import Database


async def test_a_team_is_reminded_once_then_others_once(database: Database) -> None:
    async with scene_of(database, first_response="2h", escalate_to="Lead") as here:
        record = await here.post()
        await here.look(95 * MINUTE)
        assert here.told(here.team) == []
        await here.look(MINUTE)
        post = f"**High**: [Crash 0]({record.permalink})"
        needs = f"⏰ A post in <#{here.place.channel}> needs a first response by 14:00: {post}"
        assert here.told(here.team) == [needs]
        for _ in range(3):
            await here.look(7 * MINUTE)
        assert (len(here.told(here.team)), here.told(here.others)) == (1, [])
        for _ in range(3):
            await here.look(4 * MINUTE)
        assert len(here.told(here.team)) == 1
        late = f"🚨 A post in <#{here.place.channel}> has had no response, 1 min after it was due: {post}"
        assert here.told(here.others) == [late]


async def test_a_reply_stops_the_first_clock(database: Database) -> None:
    async with scene_of(database, first_response="2h", resolve="1d", escalate_to="Lead") as here:
        await here.respond(await here.post())
        await here.look(3 * HOUR)
        assert (here.told(here.team), here.told(here.others)) == ([], [])
        scores = await here.feedback.figures.scores(here.place, NOON - DAY, here.now)
        assert scores == {ClockKind.FIRST_RESPONSE: ClockScore(1, 1)}
        await here.look(DAY)
        assert "is still open, 3 hours after it was due" in here.told(here.others)[0]


async def test_a_reply_that_was_missed_counts(database: Database) -> None:
    """It came while the bot was away: the thread is looked at before anyone is told."""
    async with scene_of(database, first_response="1h", resolve="1d", escalate_to="Lead") as here:
        answered, waits = await here.post(), await here.post()
        say, channel = here.workspace.say, here.place.channel
        say(channel, "I have a look", thread_ts=answered.message, user=here.workspace.ada)
        say(channel, "Hello?", thread_ts=waits.message)
        here.workspace.say_as_app(channel, "We got your post.", thread_ts=waits.message)
        await here.look(3 * HOUR)
        for told in (here.told(here.team), here.told(here.others)):
            assert [("Crash 0" in one, "Crash 1" in one) for one in told] == [(False, True)]
        record = await here.feedback.records.find(here.place.workspace, answered.id)
        assert record is not None
        assert record.responded_at is not None


async def test_a_late_reply_is_not_in_time(database: Database) -> None:
    async with scene_of(database, first_response="2h") as here:
        late, never = await here.post(), await here.post()
        await here.post(severity="")
        here.now += 3 * HOUR
        await here.respond(late)
        await here.look()
        assert await here.feedback.figures.scores(here.place, NOON - DAY, here.now) == {
            ClockKind.FIRST_RESPONSE: ClockScore(3, 0)
        }
        overdue = await here.feedback.figures.overdue(never.workspace, here.now, records=[late.id, never.id])
        assert overdue == {never.id: NOON + 2 * HOUR}


async def test_nothing_is_said_outside_business_hours(database: Database) -> None:
    async with scene_of(database, first_response="2h", business_hours=OFFICE, escalate_to="Lead") as here:
        here.now = datetime(2026, 11, 27, 15, tzinfo=UTC)  # a Friday
        await here.post()
        for _ in range(20):  # the reminder would be due at 16:36, the rest at closing time
            await here.look(3 * HOUR)
        assert (here.told(here.team), here.told(here.others)) == ([], [])
        here.now = datetime(2026, 11, 30, 9, tzinfo=UTC)
        await here.look()
        assert "has had no response, 3 days after it was due" in here.told(here.others)[0]
        assert len(here.told(here.team)) == 1


async def test_a_thousand_are_one_message_to_each(database: Database) -> None:
    async with scene_of(database, first_response="2h", escalate_to="Lead") as here:
        await here.catch_up()  # else the bot's own first look might end before the posts are there
        await fill(here, 1_000)
        await here.set(first_response="2h", escalate_to="Lead", resolve="3d")
        await here.catch_up()
        assert len(await here.due_at()) == 1_000
        for _ in range(3):
            await here.look(MINUTE)
        (told,), (escalated,) = here.told(here.team), here.told(here.others)
        assert "1,000 posts in" in told
        assert "are overdue" in escalated
        assert "and 990 more" in escalated
        assert escalated.count("example.com") == 10


async def test_looks_of_several_replicas_tell_once(database: Database) -> None:
    async with scene_of(database, first_response="2h") as here:
        await here.post()
        here.now += 100 * MINUTE
        await asyncio.gather(*(here.look() for _ in range(4)))
        assert len(here.told(here.team)) == 1


async def test_a_reopened_post_has_a_new_clock(database: Database) -> None:
    async with scene_of(database, resolve="1h", escalate_to="Lead") as here:
        record = await here.post()
        await here.look(2 * HOUR)
        assert (len(here.told(here.team)), len(here.told(here.others))) == (1, 1)
        await here.change(record.id, status=FeedbackStatus.RESOLVED)
        await here.look(DAY)
        await here.change(record.id, status=FeedbackStatus.OPEN)
        assert await here.due_at(ClockKind.RESOLVE) == [here.now + HOUR]
        await here.look(50 * MINUTE)
        await here.look(20 * MINUTE)
        assert (len(here.told(here.team)), len(here.told(here.others))) == (2, 2)


async def test_closed_posts_have_no_clock(database: Database) -> None:
    async with scene_of(database, first_response="1h", resolve="2h", escalate_to="Lead") as here:
        for status in (*CLOSED, FeedbackStatus.DISMISSED, FeedbackStatus.WITHDRAWN):
            await here.change((await here.post()).id, status=status)
        await here.look(DAY)
        assert (here.told(here.team), here.told(here.others)) == ([], [])


async def test_another_severity_has_another_clock(database: Database) -> None:
    async with scene_of(database, first_response="Critical: 30m; 4h") as here:
        record = await here.post()
        assert await here.due_at() == [NOON + 4 * HOUR]
        await here.change(record.id, severity="Critical")
        assert await here.due_at() == [NOON + HOUR / 2]
        here.now += HOUR
        edit = MessageEdit(record.place, record.message, "U1", record.workspace, "It crashes again", "9.9")
        await here.feedback.inbox.edit(edit)
        await here.show(record.id)
        assert await here.due_at() == [NOON + HOUR / 2]


async def test_changed_settings_hold_for_open_posts(database: Database) -> None:
    async with scene_of(database) as here:
        await here.post()
        await here.catch_up()
        assert await here.due_at() == []
        await here.set(first_response="2h")
        await here.catch_up()
        assert await here.due_at() == [NOON + 2 * HOUR]
        await here.set(first_response="2h", business_hours=OFFICE, time_zone="America/New_York")
        await here.catch_up()
        assert await here.due_at() == [NOON + 4 * HOUR]  # it opens at 14:00 UTC
        await here.set(first_response="", escalate_to="Lead")
        await here.look(DAY)
        await here.set(triage=False, first_response="2h")
        await here.look(DAY)
        assert (here.told(here.team), here.told(here.others)) == ([], [])


async def test_settings_hold_that_changed_just_before(database: Database) -> None:
    async with scene_of(database, first_response="1h", escalate_to="Lead") as here:
        await here.post()
        await here.set(first_response="3h")
        await here.look(2 * HOUR)
        assert (here.told(here.team), here.told(here.others)) == ([], [])
        await here.look(HOUR / 2)
        assert "by 15:00" in here.told(here.team)[0]


async def test_without_a_team_it_is_said_in_the_thread(database: Database) -> None:
    async with scene_of(database, first_response="1h", escalate_to="Lead") as here:
        first = await here.post(team="")
        await here.look(50 * MINUTE)
        (one,) = here.messages(here.place.channel)
        assert one.thread_ts == first.message
        await here.post(team="", ago=50 * MINUTE)
        await here.post(team="Gone", ago=50 * MINUTE)
        await here.look()
        assert [message.thread_ts for message in here.messages(here.place.channel)] == [first.message, ""]


async def test_a_team_out_of_reach_is_told_in_the_feedback_channel(database: Database) -> None:
    async with scene_of(database, first_response="1h") as here:
        here.workspace.archive(here.team)
        await here.post()
        for _ in range(3):
            await here.look(50 * MINUTE)
        assert (len(here.told(here.place.channel)), here.told(here.team)) == (1, [])


async def test_the_assignee_is_notified_first(database: Database) -> None:
    async with scene_of(database, resolve="1h") as here:
        record, ada = await here.post(), here.workspace.ada
        await here.change(record.id, status=FeedbackStatus.TAKEN, assignee=ada.id)
        await here.look(50 * MINUTE)
        assert here.told(here.team)[0].startswith(f"<@{ada.id}> ⏰")


async def test_a_reply_to_a_joined_post_counts(database: Database) -> None:
    feedback, first = sql_feedback_store(database), Place("T1", "C1", "1790000000.000100")
    second = replace(first, thread="1790000001.000100")
    for post in (first, second):
        said = IncomingMessage(
            post, post.thread, "U1", "T1", "It fails", is_direct=False, mentions_bot=False, addresses_other=False
        )
        await feedback.inbox.add(said, NOON, "", together=3)
    for person, is_answered in (("U1", False), ("U2", True)):
        await feedback.inbox.respond(second, person)
        record = await feedback.records.at(first)
        assert record is not None
        assert bool(record.responded_at) == is_answered
