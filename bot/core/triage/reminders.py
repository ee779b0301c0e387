"""Tell teams what is due: one message about as many records as there are, each told of once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.core.dates import clock_time, passed
from bot.core.domain.clock import ClockKind
from bot.core.domain.feedback import Feedback
from bot.core.domain.message import Place
from bot.core.domain.route import team as find_team
from bot.core.triage.card import linked
from bot.core.triage.clocks import escalates
from bot.core.triage.drafts.replies import first_response
from bot.errors import ChatError
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.clock import Clock
    from bot.core.ports import Chat, ChatPosts, Checkpoint
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.core.triage.clocks import ClockNotice

log = logging.getLogger(__name__)

SHOWN = 10  # records in a message
MOST_NAMED = 20  # people whom one message mentions

# By whether it is late.
ALONE = {
    (ClockKind.FIRST_RESPONSE, False): N_("A post in {channel} needs a first response by {time}: {post}"),
    (ClockKind.FIRST_RESPONSE, True): N_("A post in {channel} has had no response, {late} after it was due: {post}"),
    (ClockKind.RESOLVE, False): N_("A post in {channel} is to be resolved by {time}: {post}"),
    (ClockKind.RESOLVE, True): N_("A post in {channel} is still open, {late} after it was due: {post}"),
}
LISTED = {
    (ClockKind.FIRST_RESPONSE, False): N_("- {post}: first response by {time}"),
    (ClockKind.FIRST_RESPONSE, True): N_("- {post}: no response, {late} late"),
    (ClockKind.RESOLVE, False): N_("- {post}: to be resolved by {time}"),
    (ClockKind.RESOLVE, True): N_("- {post}: still open, {late} late"),
}


@dataclass(frozen=True, slots=True)
class DuePost:
    """A record, and which of its clocks is over next."""

    record: Feedback
    kind: ClockKind
    due_at: datetime


async def remind(
    place: Place,
    notice: ClockNotice,
    settings: ChannelSettings,
    *,
    now: datetime,
    checkpoint: Checkpoint,
    feedback: FeedbackStore,
    chat: Chat,
) -> None:
    """Post a message about what is due, once. Raises a transient `ChatError`."""
    shown = [one for id_ in notice.records[:SHOWN] if (one := await _due_post(place, id_, notice, feedback, chat))]
    if shown:
        left = len(notice.records) - SHOWN if len(notice.records) > SHOWN else 0
        text = written(shown, left, now, settings, is_escalation=notice.is_escalation)
        there = Place(place.workspace, notice.channel, notice.thread)
        people = _people(notice, shown, settings)
        key = f"{notice.channel}:{notice.thread}:{notice.is_escalation}"
        await _post(there, place, text, people, key, checkpoint=checkpoint, posts=chat.posts)
    await feedback.clocks.told(
        place.workspace, notice.records, notice.at, escalated=notice.is_escalation, escalates=escalates(settings)
    )


async def _due_post(place: Place, id_: int, notice: ClockNotice, feedback: FeedbackStore, chat: Chat) -> DuePost | None:
    """Return a record that is due, None for one that was dealt with meanwhile."""
    post, record = await feedback.clocks.at(place.workspace, id_), await feedback.records.find(place.workspace, id_)
    if post is None or record is None or not post.is_open:
        return None
    running = {
        clock.kind: clock.due_at
        for clock in post.clocks.values()
        if clock.due_at and not clock.met_at and _is_told(clock, notice)
    }
    if ClockKind.FIRST_RESPONSE in running and (post.responded_at or await _was_answered(record, feedback, chat)):
        del running[ClockKind.FIRST_RESPONSE]
    if not running:
        return None
    due_at, kind = min((due_at, kind) for kind, due_at in running.items())
    return DuePost(record, kind, due_at)


def _is_told(clock: Clock, notice: ClockNotice) -> bool:
    """Return whether a message is about this clock of its record."""
    told_at = clock.due_at if notice.is_escalation else clock.remind_at
    return told_at is not None and told_at <= notice.at


async def _was_answered(record: Feedback, feedback: FeedbackStore, chat: Chat) -> bool:
    """Look in the thread for a response that came while the bot was away, and keep it."""
    try:
        reply = await first_response(record, chat.history)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("a thread could not be looked through for a response: %s", error)
        return False
    if reply is not None:
        await feedback.inbox.respond(record.place, reply.author, reply.at)
    return reply is not None


def _people(notice: ClockNotice, shown: Sequence[DuePost], settings: ChannelSettings) -> tuple[str, ...]:
    """Return whom to notify: those who work on the records, or the team; of what is overdue, who is to know of it."""
    if notice.is_escalation:
        others = find_team(settings.teams, settings.escalate_to)
        return others.people[:MOST_NAMED] if others else ()
    found: list[str] = []
    for one in shown:
        team = find_team(settings.teams, one.record.team)
        found += [one.record.assignee] if one.record.assignee else team.people if team else ()
    return tuple(dict.fromkeys(found))[:MOST_NAMED]


async def _post(
    there: Place, place: Place, text: str, people: Sequence[str], key: str, *, checkpoint: Checkpoint, posts: ChatPosts
) -> None:
    """Post where it belongs, or in the feedback channel if that can't be reached."""
    try:
        await posts.post(there, text, checkpoint, key=key, to=people)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("a team can't be told of what is due: %s", error)
        if there == place:
            return
        await _post(place, place, text, people, f"{key} here", checkpoint=checkpoint, posts=posts)


def written(
    due: Sequence[DuePost], left: int, now: datetime, settings: ChannelSettings, *, is_escalation: bool = False
) -> str:
    """Describe what is due, and that so many more are, which are `left` out."""
    zone = ZoneInfo(settings.time_zone)
    channel = f"<#{due[0].record.channel}>"
    mark = "🚨" if is_escalation else "⏰"
    if len(due) == 1 and not left:
        return f"{mark} {_(ALONE[due[0].kind, due[0].due_at <= now], channel=channel, **_values(due[0], now, zone))}"
    ordered = sorted(due, key=lambda one: one.due_at)
    lines = [_(LISTED[one.kind, one.due_at <= now], **_values(one, now, zone)) for one in ordered]
    if left:
        lines.append(_("- and {count:,} more; `/parley open` there lists what is open", count=left))
    count = len(due) + left
    if is_escalation:
        title = ngettext(
            "{n:,} post in {channel} is overdue:", "{n:,} posts in {channel} are overdue:", count, channel=channel
        )
    else:
        title = ngettext("{n:,} post in {channel} is due:", "{n:,} posts in {channel} are due:", count, channel=channel)
    return "\n".join([f"{mark} **{title}**", *lines])


def _values(one: DuePost, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    what = one.record.severity or one.record.category
    post = f"**{what}**: {linked(one.record)}" if what else linked(one.record)
    return {"post": post, "time": clock_time(one.due_at, now, zone), "late": passed(now - one.due_at)}
