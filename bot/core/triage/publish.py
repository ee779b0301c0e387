"""Show a record: its reaction, its card, the acknowledgment; and tell its team, with what else waits for it."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.domain.feedback import ELSEWHERE, FeedbackStatus
from bot.core.domain.interaction import Button
from bot.core.domain.message import Place
from bot.core.domain.route import team as find_team
from bot.core.triage import asking, card, outcome
from bot.core.triage.drafts import card as draft_card
from bot.errors import ChatError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Control
    from bot.core.domain.route import Team
    from bot.core.ports import Chat, ChatPosts, Checkpoint
    from bot.core.ports.feedback_store import FeedbackStore

log = logging.getLogger(__name__)

MOST_GROUPED = 15  # records in one message to a team


async def show(
    record: Feedback,
    settings: ChannelSettings,
    *,
    checkpoint: Checkpoint,
    feedback: FeedbackStore,
    chat: Chat,
    notes: str = "",
) -> None:
    """Show a record as it is now, with `notes` at its card's end. Raises a transient `ChatError`.

    The records of one post have one card, its first record has the reaction.
    """
    records = card.numbered(await feedback.splits.of(record.place))
    head = records[0]
    if head.card or any(one.is_counted and not _is_in_team(one, settings) for one in records):
        shown = await _show_card(records, settings, checkpoint=checkpoint, feedback=feedback, chat=chat, notes=notes)
        if shown:
            await feedback.records.shown(head.workspace, head.id, card=shown)
    values: dict[str, Any] = {"shown_version": record.version}
    if record.id == head.id:
        values |= await _show_below(record, settings, checkpoint=checkpoint, chat=chat)
    await feedback.records.shown(record.workspace, record.id, **values)


async def _show_below(
    record: Feedback, settings: ChannelSettings, *, checkpoint: Checkpoint, chat: Chat
) -> dict[str, Any]:
    """Show what a post has beside its card: its reaction and the acknowledgment."""
    values: dict[str, Any] = {}
    wanted = card.reaction(record)
    if wanted != record.reaction and await _done(
        chat.posts.react(record.place, record.message, wanted, instead=record.reaction)
    ):
        values["reaction"] = wanted
    if settings.acknowledgment and record.is_counted and not record.is_acknowledged and not record.is_bot:
        thanks = f"{chat.names.mention(record.person)} {settings.acknowledgment}"
        if await _done(chat.posts.post(record.place, thanks, checkpoint, key="thanks")):
            values["is_acknowledged"] = True
    return values


def _is_in_team(record: Feedback, settings: ChannelSettings) -> bool:
    """Return whether a record is shown only to its team."""
    team = find_team(settings.teams, record.team)
    return settings.cards == "team" and team is not None and bool(team.channel)


async def refresh(
    record: Feedback,
    settings: ChannelSettings,
    *,
    checkpoint: Checkpoint,
    feedback: FeedbackStore,
    chat: Chat,
    notes: str,
) -> None:
    """Show on a record's card what has changed beside the record. Raises a transient `ChatError`."""
    records = card.numbered(await feedback.splits.of(record.place))
    if records[0].card:
        await _show_card(records, settings, checkpoint=checkpoint, feedback=feedback, chat=chat, notes=notes)


async def _show_card(
    records: Sequence[Feedback],
    settings: ChannelSettings,
    *,
    checkpoint: Checkpoint,
    feedback: FeedbackStore,
    chat: Chat,
    notes: str,
) -> str:
    """Show the card of a post's records; return its message if it is new, otherwise ""."""
    head, texts = records[0], list[str]()
    drafted: list[Control] = []
    for number, record in enumerate(records, start=1):
        text, buttons = await _section(record, settings, feedback=feedback, chat=chat)
        texts.append(text)
        drafted += [_numbered(one, number) for one in buttons] if len(records) > 1 else buttons
    text = card.several(texts) if len(texts) > 1 else texts[0]
    text += notes if any(one.is_counted for one in records) else ""
    controls = (*card.controls_of(records), *drafted)
    if head.card:
        await _done(chat.posts.edit(head.place, head.card, text, checkpoint, controls=controls))
        return ""
    teams = [team for one in records if (team := find_team(settings.teams, one.team))]
    people = tuple(dict.fromkeys(person for team in teams for person in team.people))
    try:
        return await chat.posts.post(head.place, text, checkpoint, key="card", controls=controls, to=people)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("a card could not be shown: %s", error)
        return ""


def _numbered(control: Control, number: int) -> Control:
    return replace(control, label=f"{number} · {control.label}") if isinstance(control, Button) else control


async def _section(
    record: Feedback, settings: ChannelSettings, *, feedback: FeedbackStore, chat: Chat
) -> tuple[str, Sequence[Control]]:
    """Return what a card says of a record, and the controls of its draft."""
    first = await feedback.records.find(record.workspace, record.duplicate_of) if record.duplicate_of else None
    told = asking.told(record, settings, await feedback.questions.of(record))
    drafted = await feedback.drafts.of_record(record)
    told += draft_card.lines(record, settings, drafted, chat.names)
    tracked = await feedback.trackers.find(record.workspace, record.id)
    tracked = await outcome.for_readers(tracked, record, chat.directory)
    original = first.permalink if first else ""
    text = card.card(record, settings, chat.names, original=original, tracked=tracked, more=told)
    return text, draft_card.controls(record, settings, drafted)


async def _done(call: Any) -> bool:  # noqa: ANN401 (a coroutine of any result)
    """Return whether something was shown; False if the post is gone, or the platform refuses for good."""
    try:
        await call
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("a record could not be shown: %s", error)
        return False
    return True


async def notify(
    place: Place,
    channel: str,
    settings: ChannelSettings,
    *,
    checkpoint: Checkpoint,
    feedback: FeedbackStore,
    posts: ChatPosts,
) -> tuple[Sequence[Feedback], Sequence[Feedback]]:
    """Tell a channel's teams about everything that waits for them, in one message.

    Return the records that they were told of, and those that they can't be. Raises a transient `ChatError`.
    """
    teams = [one for one in settings.teams if one.channel == channel]
    records = await _gathered(place, teams, checkpoint=checkpoint, feedback=feedback)
    if not records:
        return (), ()
    people = tuple(dict.fromkeys(person for one in teams for person in one.people if one.name in _teams(records)))
    buttons = card.notice_controls(records) if settings.cards == "team" else ()
    there = Place(place.workspace, channel)
    try:
        sent = await posts.post(there, card.notice(records), checkpoint, key="notice", controls=buttons, to=people)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("a team can't be reached: %s", error)
        changed = [await feedback.records.change(one.workspace, one.id, routed=ELSEWHERE) for one in records]
        return (), [one for one in changed if one is not None]
    for record in records:
        await feedback.records.shown(record.workspace, record.id, routed=f"{channel}:{sent}")
    return records, ()


async def _gathered(
    place: Place, teams: Sequence[Team], *, checkpoint: Checkpoint, feedback: FeedbackStore
) -> Sequence[Feedback]:
    """Return the records that a message is about; a retry is about the same ones."""
    if kept := checkpoint.get("records"):
        found = [await feedback.records.find(place.workspace, id_) for id_ in json.loads(kept)]
        return [one for one in found if one is not None]
    records = await feedback.routing.unrouted(place, [one.name for one in teams], MOST_GROUPED)
    if records:
        await checkpoint.keep("records", json.dumps([one.id for one in records]))
    return records


def _teams(records: Sequence[Feedback]) -> set[str]:
    return {record.team for record in records}


async def show_notice(
    record: Feedback, settings: ChannelSettings, *, checkpoint: Checkpoint, feedback: FeedbackStore, posts: ChatPosts
) -> None:
    """Update the message to a team with the state of its records. Raises a transient `ChatError`."""
    records = await feedback.routing.routed_as(record.workspace, record.routed)
    channel, _, message = record.routed.partition(":")
    buttons = card.notice_controls(records) if settings.cards == "team" else ()
    there = Place(record.workspace, channel)
    await _done(posts.edit(there, message, card.notice(records), checkpoint, controls=buttons))


def target(record: Feedback, settings: ChannelSettings) -> str:
    """Return the channel that a record still has to be sent to, "" if none."""
    team = find_team(settings.teams, record.team)
    is_open = record.status in {FeedbackStatus.OPEN, FeedbackStatus.TAKEN}
    return team.channel if team and is_open and not record.routed else ""


def unreachable(channel: str) -> str:
    """Return the message for the person who set the teams: one of their channels can't be reached."""
    return _(
        "I can't post feedback to <#{channel}>: I am not in that channel, or it is archived. Invite me there, or name "
        "another channel with `/parley set teams`; then type `/parley triage on` in the channel where the feedback "
        "comes in, and I'll send what is waiting. Until then, it stays in its threads.",
        channel=channel,
    )
