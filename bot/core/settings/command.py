"""A channel's settings: show them, set them, unset them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.actions import EDIT_SETTINGS, EDIT_TRIAGE, EDIT_WORKSPACE
from bot.core.admin import is_named
from bot.core.command import answering
from bot.core.domain.channel_settings import SHOWN, TRIAGE, ChannelSettings, merged, read
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.core.privacy import retention
from bot.core.settings import history
from bot.core.settings.parse import SCOPED, WORKSPACE, SettingsAction, SettingsCommand, parse
from bot.errors import ConflictError, NotAllowedError, NotInChannelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Button
    from bot.core.domain.overrides import Overrides
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, ChatDirectory, Checkpoint, Model, Store

_NAMED = re.compile(r"#(?P<name>[^\s#,;:<>]*[^\s#,;:<>.!?)])")  # a channel

TRIAGE_IS_ON = (
    "From now on, I sort each post in this channel. `/parley set categories`, `severities`, `teams` and `routes` "
    "control how; `/parley settings` shows the current values; people can correct me with the buttons below my cards."
)


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
            if parsed.action in {SettingsAction.OPEN, SettingsAction.LIST}:  # a form that was to be opened is not there
                held, own = await store.settings.load(place), await store.settings.overrides(place)
                sentence = listing(place, held, own, model, most_days=most_days)
                if not place.thread:  # its form is in its messages' menu
                    change = EDIT_SETTINGS.button if place.channel else EDIT_WORKSPACE.button
                    controls = (change(label="Change …", style="primary"),)
            elif parsed.action is SettingsAction.TRIAGE:
                sentence = listing(
                    place, await store.settings.load(place), await store.settings.overrides(place), model, TRIAGE
                )
                controls = (EDIT_TRIAGE.button(label="Change …", style="primary"),)
            elif parsed.action is SettingsAction.SHOW:
                sentence = showing(place, parsed.name, await store.settings.load(place), most_days)
            elif parsed.action is SettingsAction.WHY:
                sentence = history.why(place, await store.settings.layers(place), model)
            elif parsed.action is SettingsAction.HISTORY:
                sentence = history.listing(await store.settings.history(place), chat.names.mention)
            else:
                await check_may_change(
                    replace(place, thread=""), command.asker, admins=admins, directory=chat.directory
                )
                sentence, changes, version = await _changes(parsed, place, command.channels, store=store, model=model)
                if fault := retention.too_long(changes.get(retention.SETTING), most_days):
                    sentence = f"`{retention.SETTING}`: {fault}."
                else:
                    await store.settings.change(place, changes, command.asker.person, version=version)
        except (ConflictError, NotAllowedError, UsageError) as error:
            sentence = error.sentence
        await visible.replace(sentence, controls=controls)
    return Record(command.place, command.asker.person)


async def _place(parsed: SettingsCommand, command: Command, chat: Chat) -> Place:
    """Return whose settings are meant. Raises `UsageError`, `NotAllowedError` where the thread is not theirs to see."""
    here = Place(command.place.workspace, "" if parsed.scope == WORKSPACE else command.place.channel)
    if parsed.scope in {"", WORKSPACE}:
        return here
    target = chat.history.locate(parsed.scope, here)
    if target is None or not target.message:
        raise UsageError(SCOPED)
    thread = replace(target.place, thread=target.place.thread or target.message)
    try:
        membership = await chat.directory.membership(replace(thread, thread=""), command.asker.person)
    except NotInChannelError:
        raise UsageError("I'm not in that thread's channel.") from None
    if not membership.is_member:
        raise NotAllowedError("Only members of its channel can see and change a thread's settings.")
    return thread


async def _changes(
    parsed: SettingsCommand, place: Place, channels: Sequence[tuple[str, str]], *, store: Store, model: Model
) -> tuple[str, Mapping[str, Any], int]:
    """Return the reply, the changes, and the version that they apply to. Raises `UsageError`."""
    overrides = await store.settings.overrides(place)
    if parsed.action is SettingsAction.REVERT:
        back = history.reverted(await store.settings.history(place, since=int(parsed.text)), int(parsed.text))
        told = f"The settings are back to how they were after change {parsed.text}: {', '.join(sorted(back))}."
        return told, back, overrides.version
    value = None
    if parsed.action is SettingsAction.SET:
        if parsed.name == "personas":
            raise UsageError(
                "Personas belong to the workspace: `/parley persona` explains how to save and choose them."
            )
        text = (
            located(parsed.text, channels)
            if SHOWN[parsed.name].names_channels or SHOWN[parsed.name].sign == "#"
            else parsed.text
        )
        value = read(parsed.name, text, {name: v for name, v in overrides.values.items() if name != parsed.name})
        held = (await store.settings.load(place)).model_dump(mode="json", exclude_none=True)
        if fault := model.facts.faults(merged(held, {parsed.name: value})).get(parsed.name):
            raise UsageError(f"I can't set `{parsed.name}`: {fault}.")
        if parsed.name == "persona" and (lost := merged(held, {parsed.name: value}).lost_persona):
            raise UsageError(lost)
    return done(place, parsed.name, value), {parsed.name: value}, overrides.version


def located(text: str, channels: Sequence[tuple[str, str]]) -> str:
    """Write channels by their ids, where they were chosen by name."""
    ids = dict(channels)
    return _NAMED.sub(lambda match: f"#{ids[match['name']]}" if match["name"] in ids else match[0], text)


async def check_may_change(
    channel: Place, asker: Requester, *, admins: frozenset[str], directory: ChatDirectory
) -> None:
    """Raise `NotAllowedError` unless a person may change the channel's settings."""
    membership = await directory.membership(channel, asker.person)
    if not membership.is_member:
        raise NotAllowedError("Only members of this channel can change its settings.")
    if not (membership.is_admin or is_named(admins, channel.workspace, asker.person)):
        whose = "this channel's" if channel.channel else "the workspace's"
        raise NotAllowedError(
            f"Only workspace admins and Parley's admins can change {whose} settings; please ask one of them."
        )


def listing(
    place: Place,
    settings: ChannelSettings,
    own: Overrides,
    model: Model,
    names: Sequence[str] = (),
    *,
    most_days: int = 0,
) -> str:
    """List the settings that apply in a place, by default all, one per line, with those that its model ignores."""
    faults = {**model.facts.faults(settings), **({"persona": settings.lost_persona} if settings.lost_persona else {})}
    lines = []
    held = settings.model_dump(mode="json")
    if capped := retention.capped(settings.retention_days, most_days):
        faults[retention.SETTING] = capped
    for name, value in ((name, held[name]) for name in names or held):
        note = f" ⚠️ not applied: {faults[name]}" if name in faults else " _(set here)_" if name in own.values else ""
        lines.append(f"• `{name}`: {_shown(name, value)}{note}")
    hint = "Change one with `/parley set <name> <value>`, or reset it with `/parley unset <name>`."
    return "\n".join([f"{_whose(place)} settings:", *lines, "", hint])


def showing(place: Place, name: str, settings: ChannelSettings, most_days: int = 0) -> str:
    """Write one setting."""
    value = settings.model_dump(mode="json")[name]
    if name != "instructions":
        capped = retention.capped(value, most_days) if name == retention.SETTING else ""
        note = f" ⚠️ {capped[:1].upper()}{capped[1:]}." if capped else ""
        return f"`{name}` is {_shown(name, value)}: {ChannelSettings.model_fields[name].description}.{note}"
    whose = _whose(place)
    whom = whose.removesuffix("'s")
    return f"{whose} prompt:\n\n{_quoted(value)}" if value else f"{whom} has no prompt of its own."


def done(place: Place, name: str, value: Any) -> str:  # noqa: ANN401 - each setting has its own type
    """Say that a setting was changed."""
    if name == "triage" and value:
        return TRIAGE_IS_ON
    if name != "instructions":
        return f"`{name}` is back to its default." if value is None else f"`{name}` is set to {_shown(name, value)}."
    if value is None:
        return f"{_whose(place)} prompt is removed."
    return f"{_whose(place)} prompt is set. It applies from the next message on.\n\n{_quoted(value)}"


def _shown(name: str, value: Any) -> str:  # noqa: ANN401 - as above
    if value in (None, "") or value == []:
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if name == "instructions":
        return f"{len(value):,} characters; see `/parley prompt`"
    if isinstance(value, list):
        return ", ".join(f"*{_one_shown(one)}*" for one in value)
    return f"*{value}*"


def _one_shown(one: Any) -> str:  # noqa: ANN401 - as above
    if not isinstance(one, dict):
        return str(one)
    return f"{' + '.join(one['when'])} → {one['team']}" if "when" in one else str(one["name"])


def _whose(place: Place) -> str:
    return "This thread's" if place.thread else "This channel's" if place.channel else "The workspace's"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
