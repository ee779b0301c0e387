"""Carry out what people decide about a record: take it, resolve it, dismiss it, or change what it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.access import check_member
from bot.core.actions import (
    CHANGE_FEEDBACK,
    DISMISS_FEEDBACK,
    FEEDBACK_FORM,
    REOPEN_FEEDBACK,
    RESOLVE_FEEDBACK,
    TAKE_FEEDBACK,
)
from bot.core.domain import category
from bot.core.domain.control_value import FeedbackFormRef
from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.interaction import Field, Form
from bot.core.domain.message import Place
from bot.errors import NotAllowedError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Action, Submission
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, ChatHistory, Store
    from bot.core.ports.feedback_store import FeedbackStore

GONE = N_("This feedback no longer exists.")
ONE_THING = N_("This is no longer a record of its own; see the card in the post's thread.")
NO_LINK, NO_RECORD = N_("That is not a link to a post in this channel."), N_("I have no feedback record for that post.")
CIRCLE = N_("The second post repeats the first already. Merge them the other way around.")
NOBODY = "-"  # the choice of no team: a menu's choices can't be empty


async def on_action(action: Action, *, feedback: FeedbackStore, store: Store, chat: Chat) -> Feedback | None:
    """Carry out what a button says, and return the updated record.

    Raises `NotAllowedError`, `UsageError`, `ChatError`.
    """
    id_ = int(action.choice) if action.choice.isdecimal() else TAKE_FEEDBACK.read(action).id
    record, settings = await opened(id_, action.asker, action.place.workspace, feedback=feedback, store=store)
    await check_sees(record, settings, action.asker, chat, action.place.channel)
    if record.status is FeedbackStatus.WITHDRAWN:
        raise UsageError(_(GONE))
    person = action.asker.person
    values: dict[str, Any] = {
        TAKE_FEEDBACK.name: {"status": FeedbackStatus.TAKEN, "assignee": person},
        RESOLVE_FEEDBACK.name: {"status": FeedbackStatus.RESOLVED, "assignee": record.assignee or person},
        REOPEN_FEEDBACK.name: {"status": FeedbackStatus.OPEN, "assignee": ""},
        DISMISS_FEEDBACK.name: {"status": FeedbackStatus.DISMISSED, "assignee": ""},
    }[action.name]
    if record.status == values["status"]:
        return None
    await feedback.inbox.respond(record.place, person)
    return await feedback.records.change(record.workspace, record.id, **values)


async def open_form(action: Action, *, feedback: FeedbackStore, store: Store, chat: Chat) -> Form:
    """Build the form in which a record can be changed. Raises `NotAllowedError`, `UsageError`, `ChatError`."""
    id_ = CHANGE_FEEDBACK.read(action).id
    if action.choice.isdecimal():
        id_ = int(action.choice)
    record, settings = await opened(id_, action.asker, action.place.workspace, feedback=feedback, store=store)
    await check_sees(record, settings, action.asker, chat, action.place.channel)
    first = await feedback.records.find(record.workspace, record.duplicate_of) if record.duplicate_of else None
    fields = [_menu("category", _("Category"), record.category, categories(settings))]
    fields.append(_menu("severity", _("Severity"), record.severity, settings.severities))
    if settings.teams:
        teams = (NOBODY, *(team.name for team in settings.teams))
        fields.append(_menu("team", _("Team"), record.team or NOBODY, teams))
    fields.append(Field("assignee", _("Assigned to"), "person", record.assignee, optional=True))
    hint = _("A link to the earlier post that this one repeats.")
    original = first.permalink if first else ""
    fields.append(Field("original", _("Duplicate of"), "text", original, hint=hint, optional=True, max_length=500))
    ref = FeedbackFormRef(workspace=record.workspace, id=record.id)
    return FEEDBACK_FORM.form(_("Feedback"), tuple(fields), ref)


def categories(settings: ChannelSettings) -> tuple[str, ...]:
    """Return the names of the categories that a channel's feedback can have."""
    return tuple(one.name for one in category.with_other(settings.categories or category.FEEDBACK))


def _menu(name: str, label: str, value: str, options: tuple[str, ...]) -> Field:
    # The record's own category can still be chosen after the channel has dropped it.
    held = (value,) if value and value not in options else ()
    return Field(name, label, "choice", value, tuple((one, one) for one in (*options, *held)))


async def submit(
    submission: Submission, *, feedback: FeedbackStore, store: Store, chat: Chat
) -> tuple[Feedback | None, Mapping[str, str]]:
    """Save what was changed; return the updated record, and faults by field.

    Raises `NotAllowedError`, `UsageError`.
    """
    ref = FEEDBACK_FORM.read(submission)
    workspace = ref.workspace
    record, settings = await opened(ref.id, submission.asker, workspace, feedback=feedback, store=store)
    await check_sees(record, settings, submission.asker, chat)
    answers = {name: str(value) for name, value in submission.answers.items()}
    person = submission.asker.person
    values: dict[str, Any] = {}
    chosen, severity = answers.get("category", ""), answers.get("severity", "")
    team = answers.get("team", "").removeprefix(NOBODY) if settings.teams else record.team
    if chosen not in {*categories(settings), record.category} or not chosen:
        return None, {"category": _("Choose a category.")}
    if (chosen, severity, team) != (record.category, record.severity, record.team):
        values |= {"category": chosen, "severity": severity, "team": team, "corrected_by": person}
    if team != record.team:
        values["routed"] = ""
    if (assignee := answers.get("assignee", "")) != record.assignee:
        values |= {"assignee": assignee, "status": FeedbackStatus.TAKEN if assignee else FeedbackStatus.OPEN}
    if record.status in {FeedbackStatus.IGNORED, FeedbackStatus.DISMISSED} and "category" in values:
        values.setdefault("status", FeedbackStatus.OPEN)
    original = await _original(answers.get("original", "").strip(), record, feedback=feedback, history=chat.history)
    if isinstance(original, str):
        return None, {"original": original}
    merged = None
    if (original.id if original else None) != record.duplicate_of:
        merged = await feedback.archive.merge(record, original)
        if merged is None:
            return None, {"original": _(CIRCLE)}
    if not (values or merged):
        return None, {}
    await feedback.inbox.respond(record.place, person)
    return await feedback.records.change(workspace, record.id, **values) if values else merged, {}


async def _original(
    link: str, record: Feedback, *, feedback: FeedbackStore, history: ChatHistory
) -> Feedback | str | None:
    """Return the record that a link leads to, None without one, or what is wrong with it."""
    if not link:
        return None
    found = history.locate(link, replace(record.place, thread=""))
    if found is None or not found.message or found.place.channel != record.channel:
        return _(NO_LINK)
    first = await feedback.records.at(replace(record.place, thread=found.place.thread or found.message))
    if first is None or first.id == record.id:
        return _(NO_RECORD)
    return first


async def find(submission: Submission, *, feedback: FeedbackStore) -> Feedback | None:
    """Return the record that a form changes, None where it is gone. Raises `UsageError`."""
    ref = FEEDBACK_FORM.read(submission)
    return await feedback.records.find(ref.workspace, ref.id)


async def check_sees(
    record: Feedback, settings: ChannelSettings, asker: Requester, chat: Chat, pressed_in: str = ""
) -> None:
    """Raise `NotAllowedError` unless someone is where the record is shown: its own channel, or that of a team.

    The place of the action proves that, as the platform reports it; a place that only a value names does not. Raises
    `ChatError`.
    """
    shown = dict.fromkeys([record.channel, *(team.channel for team in settings.teams if team.channel)])
    if pressed_in not in shown:
        await check_member([Place(record.workspace, channel) for channel in shown], asker.person, chat.directory)


async def opened(
    id_: int | None, asker: Requester, workspace: str, *, feedback: FeedbackStore, store: Store
) -> tuple[Feedback, ChannelSettings]:
    """Return a record that someone may change, and the settings of its channel.

    Raises `UsageError`, `NotAllowedError`.
    """
    record = await feedback.records.find(workspace, id_) if id_ is not None else None
    if record is None:
        raise UsageError(_(GONE))
    if record.status is FeedbackStatus.JOINED:
        raise UsageError(_(ONE_THING))
    settings = await store.settings.load(replace(record.place, thread=""))
    if asker.home != record.workspace:
        raise NotAllowedError(_("Only people from this workspace can change feedback."))
    if settings.agents and asker.person not in settings.agents:
        raise NotAllowedError(_("Only the people who answer feedback in this channel can change it."))
    return record, settings
