"""The form with the settings of a channel, a thread or a workspace: opened, fitted to its model, tried out, saved."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from bot.core import configure
from bot.core.channel_settings import COMMANDS, ChannelSettings, merged, read
from bot.core.classify import category
from bot.core.classify.category import Category
from bot.core.configure import EDIT, EDIT_TRIAGE, EDIT_WORKSPACE
from bot.core.control import Field, Form, Kind
from bot.core.conversation import Place, Record
from bot.core.ports import Call, Chat, Model, Purpose, Request, Role, Store, Turn
from bot.core.settings_history import why
from bot.errors import BotError, ChatError, ModelError, NotInChannelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.control import Press, Submission
    from bot.core.ports import Bookmark

log = logging.getLogger(__name__)

FORM = "settings"
SHORTCUT = "thread_settings"  # in a message's menu
MODEL, TRIAL, TRY, WHY = "model", "trial", "try_settings", "why_settings"
PRESSES = {EDIT, EDIT_WORKSPACE, SHORTCUT, MODEL, TRY, WHY}

INHERITED = "-"  # what is chosen where a setting is left to the layer below; the platform takes no empty choice
LONGEST = 3_000  # characters of a field, the platform's limit
TRIAL_OUTPUT = 1_000  # tokens

# What stands in the form, in its order; the others are for `/parley set`.
FIELDS = (
    "instructions",
    "persona",
    "model",
    "creativity",
    "temperature",
    "top_p",
    "thinking",
    "effort",
    "max_output",
    "answers",
    "answers_bots",
    "outsiders",
    "context",
    "categories",
    "code_language",
    "footer",
    "person_budget",
    "channel_budget",
    "workspace_budget",
    "budget_notice",
    "turns_per_minute",
    "guests",
    "allowed_people",
    "denied_people",
    "allowed_channels",
    "denied_channels",
    "commands_off",
    "redact",
    "phone_country",
    "retention_days",
)
FOR_WORKSPACES = {"workspace_budget", "allowed_channels", "denied_channels"}
NOT_FOR_THREADS = FOR_WORKSPACES | {
    *("person_budget", "channel_budget", "budget_notice", "turns_per_minute"),
    *("guests", "allowed_people", "denied_people", "commands_off"),
}
# The kind of their fields, what stands before each of them, and between them.
LISTS: dict[str, tuple[Kind, str, str]] = {
    "allowed_people": ("people", "@", " "),
    "denied_people": ("people", "@", " "),
    "allowed_channels": ("channels", "#", " "),
    "denied_channels": ("channels", "#", " "),
    "commands_off": ("choices", "", ", "),
}
TYPED = {"code_language", "phone_country"}  # in a line
LABELS = {
    "instructions": "System prompt",
    "max_output": "Longest answer",
    "top_p": "Top-p",
    "answers": "Whom to answer",
    "person_budget": "Budget of a person, $ a day",
    "channel_budget": "Budget of the channel, $ a day",
    "workspace_budget": "Budget of the workspace, $ a month",
    "budget_notice": "Notice at, % of a budget",
    "turns_per_minute": "Questions of a person, a minute",
    "allowed_people": "Only these people",
    "denied_people": "Not these people",
    "allowed_channels": "Only these channels",
    "denied_channels": "Not these channels",
    "commands_off": "Commands that are off",
}
# A value of each setting that not every model takes, to ask the model about.
PROBES: Mapping[str, Any] = {
    "creativity": "medium",
    "temperature": 0.5,
    "top_p": 0.9,
    "thinking": "adaptive",
    "effort": "medium",
}
CLOSED = "This channel is not there any more, or I am no longer in it. Nothing was saved."


@dataclass(frozen=True, slots=True)
class Desk:
    """What the form works with."""

    store: Store
    model: Model
    chat: Chat
    admins: frozenset[str]

    async def check(self, place: Place, press: Press | Submission) -> None:
        """Raise `NotAllowedError` unless somebody may change a place's settings, `UsageError` where it is gone."""
        try:
            await configure.check_may_change(replace(place, thread=""), press.asker, admins=self.admins, chat=self.chat)
        except NotInChannelError:
            raise UsageError(CLOSED) from None


async def press(press: Press, desk: Desk) -> Form:
    """Return the form that a press asks for: opened, changed, or why its settings are as they are.

    Raises `NotAllowedError`, `UsageError`, `ChatError`.
    """
    if press.name in {EDIT, EDIT_WORKSPACE, SHORTCUT}:
        place = _opened_for(press)
        await desk.check(place, press)
        layers = await desk.store.layers(place)
        return await _form(place, layers[-1].version, _typed(layers[-1].values), desk)
    place, version = _read_value(press.value)
    await desk.check(place, press)
    layers = await desk.store.layers(place)
    if press.name == WHY:
        return Form(WHY, "Why these settings?", (Field(WHY, why(place, layers, desk.model), "note"),), submit="")
    note = "Claude is answering …" if press.name == TRY else ""
    return await _form(place, version, _typed(layers[-1].values) | _entered(press.answers), desk, press.answers, note)


async def save(submission: Submission, desk: Desk) -> Mapping[str, str]:
    """Save what the form holds; return its faults by the field.

    Raises `NotAllowedError`, `ConflictError`, `UsageError`, `ChatError`.
    """
    place, version = _read_value(submission.value)
    await desk.check(place, submission)
    *_, own = layers = await desk.store.layers(place)
    values, faults = _read(submission.answers, own.values)
    changed = {name: values.get(name) for name in FIELDS if values.get(name) != own.values.get(name)}
    held = merged(*(layer.values for layer in layers[:-1]), values)
    faults |= {name: _sentence(fault) for name, fault in desk.model.faults(held).items() if changed.get(name)}
    # A fault can only be told under a field that is there.
    if faults := {name: fault for name, fault in faults.items() if name in submission.answers}:
        return faults
    if changed:
        await desk.store.change_settings(place, changed, submission.asker.person, version=version)
    return {}


def for_trial(press: Press) -> Press:
    """Return the press of "Try it" as the turn of its place."""
    place, _ = _read_value(press.value)
    return replace(press, place=replace(place, thread=""))


async def try_out(press: Press, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:  # noqa: ARG001 - every press has a bookmark
    """Answer the message in the form as its settings would have it, saved or not. Nobody else sees it."""
    place, version = _read_value(press.value)
    *below, own = await store.layers(place)
    values, faults = _read(press.answers, own.values)
    words = str(press.answers.get(TRIAL, "")).strip()
    calls: tuple[Call, ...] = ()
    if faults:
        note = "\n".join(f"{_label(name)}: {fault}" for name, fault in faults.items())
    elif not words:
        note = "Write a message to try it on."
    else:
        settings = merged(*(layer.values for layer in below), values)
        longest = min(settings.max_output, TRIAL_OUTPUT)
        turns = (Turn(Role.USER, words),)
        try:
            answer = await model.write(
                Request(Purpose.ANSWER, turns, longest, press.asker.person, settings), lambda _: None
            )
            note, calls = answer.text, (answer.call,)
        except BotError as error:
            note, calls = error.sentence, (error.call,) if isinstance(error, ModelError) and error.call else ()
    desk = Desk(store, model, chat, frozenset())
    form = await _form(place, version, _typed(own.values) | _entered(press.answers), desk, press.answers, note)
    try:
        await chat.show_form(place, press.form, form)
    except ChatError as error:
        log.info("a form was closed before its trial ended: %s", error)
    return Record(press.place, press.asker.person, calls=calls)


def _opened_for(press: Press) -> Place:
    if press.name == SHORTCUT:
        return press.place
    if press.name == EDIT_WORKSPACE:
        return Place(press.place.workspace, "")
    return Place(press.place.workspace, press.value or press.place.channel)


async def _form(
    place: Place,
    version: int,
    typed: Mapping[str, str],
    desk: Desk,
    answers: Mapping[str, object] | None = None,
    note: str = "",
) -> Form:
    """Lay the form out for its model; what was typed stays."""
    *below, own = await desk.store.layers(place)
    inherited = merged(*(layer.values for layer in below))
    models = await desk.model.offered()
    chosen = typed.get(MODEL) or inherited.model
    names = [name for name in FIELDS if _belongs(name, place) and _applies(name, chosen, desk.model)]
    if not inherited.personas:
        names.remove("persona")
    if place.thread:
        names.remove("retention_days")  # a channel's threads go together
    if len(typed.get("instructions", "")) > LONGEST:
        names.remove("instructions")
    fields = [_field(name, typed.get(name, ""), inherited, models, desk.model) for name in names]
    trial = [
        Field(TRIAL, "Try it on this message", "area", str((answers or {}).get(TRIAL, "")), optional=True),
        Field(TRY, "Try it", "press"),
        *([Field("tried", note, "note")] if note else []),
    ]
    notes = [Field("about", about, "note")] if (about := _about(place, own.values, chosen, names, desk.model)) else []
    title = "This thread's settings" if place.thread else "Channel settings" if place.channel else "Workspace settings"
    value = " ".join((place.workspace, place.channel or "-", place.thread or "-", str(version)))
    why = Field(WHY, "Why these settings?", "press")
    triage = [Field(EDIT_TRIAGE, "Triage …", "press")] if place.channel and not place.thread else []
    return Form(FORM, title, (*notes, why, *triage, fields[0], *trial, *fields[1:]), value=value)


def _about(place: Place, own: Mapping[str, Any], chosen: str, names: Sequence[str], model: Model) -> str:
    """Tell what the form does not: what is stored and does not apply, what is too long for it, what a scope means."""
    held = merged(own, {"model": chosen} if chosen else {})
    faults = model.faults(held)
    lines = [f"⚠️ {_label(name)} is set but not applied: {faults[name]}." for name in own if name in faults]
    if len(str(own.get("instructions", ""))) > LONGEST and "instructions" not in names:
        lines.append("The system prompt is longer than a form can hold: change it with /parley prompt.")
    if place.thread:
        lines.append("What is set here holds in this thread only, before the channel's settings.")
    return "\n".join(lines)


def _belongs(name: str, place: Place) -> bool:
    if place.thread:
        return name not in NOT_FOR_THREADS
    return name not in FOR_WORKSPACES if place.channel else name != "channel_budget"


def _applies(name: str, chosen: str, model: Model) -> bool:
    if name not in PROBES:
        return True
    return name not in model.faults(ChannelSettings.model_validate({"model": chosen, name: PROBES[name]}))


def _field(name: str, typed: str, inherited: ChannelSettings, models: Mapping[str, str], model: Model) -> Field:
    left = _text(name, inherited.model_dump(mode="json")[name])
    description = ChannelSettings.model_fields[name].description or ""
    hint = description[:1].upper() + description[1:] + "."
    if name == MODEL:
        offered = {one: _offer(one, called, model) for one, called in models.items()}
        for known in filter(None, (typed,)):
            offered.setdefault(known, f"{known} (not offered)")
        options = [(INHERITED, f"Not set here ({left or 'the usual one'})"), *offered.items()]
        return Field(name, "Model", "choice", typed or INHERITED, tuple(options), hint, reacts=True)
    if choices := [one.name for one in inherited.personas] if name == "persona" else _choices(name):
        if typed and typed not in choices:
            choices = (*choices, typed)
        options = [(INHERITED, f"Not set here ({left or 'as it suits the task'})"), *((one, one) for one in choices)]
        return Field(name, _label(name), "choice", typed or INHERITED, tuple(options), hint)
    hint += f" Not set here: {left[:200]}" if left and name not in {"instructions", "categories"} else ""
    if name in LISTS:
        listed, sign, _ = LISTS[name]
        values = tuple(one.removeprefix(sign) for one in re.split(r"[,\s]+", typed) if one)
        commands = tuple((one, f"/{one}") for one in COMMANDS) if listed == "choices" else ()
        return Field(name, _label(name), listed, values, commands, hint, optional=True)
    kind: Kind = "area" if name in {"instructions", "categories"} else "text" if name in TYPED else "number"
    return Field(name, _label(name), kind, typed, hint=hint, optional=True, max_length=LONGEST)


def _offer(one: str, called: str, model: Model) -> str:
    settings = ChannelSettings(model=one)
    paid = [model.price(*tokens, settings) for tokens in ((1_000_000, 0), (0, 1_000_000))]
    if None in paid:
        return f"{called}, price unknown"
    return f"{called}, ${paid[0]:g} in, ${paid[1]:g} out per M tokens"


def _choices(name: str) -> tuple[str, ...]:
    """Return what a setting can be chosen from, () for what is typed."""
    annotation = ChannelSettings.model_fields[name].annotation
    if annotation is bool:
        return "on", "off"
    if get_origin(annotation) is Literal:
        return tuple(filter(None, get_args(annotation)))
    kinds = (annotation, *get_args(annotation))
    return next((tuple(map(str, one)) for one in kinds if isinstance(one, type) and issubclass(one, StrEnum)), ())


def _typed(values: Mapping[str, Any]) -> dict[str, str]:
    """Write stored values as a person would type them."""
    return {name: _text(name, value) for name, value in values.items() if name in FIELDS}


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - each setting has its own type
    if value is None:
        return ""
    if name == "categories":
        return category.written(Category.model_validate(one) for one in value)
    if name in LISTS:
        _, sign, between = LISTS[name]
        return between.join(f"{sign}{one}" for one in value)
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _entered(answers: Mapping[str, object]) -> dict[str, str]:
    def entered(name: str) -> str:
        answer = answers[name]
        if name in LISTS and not isinstance(answer, str):
            return _text(name, answer)
        return "" if answer == INHERITED else str(answer)

    return {name: entered(name) for name in FIELDS if name in answers}


def _read(answers: Mapping[str, object], own: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read what the form holds over what was set; return the sheet, and what is wrong by the field."""
    entered = _entered(answers)
    values = {name: value for name, value in own.items() if name not in entered}
    faults: dict[str, str] = {}
    for name, typed in entered.items():
        if typed.strip() == _text(name, own.get(name)).strip():
            values |= {name: own[name]} if name in own else {}
        elif typed.strip():
            try:
                values[name] = read(name, typed.strip(), values)
            except UsageError as error:
                faults[name] = error.sentence.replace("`", "")
    return values, faults


def place_of(value: str) -> Place:
    """Return whose settings a form holds, by its value."""
    return _read_value(value)[0]


def _read_value(value: str) -> tuple[Place, int]:
    """Read whose settings a form holds, and in which version."""
    workspace, channel, thread, version = value.split(" ")
    return Place(workspace, channel.strip("-"), thread.strip("-")), int(version)


def _label(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def _sentence(fault: str) -> str:
    return fault[:1].upper() + fault[1:] + "."
