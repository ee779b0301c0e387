"""A channel's settings: show them, set them, unset them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.actions import EDIT_SETTINGS, EDIT_TRIAGE, EDIT_WORKSPACE
from bot.core.admin import is_named
from bot.core.command import answering
from bot.core.domain.channel_settings import MODEL, SHOWN, TRIAGE, merged
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.domain.typed_setting import read
from bot.core.privacy import retention
from bot.core.settings import history, private_web
from bot.core.settings.cross_checks import broken
from bot.core.settings.listing import differing, done, listing, showing, showing_model, unchanged
from bot.core.settings.lost_personas import let_go
from bot.core.settings.parse import SCOPED, WORKSPACE, SettingsAction, SettingsCommand, parse
from bot.core.settings.place_text import PlaceText, place_text
from bot.errors import ConflictError, NotAllowedError, NotInChannelError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Button
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, ChatDirectory, ChatNames, Checkpoint, Model, Store

_NAMED = re.compile(r"#(?P<name>[^\s#,;:<>]*[^\s#,;:<>.!?)])")  # a channel

CHANGING = {SettingsAction.SET, SettingsAction.UNSET, SettingsAction.REVERT}
FOR_MEMBERS = N_("Only members can change the settings of {scope}.")
FOR_ADMINS = N_("Only workspace admins and Parley's admins can change the settings of {scope}. Please ask one of them.")
LISTED = {SettingsAction.OPEN, SettingsAction.LIST, SettingsAction.LIST_ALL}  # the first where no form could open
TRIAGE_LISTED = {SettingsAction.TRIAGE, SettingsAction.OPEN_TRIAGE}  # the latter where its form could not open


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
                    if changes.get("web"):
                        sentence += await private_web.note(place, command.asker.person, store=store, chat=chat)
                    if not place.channel:
                        await let_go(place.workspace, command.asker, checkpoint=checkpoint, store=store, chat=chat)
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
        case SettingsAction.SHOW:
            if parsed.name == MODEL:
                return showing_model(at, layers, model)
            return showing(at, parsed.name, merged(*(one.values for one in layers)), names, most_days)
    if parsed.action in TRIAGE_LISTED | {SettingsAction.LIST_ALL}:
        only = TRIAGE if parsed.action in TRIAGE_LISTED else ()
        return listing(at, layers, model, names, only, most_days=most_days)
    rest = at.command("settings list all")  # not for people: typed
    return listing(at, layers, model, names, differing(layers), rest=rest, most_days=most_days)


def _controls(action: SettingsAction, place: Place) -> tuple[Button, ...]:
    """Return the button that opens the form of what is listed; a thread's is in its messages' menu."""
    if action in TRIAGE_LISTED:
        return (EDIT_TRIAGE.button(label=_("Change…"), style="primary"),)
    if place.thread or action not in LISTED:
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
        held = (await store.settings.load(place)).model_dump(mode="json", exclude_none=True)
        restored = {name: value for name, value in back.items() if value is not None}
        gone = broken(merged(held, restored), restored, was_typed=False)
        back = {name: value for name, value in back.items() if name not in gone}
        if not back:
            raise UsageError(" ".join(gone.values()))
        told = _(
            history.BACK if number else history.BACK_AT_FIRST,
            place=at.name,
            number=number,
            names=", ".join(sorted(back)),
        )
        return " ".join((told, *gone.values())), back, overrides.version
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
        if SHOWN[parsed.name].probe is not None:
            await model.offered()  # until it was asked, only the catalog says what models support
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
