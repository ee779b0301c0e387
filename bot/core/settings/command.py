"""A channel's settings: show them, set them, unset them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.actions import EDIT_SETTINGS, EDIT_TRIAGE, EDIT_WORKSPACE
from bot.core.admin import is_named
from bot.core.command import answering
from bot.core.domain.channel_settings import MODEL, SHOWN, TRIAGE, ChannelSettings, merged
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.domain.typed_setting import read
from bot.core.privacy import retention
from bot.core.settings import history
from bot.core.settings.parse import SCOPED, WORKSPACE, SettingsAction, SettingsCommand, parse
from bot.core.settings.place_text import PlaceText, place_text
from bot.core.settings.rules import broken
from bot.core.settings.sections import grouped
from bot.core.settings.value_text import UNSET, value_text
from bot.errors import ConflictError, NotAllowedError, NotInChannelError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Button
    from bot.core.domain.overrides import Overrides
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, ChatDirectory, ChatNames, Checkpoint, Model, Store

_NAMED = re.compile(r"#(?P<name>[^\s#,;:<>]*[^\s#,;:<>.!?)])")  # a channel

CHANGING = {SettingsAction.SET, SettingsAction.UNSET, SettingsAction.REVERT}
FOR_MEMBERS = N_("Only members can change the settings of {scope}.")
FOR_ADMINS = N_("Only workspace admins and Parley's admins can change the settings of {scope}. Please ask one of them.")
TRIAGE_LISTED = {SettingsAction.TRIAGE, SettingsAction.OPEN_TRIAGE}  # the latter where its form could not open

TRIAGE_IS_ON = N_(
    "From now on, I sort each post in this channel. `/parley set categories`, `severities`, `teams` and `routes` "
    "control how; `/parley settings` shows the current values; people can correct me with the buttons below my cards."
)

BACK = N_("The settings for {place} are back to how they were after change {number}: {names}.")
BACK_AT_FIRST = N_("The settings for {place} are back to how they were before any change: {names}.")
NO_PROMPT = N_("There is no prompt for {place}.")


async def configure(
    command: Command,
    *,
    admins: frozenset[str],
    most_days: int,
    checkpoint: Checkpoint,
    store: Store,
    model: Model,
    chat: Chat,
) -> Record:
    """Show or change the channel's settings; only the asker sees it. Raises `ChatError`.

    `most_days`: the longest that the operator keeps messages, 0 for forever.
    """
    parsed = parse(command.text)
    controls: tuple[Button, ...] = ()
    async with answering(command, answers=chat.answers, checkpoint=checkpoint) as visible:
        try:
            place = await _place(parsed, command, chat)
            at = place_text(place, chat)
            if parsed.action in CHANGING:
                await check_may_change(place, command.asker, admins=admins, directory=chat.directory)
                sentence, changes, version = await _changes(
                    parsed, at, command.channels, store=store, model=model, names=chat.names
                )
                if fault := retention.too_long(changes.get(retention.SETTING), most_days):
                    sentence = _("I can't set `{name}` to that: {fault}.", name=retention.SETTING, fault=fault)
                elif changes:
                    await store.settings.change(place, changes, command.asker.person, version=version)
            else:
                sentence = await _told(parsed, at, store=store, model=model, names=chat.names, most_days=most_days)
                controls = _controls(parsed.action, place)
        except (ConflictError, NotAllowedError, UsageError) as error:
            sentence = error.sentence
        await visible.replace(sentence, controls=controls)
    return Record(command.place, command.asker.person)


async def _told(
    parsed: SettingsCommand, at: PlaceText, *, store: Store, model: Model, names: ChatNames, most_days: int
) -> str:
    """Return what a command shows that changes nothing."""
    layers = await store.settings.layers(at.place)
    match parsed.action:
        case SettingsAction.WHY:
            return history.why(at, layers, model, names)
        case SettingsAction.HISTORY:
            return history.listing(at, await store.settings.history(at.place), names)
        case SettingsAction.SHOW if parsed.name == MODEL:
            called = history.model_text(at, layers, model)
            change = at.command("set model <name>")  # not for people: typed
            return _(
                "The model for {place} is {model}. {command} changes it.", place=at.name, model=called, command=change
            )
        case SettingsAction.SHOW:
            return showing(at, parsed.name, merged(*(one.values for one in layers)), names, most_days)
    only = TRIAGE if parsed.action in TRIAGE_LISTED else ()
    return listing(at, layers, model, names, only, most_days=most_days)


def _controls(action: SettingsAction, place: Place) -> tuple[Button, ...]:
    """Return the button that opens the form of what is listed; a thread's is in its messages' menu."""
    if action in TRIAGE_LISTED:
        return (EDIT_TRIAGE.button(label=_("Change…"), style="primary"),)
    if place.thread or action not in {SettingsAction.OPEN, SettingsAction.LIST}:
        return ()
    change = EDIT_SETTINGS.button if place.channel else EDIT_WORKSPACE.button
    return (change(label=_("Change…"), style="primary"),)


async def _place(parsed: SettingsCommand, command: Command, chat: Chat) -> Place:
    """Return whose settings are meant. Raises `UsageError`, `NotAllowedError` where the thread is not theirs to see."""
    here = Place(command.place.workspace, "" if parsed.scope == WORKSPACE else command.place.channel)
    if parsed.scope in {"", WORKSPACE}:
        return here
    target = chat.history.locate(parsed.scope, here)
    if target is None or not target.message:
        raise UsageError(_(SCOPED))
    thread = replace(target.place, thread=target.place.thread or target.message)
    try:
        membership = await chat.directory.membership(replace(thread, thread=""), command.asker.person)
    except NotInChannelError:
        raise UsageError(_("I'm not in that thread's channel.")) from None
    if not membership.is_member:
        raise NotAllowedError(_("Only members of its channel can see and change a thread's settings."))
    return thread


async def _changes(
    parsed: SettingsCommand,
    at: PlaceText,
    channels: Sequence[tuple[str, str]],
    *,
    store: Store,
    model: Model,
    names: ChatNames,
) -> tuple[str, Mapping[str, Any], int]:
    """Return the reply, the changes, and the version that they apply to. Raises `UsageError`."""
    place = at.place
    overrides = await store.settings.overrides(place)
    if parsed.action is SettingsAction.REVERT:
        number = int(parsed.text)
        changes = await store.settings.history(place, since=number)
        back = history.reverted(at, changes, number, overrides.version)
        told = _(BACK if number else BACK_AT_FIRST, place=at.name, number=number, names=", ".join(sorted(back)))
        return told, back, overrides.version
    value = None
    if parsed.action is SettingsAction.SET:
        if parsed.name == "personas":
            raise UsageError(
                _("Personas belong to the workspace: `/parley persona` explains how to save and choose them.")
            )
        text = model.facts.find(parsed.text) or parsed.text if parsed.name == MODEL else parsed.text
        text = located(text, channels) if SHOWN[parsed.name].names_channels or SHOWN[parsed.name].sign == "#" else text
        value = read(parsed.name, text, {name: v for name, v in overrides.values.items() if name != parsed.name})
        held = (await store.settings.load(place)).model_dump(mode="json", exclude_none=True)
        if fault := model.facts.faults(merged(held, {parsed.name: value})).get(parsed.name):
            raise UsageError(_("I can't set `{name}`: {fault}.", name=parsed.name, fault=fault.rstrip(".")))
        if wrong := broken(merged(held, {parsed.name: value}), {parsed.name}):
            raise UsageError(wrong[parsed.name])
    if value == overrides.values.get(parsed.name):
        return unchanged(at, parsed.name, value, names), {}, overrides.version
    return done(at, parsed.name, value, names), {parsed.name: value}, overrides.version


def located(text: str, channels: Sequence[tuple[str, str]]) -> str:
    """Write channels by their ids, where they were chosen by name."""
    ids = dict(channels)
    return _NAMED.sub(lambda match: f"#{ids[match['name']]}" if match["name"] in ids else match[0], text)


async def check_may_change(place: Place, asker: Requester, *, admins: frozenset[str], directory: ChatDirectory) -> None:
    """Raise `NotAllowedError` unless a person may change the settings of a place."""
    membership = await directory.membership(replace(place, thread=""), asker.person)
    if not membership.is_member:
        raise NotAllowedError(_(FOR_MEMBERS, scope=_scope(place)))
    if not (membership.is_admin or is_named(admins, place.workspace, asker.person)):
        raise NotAllowedError(_(FOR_ADMINS, scope=_scope(place)))


def _scope(place: Place) -> str:
    """Return whose settings are meant, in words: a form shows no mentions."""
    return _("this thread") if place.thread else _("this channel") if place.channel else _("the workspace")


def listing(
    at: PlaceText,
    layers: Sequence[Overrides],
    model: Model,
    names: ChatNames,
    only: Sequence[str] = (),
    *,
    most_days: int = 0,
) -> str:
    """List the settings that apply in a place, by default all, one per line, with those that its model ignores."""
    settings, own = merged(*(one.values for one in layers)), layers[-1]
    faults = {**model.facts.faults(settings), **({"persona": settings.lost_persona} if settings.lost_persona else {})}
    lines = []
    held = settings.model_dump(mode="json")
    if capped := retention.capped(settings.retention_days, most_days):
        faults[retention.SETTING] = capped
    for title, listed in grouped(only or held).items():
        lines.append(f"**{title}**")
        for name in listed:
            set_here, not_applied = _("set here"), _("not applied: {fault}", fault=faults.get(name))
            note = f" ⚠️ {not_applied}" if name in faults else f" _({set_here})_" if name in own.values else ""
            is_model = name == MODEL
            shown = history.model_text(at, layers, model) if is_model else _shown(name, held[name], names)
            lines.append(f"• `{name}`: {shown}{note}")
    hint = _(
        "Change one with {change}, or reset it with {reset}.",
        change=at.command("set <name> <value>"),
        reset=at.command("unset <name>"),
    )
    return "\n".join([_("Settings for {place}:", place=at.name), *lines, "", hint])


def showing(at: PlaceText, name: str, settings: ChannelSettings, names: ChatNames, most_days: int = 0) -> str:
    """Write one setting."""
    value = settings.model_dump(mode="json")[name]
    if name != "instructions":
        capped = retention.capped(value, most_days) if name == retention.SETTING else ""
        note = f" ⚠️ {capped[:1].upper()}{capped[1:]}." if capped else ""
        about = ChannelSettings.model_fields[name].description or ""
        said = _(
            "`{name}` is {value} for {place}: {about}.",
            name=name,
            value=_shown(name, value, names),
            place=at.name,
            about=_(about),
        )
        return f"{said}{note}"
    if not value:
        return _(NO_PROMPT, place=at.name)
    return "\n\n".join((_("The prompt for {place}:", place=at.name), _quoted(value)))


def unchanged(at: PlaceText, name: str, value: Any, names: ChatNames) -> str:  # noqa: ANN401 - as in `done`
    """Say that a setting is already as it was to be."""
    if name == "instructions":
        return _("The prompt for {place} is already that.", place=at.name) if value else _(NO_PROMPT, place=at.name)
    if value is None:
        return _("`{name}` is not set for {place}, so there is nothing to reset.", name=name, place=at.name)
    shown = _shown(name, value, names)
    return _("`{name}` is already {value} for {place}.", name=name, value=shown, place=at.name)


def done(at: PlaceText, name: str, value: Any, names: ChatNames) -> str:  # noqa: ANN401 - each setting has its own type
    """Say that a setting was changed."""
    if name == "triage" and value:
        return _(TRIAGE_IS_ON)
    if name != "instructions":
        if value is None:
            return _(
                "`{name}` is no longer set for {place}; it is back to its default there.", name=name, place=at.name
            )
        shown = _shown(name, value, names)
        return _("`{name}` is set to {value} for {place}.", name=name, value=shown, place=at.name)
    if value is None:
        return _("The prompt for {place} is removed.", place=at.name)
    is_set = _("The prompt for {place} is set. It applies from the next message on.", place=at.name)
    return f"{is_set}\n\n{_quoted(value)}"


def _shown(name: str, value: Any, names: ChatNames) -> str:  # noqa: ANN401 - as above
    if name == "instructions" and value:
        return _("{count:,} characters; see `/parley prompt`", count=len(value))
    text = value_text(name, value, names)
    return text if text == _(UNSET) or isinstance(value, bool) or text.startswith("<") else f"*{text}*"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
