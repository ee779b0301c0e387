"""The form with the settings of a channel, a thread or a workspace: open it, turn its pages, try it, save it."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from bot.calls import Call, Purpose
from bot.core.actions import (
    EDIT_SETTINGS,
    EDIT_THREAD,
    EDIT_WORKSPACE,
    EXPLAIN_SETTINGS,
    SETTINGS_FORM,
    SETTINGS_PAGE,
    TRY_SETTINGS,
)
from bot.core.domain.channel_settings import merged
from bot.core.domain.control_value import SettingsRef
from bot.core.domain.interaction import Field, Form, Submission
from bot.core.domain.message import Place, Role
from bot.core.domain.thread import Record
from bot.core.ports import Chat, Model, Request, Store, Turn
from bot.core.privacy import retention
from bot.core.settings import form_fields as fields
from bot.core.settings.cross_checks import broken
from bot.core.settings.form_context import SettingsFormContext
from bot.core.settings.form_layout import TRIAL, lay_out
from bot.core.settings.history import names_in, values_before, why
from bot.core.settings.place_text import place_text, without_mentions
from bot.core.settings.sections import MAIN, SECTIONS
from bot.errors import BotError, ChatError, ConflictError, ModelError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.interaction import Action
    from bot.core.ports import Checkpoint

log = logging.getLogger(__name__)

TRIAL_OUTPUT = 1_000  # tokens
TOO_MUCH = N_("What you changed on this page is too long to keep while you look at another one. Save it first.")


async def open_form(action: Action, context: SettingsFormContext) -> Form:
    """Return the form that an action asks for: opened, on another page, or where the settings come from.

    Raises `NotAllowedError`, `UsageError`, `ChatError`.
    """
    if action.name in {EDIT_SETTINGS.name, EDIT_WORKSPACE.name, EDIT_THREAD.name}:
        place = _opened_for(action)
        await context.check(place, action)
        own = await context.store.settings.overrides(place)
        ref = SettingsRef(**asdict(place), version=own.version, seen_in=action.place.channel)
        return await lay_out(ref, fields.written(own.values), context)
    ref = TRY_SETTINGS.read(action)
    await context.check(ref.place, action)
    if action.name == EXPLAIN_SETTINGS.name:
        return await _explained(ref.place, context)
    if action.name == SETTINGS_PAGE.name:
        return await _turned(ref, action, context)
    return await _as_entered(ref, action, context, _("Claude is answering…"))


async def _explained(place: Place, context: SettingsFormContext) -> Form:
    layers = await context.store.settings.layers(place)
    said = why(place_text(place, context.chat), layers, context.model, context.chat.names)
    (plain,) = await without_mentions([said], place, context.chat.names)
    told = Field(EXPLAIN_SETTINGS.name, plain.replace("`", ""), "note")
    return Form(EXPLAIN_SETTINGS.name, _(EXPLAIN_SETTINGS.label), (told,), submit="")


async def _turned(ref: SettingsRef, action: Action, context: SettingsFormContext) -> Form:
    """Return another page; this one, where something on it is wrong, or where not all that was entered can be kept."""
    own = (await context.store.settings.overrides(ref.place)).values
    typed = _entered(ref, action.answers)
    _values, faults = fields.read_over(typed, own)
    if faults:
        return await _as_entered(ref, action, context, _listed(faults))
    turned = ref.model_copy(update={"page": action.choice, "draft": fields.changed(typed, own)})
    try:
        turned.encode()
    except ValueError:
        return await _as_entered(ref, action, context, _(TOO_MUCH))
    return await lay_out(turned, fields.written(own) | typed, context)


async def _as_entered(ref: SettingsRef, action: Action, context: SettingsFormContext, note: str) -> Form:
    """Return the same page with what was entered, and a note."""
    own = (await context.store.settings.overrides(ref.place)).values
    typed = fields.written(own) | _entered(ref, action.answers)
    return await lay_out(ref, typed, context, trial=str(action.answers.get(TRIAL, "")), note=note)


def _entered(ref: SettingsRef, answers: Mapping[str, object]) -> dict[str, str]:
    """Return what was entered on this page, and before that on the others.

    The platform may return fields of a page that was shown before, as they were then: they don't count.
    """
    here = SECTIONS.get(ref.page, SECTIONS[MAIN])
    drafted = {name: typed for name, typed in ref.draft.items() if name in fields.FIELDS}
    return drafted | fields.entered({name: answers[name] for name in here if name in answers})


def _listed(faults: Mapping[str, str]) -> str:
    return "\n".join(f"⚠️ {fields.label(name)}: {fault}" for name, fault in faults.items())


async def save(submission: Submission, context: SettingsFormContext) -> Mapping[str, str]:
    """Save what the form holds; return its faults by the field.

    Raises `NotAllowedError`, `ConflictError`, `UsageError`, `ChatError`.
    """
    ref = SETTINGS_FORM.read(submission)
    place = ref.place
    await context.check(place, submission)
    *below, own = await context.store.settings.layers(place)
    # What the form shows unchanged stays as others may have set it meanwhile, such as in a form on top of this one.
    meanwhile = await context.store.settings.history(place, since=ref.version)
    mine = fields.changed(_entered(ref, submission.answers), values_before(own.values, meanwhile))
    values, faults = fields.read_over(mine, own.values)
    changed = {name: values.get(name) for name in fields.FIELDS if values.get(name) != own.values.get(name)}
    held = merged(*(layer.values for layer in below), values)
    faults |= {
        name: fields.sentence(fault) for name, fault in context.model.facts.faults(held).items() if changed.get(name)
    }
    faults |= {name: fault for name, fault in broken(held, changed, was_typed=False).items() if changed.get(name)}
    if fault := retention.too_long(changed.get(retention.SETTING), context.most_days):
        faults[retention.SETTING] = fields.sentence(fault)
    if faults:
        return _under_fields(faults, submission.answers)
    if names_in(meanwhile) & changed.keys():
        raise ConflictError("settings")
    if changed:
        await context.store.settings.change(place, changed, submission.asker.person, version=own.version)
    return {}


def _under_fields(faults: Mapping[str, str], answers: Mapping[str, object]) -> dict[str, str]:
    """Put each fault under its field; those of other pages under this page's first field, with their labels."""
    here = {name: fault for name, fault in faults.items() if name in answers}
    if elsewhere := {name: fault for name, fault in faults.items() if name not in answers}:
        first = next(iter(answers), "")
        here[first] = "\n".join(filter(None, (here.get(first), _listed(elsewhere))))
    return here


def for_trial(action: Action) -> Action:
    """Return the action "Try it" as the turn of its place."""
    return replace(action, place=replace(TRY_SETTINGS.read(action).place, thread=""))


async def try_out(action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:  # noqa: ARG001 - every action has a checkpoint
    """Answer the message in the form with the form's settings, saved or not. No one else sees it."""
    ref = TRY_SETTINGS.read(action)
    *below, own = await store.settings.layers(ref.place)
    values, faults = fields.read_over(_entered(ref, action.answers), own.values)
    words = str(action.answers.get(TRIAL, "")).strip()
    calls: tuple[Call, ...] = ()
    if faults:
        note = _listed(faults)
    elif not words:
        note = _("Enter a message to try the settings on.")
    else:
        settings = merged(*(layer.values for layer in below), values)
        longest = min(settings.max_output, TRIAL_OUTPUT)
        turns = (Turn(Role.USER, words),)
        try:
            answer = await model.write(
                Request(Purpose.ANSWER, turns, longest, action.asker.person, settings), lambda _text: None
            )
            note, calls = answer.text, (answer.call,)
        except BotError as error:
            note, calls = error.sentence, (error.call,) if isinstance(error, ModelError) and error.call else ()
    form = await _as_entered(ref, action, SettingsFormContext(store, model, chat, frozenset()), note)
    try:
        await chat.views.show_form(ref.place, action.form, form)
    except ChatError as error:
        log.info("a form was closed before its trial ended: %s", error)
    return Record(action.place, action.asker.person, calls=calls)


def _opened_for(action: Action) -> Place:
    if action.name == EDIT_THREAD.name:
        return action.place
    if action.name == EDIT_WORKSPACE.name:
        return Place(action.place.workspace, "")
    return Place(action.place.workspace, EDIT_SETTINGS.read(action).channel or action.place.channel)
