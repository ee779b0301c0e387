"""Set the clocks of feedback by a channel's settings, and decide who is to be told of what is due."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.domain import time_limit
from bot.core.domain.clock import Clock, ClockKind
from bot.core.domain.feedback import CLOSED, FeedbackStatus
from bot.core.domain.route import team as find_team
from bot.core.triage import business_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.clock import TimedPost
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.domain.route import Team
    from bot.core.domain.time_limit import TimeLimit
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.core.triage.business_time import BusinessCalendar

REMIND_AFTER = 0.8  # of the time that a clock gives
STOPPED = (*CLOSED, FeedbackStatus.DISMISSED)


@dataclass(frozen=True, slots=True)
class ClockNotice:
    """One message about records that were due `at` a time; an escalation tells others that they are overdue."""

    at: datetime
    channel: str
    thread: str
    records: tuple[int, ...]
    is_escalation: bool = False


def rule(settings: ChannelSettings) -> str:
    """Name the settings that clocks are set by: two names differ if the settings do. "": there are no clocks."""
    if not (settings.triage and settings.has_limits):
        return ""
    told = settings.first_response, settings.resolve, settings.business_hours, settings.holidays, settings.time_zone
    return hashlib.sha256(json.dumps([*told, escalates(settings)]).encode()).hexdigest()[:16]


def escalates(settings: ChannelSettings) -> bool:
    """Return whether others are told of what is overdue."""
    return find_team(settings.teams, settings.escalate_to) is not None


async def calendar_of(settings: ChannelSettings, now: datetime) -> BusinessCalendar:
    """Return a channel's business hours."""
    held = settings.business_hours, settings.holidays, settings.time_zone
    return await asyncio.to_thread(business_time.calendar, *held, now.year)


async def follow(record: Feedback, settings: ChannelSettings, now: datetime, *, feedback: FeedbackStore) -> None:
    """Set the clocks of a record as its newest version wants them, and of all else that its post is about.

    Their card is one: who sees it may resolve each of them before their own turn to be shown.
    """
    if not (name := rule(settings)):
        return
    parts = [record.id, *(one.id for one in await feedback.splits.of(record.place))]
    posts = [await feedback.clocks.at(record.workspace, id_) for id_ in dict.fromkeys(parts)]
    timed = [post for post in posts if post is not None and (post.is_open or post.clocks)]
    if not timed:
        return
    calendar = await calendar_of(settings, now)
    clocks = {post.id: reckon(post, settings, calendar) for post in timed}
    await feedback.clocks.set(replace(record.place, thread=""), name, clocks, escalates=escalates(settings))


def reckon(post: TimedPost, settings: ChannelSettings, calendar: BusinessCalendar) -> list[Clock]:
    """Return the clocks of a record. Its severity decides which limits they have, its status which of them run."""
    return [
        _clock(kind, time_limit.limit_of(limits, post.severity), post, calendar)
        for kind, limits in limits_of(settings).items()
    ]


def limits_of(settings: ChannelSettings) -> Mapping[ClockKind, Mapping[str, TimeLimit]]:
    """Return a channel's limits by severity, for each kind of clock; none where triage is off."""
    typed = {ClockKind.FIRST_RESPONSE: settings.first_response, ClockKind.RESOLVE: settings.resolve}
    return {kind: time_limit.read(text) if settings.triage else {} for kind, text in typed.items()}


def _clock(kind: ClockKind, limit: TimeLimit | None, post: TimedPost, calendar: BusinessCalendar) -> Clock:
    before, met_at = post.clocks.get(kind), _met_at(kind, post)
    is_reopened = before is not None and before.met_at is not None and met_at is None and post.is_open
    started = post.changed_at if is_reopened else before.started_at if before else post.said_at
    new = Clock(kind, started, met_at=met_at)
    if before is not None and not is_reopened:
        new = replace(new, reminded_at=before.reminded_at, escalated_at=before.escalated_at)
    counts = post.is_open or post.status in STOPPED
    due = business_time.due(started, limit, calendar) if limit is not None and counts else None
    if due is None:
        return new
    given = business_time.open_time(started, due, calendar)
    return replace(new, due_at=due, remind_at=business_time.after(started, REMIND_AFTER * given, calendar))


def _met_at(kind: ClockKind, post: TimedPost) -> datetime | None:
    if kind is ClockKind.FIRST_RESPONSE and post.responded_at:
        return post.responded_at
    if post.status not in STOPPED:
        return None
    before = post.clocks.get(kind)
    return before.met_at if before and before.met_at else post.changed_at


def notices(
    place: Place,
    posts: Sequence[TimedPost],
    clocks: Mapping[int, Sequence[Clock]],
    settings: ChannelSettings,
    now: datetime,
) -> list[ClockNotice]:
    """Group what is due into messages: one to each team that is reminded, one to those who are told of the overdue."""
    others = find_team(settings.teams, settings.escalate_to)
    overdue = [post for post in posts if others and any(_is_overdue(clock, now) for clock in clocks[post.id])]
    last = [replace(_notice(place, others, overdue, now), is_escalation=True)] if overdue else []
    there = {notice.channel for notice in last if not notice.thread}
    grouped: dict[str, list[TimedPost]] = defaultdict(list)
    for post in posts:
        team = find_team(settings.teams, post.team)
        channel = (team.channel if team else "") or place.channel
        is_told = post in overdue and (channel in there or team == others)
        if not is_told and any(_is_due(clock, now) for clock in clocks[post.id]):
            grouped[channel].append(post)
    first = [
        _notice(place, find_team(settings.teams, ones[0].team) if channel != place.channel else None, ones, now)
        for channel, ones in grouped.items()
    ]
    return [*first, *last]


def _notice(place: Place, team: Team | None, posts: Sequence[TimedPost], now: datetime) -> ClockNotice:
    """Return a message to a team's channel; where it has none, to the post's thread, or the channel of several."""
    channel = (team.channel if team else "") or place.channel
    thread = posts[0].message if channel == place.channel and len(posts) == 1 else ""
    return ClockNotice(now, channel, thread, tuple(post.id for post in posts))


def _is_due(clock: Clock, now: datetime) -> bool:
    return bool(not clock.met_at and not clock.reminded_at and clock.remind_at and clock.remind_at <= now)


def _is_overdue(clock: Clock, now: datetime) -> bool:
    return bool(not clock.met_at and not clock.escalated_at and clock.due_at and clock.due_at <= now)
