"""A channel's settings: show them, set them, unset them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.core import settings_history
from bot.core.channel_settings import MAX_INSTRUCTIONS, TRIAGE, ChannelSettings, check_name, merged, read
from bot.core.command import HELP, USAGE, answering
from bot.core.control import Button
from bot.core.conversation import Place, Record
from bot.errors import ConflictError, NotAllowedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.command import Command
    from bot.core.ports import Asker, Bookmark, Chat, Model, Sheet, Store

WORDS = ("settings", "set", "unset", "prompt", "why", "history", "revert", "triage")  # behind /parley
EDIT_TRIAGE = "edit_triage_settings"  # the button that opens the form with those of triage
EDIT = "edit_settings"  # the button that opens the form with the settings

_RESET = re.compile(r"(?:--|—|\u2013)?reset", re.IGNORECASE)  # phones turn two hyphens into a dash
_FORM = re.compile(
    r"(?:(?P<prompt>prompt)|(?P<list>settings|why|history)|(?:revert\s+(?P<back>\d{1,6}))|(?P<unset>unset\s+(?P<gone>\S+))|set\s+(?P<name>\S+))(?:\s+(?P<text>.*))?",
    re.IGNORECASE | re.DOTALL,
)


_TRIAGE = re.compile(
    r"(?:triage(?:\s+(?P<what>on|off|report|settings))?|(?P<trends>trends)(?:\s+(?P<days>\d{1,3})\s*d)?)", re.IGNORECASE
)
TRENDS_DAYS = 7
TRIAGE_IS_ON = (
    "From now on I sort each post in this channel. `/parley set categories`, `severities`, `teams` and `routes` say "
    "how; `/parley settings` shows what holds now; people put me right with the buttons below my cards."
)


class Action(StrEnum):
    """What `/parley` is asked to do with a setting."""

    LIST = "list"
    SHOW = "show"
    SET = "set"
    UNSET = "unset"
    REPORT = "report"
    TRENDS = "trends"
    WHY = "why"
    HISTORY = "history"
    REVERT = "revert"
    TRIAGE = "triage"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed behind `/parley`. The channel's prompt is the setting `instructions`."""

    action: Action
    name: str = ""
    text: str = ""


def parse(typed: str) -> Wish:
    """Read `settings`, `set …`, `unset …`, `why`, `history`, `revert <n>`, `prompt`, `prompt <text>`, `prompt --reset`.

    Raises `UsageError` for anything else, help among it.
    """
    if typed.strip().lower() in {"", "help"}:
        raise UsageError(HELP)
    if triage := _TRIAGE.fullmatch(typed.strip()):
        return _parse_triage(triage)
    match = _FORM.fullmatch(typed.strip())
    if not match or ((match["list"] or match["back"]) and match["text"]):
        raise UsageError(USAGE["parley"])
    text = (match["text"] or "").strip()
    if match["list"]:
        return Wish(Action({"settings": "list"}.get(match["list"].lower(), match["list"].lower())))
    if match["back"]:
        return Wish(Action.REVERT, text=match["back"])
    if match["prompt"]:
        return _parse_prompt(text)
    name = check_name((match["gone"] or match["name"]).lower())
    if match["unset"]:
        return Wish(Action.UNSET, name)
    return Wish(Action.SET, name, text) if text else Wish(Action.SHOW, name)


def _parse_triage(match: re.Match[str]) -> Wish:
    if match["trends"]:
        return Wish(Action.TRENDS, text=match["days"] or str(TRENDS_DAYS))
    what = (match["what"] or "settings").lower()
    if what == "settings":
        return Wish(Action.TRIAGE)
    return Wish(Action.REPORT) if what == "report" else Wish(Action.SET, "triage", what)


def _parse_prompt(text: str) -> Wish:
    if not text:
        return Wish(Action.SHOW, "instructions")
    if _RESET.fullmatch(text):
        return Wish(Action.UNSET, "instructions")
    if len(text) > MAX_INSTRUCTIONS:
        raise UsageError(f"A channel's prompt has at most {MAX_INSTRUCTIONS:,} characters; this one has {len(text):,}.")
    return Wish(Action.SET, "instructions", text)


async def configure(
    command: Command, *, admins: frozenset[str], bookmark: Bookmark, store: Store, model: Model, chat: Chat
) -> Record:
    """Show or change the channel's settings, and tell the asker alone. Raises `ChatError`."""
    wish, channel = parse(command.text), _channel(command.place)
    controls: tuple[Button, ...] = ()
    async with answering(command, chat=chat, bookmark=bookmark) as visible:
        try:
            if wish.action is Action.LIST:
                sentence = listing(await store.settings(channel), await store.sheet(channel), model)
                controls = (Button(EDIT, "Change …", style="primary"),)
            elif wish.action is Action.TRIAGE:
                sentence = listing(await store.settings(channel), await store.sheet(channel), model, TRIAGE)
                controls = (Button(EDIT_TRIAGE, "Change …", style="primary"),)
            elif wish.action is Action.SHOW:
                sentence = showing(wish.name, await store.settings(channel))
            elif wish.action is Action.WHY:
                sentence = settings_history.why(channel, await store.layers(channel), model)
            elif wish.action is Action.HISTORY:
                sentence = settings_history.listing(await store.history(channel), chat.mention)
            else:
                await check_may_change(channel, command.asker, admins=admins, chat=chat)
                sentence = await _change(wish, command.asker, channel, command.channels, store=store, model=model)
        except (ConflictError, NotAllowedError, UsageError) as error:
            sentence = error.sentence
        await visible.replace(sentence, controls=controls)
    return Record(command.place, command.asker.person)


async def _change(
    wish: Wish, asker: Asker, channel: Place, channels: Sequence[tuple[str, str]], *, store: Store, model: Model
) -> str:
    sheet = await store.sheet(channel)
    if wish.action is Action.REVERT:
        back = settings_history.reverted(await store.history(channel, since=int(wish.text)), int(wish.text))
        await store.change_settings(channel, back, asker.person, version=sheet.version)
        return f"The settings are back at how they were after change {wish.text}: {', '.join(sorted(back))}."
    value = None
    if wish.action is Action.SET:
        if wish.name == "personas":
            raise UsageError("Personas are the workspace's: `/parley persona` tells how to keep and choose them.")
        text = located(wish.text, channels) if wish.name == "teams" else wish.text
        value = read(wish.name, text, {name: v for name, v in sheet.values.items() if name != wish.name})
        held = (await store.settings(channel)).model_dump(mode="json", exclude_none=True)
        if fault := model.faults(merged(held, {wish.name: value})).get(wish.name):
            raise UsageError(f"`{wish.name}` is not set: {fault}.")
        if wish.name == "persona" and (lost := merged(held, {wish.name: value}).lost_persona):
            raise UsageError(lost)
    await store.change_settings(channel, {wish.name: value}, asker.person, version=sheet.version)
    return done(wish.name, value)


def located(text: str, channels: Sequence[tuple[str, str]]) -> str:
    """Write channels by their ids, where they were chosen by name."""
    for name, id_ in channels:
        text = re.sub(rf"#{re.escape(name)}(?![\w-])", f"#{id_}", text)
    return text


async def check_may_change(channel: Place, asker: Asker, *, admins: frozenset[str], chat: Chat) -> None:
    """Raise `NotAllowedError` unless a person may change the channel's settings."""
    standing = await chat.standing(channel, asker.person)
    if not standing.is_member:
        raise NotAllowedError("Only members of this channel may change its settings.")
    if not standing.is_admin and asker.person not in admins:
        raise NotAllowedError(
            "Only workspace admins and Parley's admins may change this channel's settings; please ask one of them."
        )


def listing(settings: ChannelSettings, own: Sheet, model: Model, names: Sequence[str] = ()) -> str:
    """Write settings that hold in a channel, all unless told, one a line, with those that its model does not take."""
    faults = {**model.faults(settings), **({"persona": settings.lost_persona} if settings.lost_persona else {})}
    lines = []
    held = settings.model_dump(mode="json")
    for name, value in ((name, held[name]) for name in names or held):
        note = f" ⚠️ not applied: {faults[name]}" if name in faults else " _(set here)_" if name in own.values else ""
        lines.append(f"• `{name}`: {_shown(name, value)}{note}")
    hint = "Change one with `/parley set <name> <value>`, go back to its default with `/parley unset <name>`."
    return "\n".join(["This channel's settings:", *lines, "", hint])


def showing(name: str, settings: ChannelSettings) -> str:
    """Write one setting."""
    value = settings.model_dump(mode="json")[name]
    if name != "instructions":
        return f"`{name}` is {_shown(name, value)}: {ChannelSettings.model_fields[name].description}."
    return f"This channel's prompt:\n\n{_quoted(value)}" if value else "This channel has no prompt of its own."


def done(name: str, value: Any) -> str:  # noqa: ANN401 - each setting has its own type
    """Tell that a setting was changed."""
    if name == "triage" and value:
        return TRIAGE_IS_ON
    if name != "instructions":
        return f"`{name}` is back at its default." if value is None else f"`{name}` is set to {_shown(name, value)}."
    if value is None:
        return "This channel's prompt is removed."
    return f"This channel's prompt is set. It holds from the next message in any thread here.\n\n{_quoted(value)}"


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


def _channel(place: Place) -> Place:
    return Place(place.workspace, place.channel)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
