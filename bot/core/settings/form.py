"""The form with the settings of a channel, a thread or a workspace: open it, fit it to its model, try it, save it."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.calls import Call, Purpose
from bot.core.access import ELSEWHERE
from bot.core.actions import (
    CHOOSE_MODEL,
    EDIT_SETTINGS,
    EDIT_THREAD,
    EDIT_TRIAGE,
    EDIT_WORKSPACE,
    EXPLAIN_SETTINGS,
    SETTINGS_FORM,
    TRY_SETTINGS,
)
from bot.core.domain.channel_settings import SHOWN, merged
from bot.core.domain.control_value import SettingsRef
from bot.core.domain.interaction import Field, Form, Submission
from bot.core.domain.message import Place, Role
from bot.core.domain.thread import Record
from bot.core.ports import Chat, Model, Request, Store, Turn
from bot.core.privacy import retention
from bot.core.settings import command
from bot.core.settings import form_fields as fields
from bot.core.settings.history import why
from bot.core.settings.place_text import place_text, plain_name, without_mentions
from bot.core.settings.rules import broken
from bot.core.settings.sections import MAIN, grouped
from bot.errors import BotError, ChatError, ModelError, NotAllowedError, NotInChannelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.interaction import Action
    from bot.core.ports import Checkpoint

log = logging.getLogger(__name__)

TRIAL = "trial"  # the field
TRIAL_OUTPUT = 1_000  # tokens
CLOSED = "This channel no longer exists, or I'm no longer in it. Nothing was saved."


@dataclass(frozen=True, slots=True)
class SettingsFormContext:
    """What the form works with. `most_days`: the longest that the operator keeps messages, 0 for forever."""

    store: Store
    model: Model
    chat: Chat
    admins: frozenset[str]
    most_days: int = 0

    async def check(self, place: Place, action: Action | Submission) -> None:
        """Raise `NotAllowedError` unless someone may change a place's settings, `UsageError` where it is gone.

        Which place, a form's value says; it has to be in the workspace of the action.
        """
        acted_in = action.workspace if isinstance(action, Submission) else action.place.workspace
        if place.workspace != acted_in:
            raise NotAllowedError(ELSEWHERE)
        try:
            await command.check_may_change(
                replace(place, thread=""), action.asker, admins=self.admins, directory=self.chat.directory
            )
        except NotInChannelError:
            raise UsageError(CLOSED) from None


async def open_form(action: Action, context: SettingsFormContext) -> Form:
    """Return the form that an action asks for: opened, changed, or the settings' history.

    Raises `NotAllowedError`, `UsageError`, `ChatError`.
    """
    if action.name in {EDIT_SETTINGS.name, EDIT_WORKSPACE.name, EDIT_THREAD.name}:
        place = _opened_for(action)
        await context.check(place, action)
        own = (await context.store.settings.layers(place))[-1]
        ref = SettingsRef(**asdict(place), version=own.version, seen_in=action.place.channel)
        return await _form(ref, fields.written(own.values), context)
    ref = TRY_SETTINGS.read(action)
    place = ref.place
    await context.check(place, action)
    layers = await context.store.settings.layers(place)
    if action.name == EXPLAIN_SETTINGS.name:
        said = why(place_text(place, context.chat), layers, context.model, context.chat.names)
        (plain,) = await without_mentions([said], place, context.chat.names)
        told = Field(EXPLAIN_SETTINGS.name, plain, "note")
        return Form(EXPLAIN_SETTINGS.name, EXPLAIN_SETTINGS.label, (told,), submit="")
    note = "Claude is answering…" if action.name == TRY_SETTINGS.name else ""
    return await _form(
        ref,
        fields.written(layers[-1].values) | fields.entered(action.answers),
        context,
        action.answers,
        note,
    )


async def save(submission: Submission, context: SettingsFormContext) -> Mapping[str, str]:
    """Save what the form holds; return its faults by the field.

    Raises `NotAllowedError`, `ConflictError`, `UsageError`, `ChatError`.
    """
    ref = SETTINGS_FORM.read(submission)
    place, version = ref.place, ref.version
    await context.check(place, submission)
    *_, own = layers = await context.store.settings.layers(place)
    values, faults = fields.read_over(submission.answers, own.values)
    changed = {name: values.get(name) for name in fields.FIELDS if values.get(name) != own.values.get(name)}
    held = merged(*(layer.values for layer in layers[:-1]), values)
    faults |= {
        name: fields.sentence(fault) for name, fault in context.model.facts.faults(held).items() if changed.get(name)
    }
    faults |= {name: fault for name, fault in broken(held, changed).items() if changed.get(name)}
    if fault := retention.too_long(changed.get(retention.SETTING), context.most_days):
        faults[retention.SETTING] = fields.sentence(fault)
    # A fault can only be told under a field that is there.
    if faults := {name: fault for name, fault in faults.items() if name in submission.answers}:
        return faults
    if changed:
        await context.store.settings.change(place, changed, submission.asker.person, version=version)
    return {}


def for_trial(action: Action) -> Action:
    """Return the action "Try it" as the turn of its place."""
    return replace(action, place=replace(TRY_SETTINGS.read(action).place, thread=""))


async def try_out(action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:  # noqa: ARG001 - every action has a checkpoint
    """Answer the message in the form with the form's settings, saved or not. No one else sees it."""
    ref = TRY_SETTINGS.read(action)
    place = ref.place
    *below, own = await store.settings.layers(place)
    values, faults = fields.read_over(action.answers, own.values)
    words = str(action.answers.get(TRIAL, "")).strip()
    calls: tuple[Call, ...] = ()
    if faults:
        note = "\n".join(f"{fields.label(name)}: {fault}" for name, fault in faults.items())
    elif not words:
        note = "Enter a message to try the settings on."
    else:
        settings = merged(*(layer.values for layer in below), values)
        longest = min(settings.max_output, TRIAL_OUTPUT)
        turns = (Turn(Role.USER, words),)
        try:
            answer = await model.write(
                Request(Purpose.ANSWER, turns, longest, action.asker.person, settings), lambda _: None
            )
            note, calls = answer.text, (answer.call,)
        except BotError as error:
            note, calls = error.sentence, (error.call,) if isinstance(error, ModelError) and error.call else ()
    context = SettingsFormContext(store, model, chat, frozenset())
    form = await _form(ref, fields.written(own.values) | fields.entered(action.answers), context, action.answers, note)
    try:
        await chat.views.show_form(place, action.form, form)
    except ChatError as error:
        log.info("a form was closed before its trial ended: %s", error)
    return Record(action.place, action.asker.person, calls=calls)


def _opened_for(action: Action) -> Place:
    if action.name == EDIT_THREAD.name:
        return action.place
    if action.name == EDIT_WORKSPACE.name:
        return Place(action.place.workspace, "")
    return Place(action.place.workspace, EDIT_SETTINGS.read(action).channel or action.place.channel)


async def _form(
    ref: SettingsRef,
    typed: Mapping[str, str],
    context: SettingsFormContext,
    answers: Mapping[str, object] | None = None,
    note: str = "",
) -> Form:
    """Lay the form out for its model; what was typed stays."""
    place = ref.place
    *below, own = await context.store.settings.layers(place)
    inherited = merged(*(layer.values for layer in below))
    models = await context.model.offered()
    chosen = typed.get(CHOOSE_MODEL.name) or inherited.model
    names = [
        name for name in fields.FIELDS if SHOWN[name].is_for(place) and fields.applies(name, chosen, context.model)
    ]
    if not inherited.personas:
        names.remove("persona")
    if len(typed.get("instructions", "")) > fields.LONGEST:
        names.remove("instructions")
    sections = {
        title: [fields.lay_out(name, typed.get(name, ""), inherited, models, context.model) for name in listed]
        for title, listed in grouped(names).items()
    }
    main = sections.pop(MAIN)
    more = [field for title, listed in sections.items() for field in (Field(title, title, "heading"), *listed)]
    trial = [
        Field(TRIAL, "Try it on this message", "area", str((answers or {}).get(TRIAL, "")), optional=True),
        TRY_SETTINGS.in_form(),
        *([Field("tried", note, "note")] if note else []),
    ]
    where = f"Settings for {await plain_name(place, context.chat)}"
    about = "\n".join(filter(None, (where, _about(place, own.values, chosen, names, context))))
    notes = [Field("about", about, "note")]
    title = "This thread's settings" if place.thread else "Channel settings" if place.channel else "Workspace settings"
    triage = [EDIT_TRIAGE.in_form()] if place.channel and not place.thread else []
    shown = (*notes, EXPLAIN_SETTINGS.in_form(), *triage, main[0], *trial, *main[1:], *more)
    return SETTINGS_FORM.form(title, shown, ref)


def _about(
    place: Place, own: Mapping[str, Any], chosen: str, names: Sequence[str], context: SettingsFormContext
) -> str:
    """Return notes on the form: what is stored and does not apply, what is too long for it, what its scope means."""
    held = merged(own, {"model": chosen} if chosen else {})
    faults = context.model.facts.faults(held)
    lines = [f"⚠️ {fields.label(name)} is set but not applied: {faults[name]}." for name in own if name in faults]
    if capped := retention.capped(own.get(retention.SETTING), context.most_days):
        lines.append(f"⚠️ {fields.label(retention.SETTING)}: {capped}.")
    if len(str(own.get("instructions", ""))) > fields.LONGEST and "instructions" not in names:
        lines.append("The system prompt is longer than a form can hold: change it with /parley prompt.")
    if place.thread:
        lines.append("What you set here applies only in this thread, and overrides the channel's settings.")
    return "\n".join(lines)
