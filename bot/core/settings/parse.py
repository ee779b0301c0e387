"""Reads what is typed after `/parley` about settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import get_args

from bot.core.command import meant, shown
from bot.core.domain.channel_settings import MAX_INSTRUCTIONS, ChannelSettings
from bot.core.domain.typed_setting import check_name
from bot.errors import UsageError
from bot.language import N_, _

# Behind /parley.
WORDS = ("settings", "set", "unset", "prompt", "why", "history", "revert", "triage", "workspace", "thread")

_NOTHING = re.compile(r"(?:--|—|\u2013)?reset|unset|none", re.IGNORECASE)  # phones turn two hyphens into a dash
OFF = "off"
_FORM = re.compile(
    r"(?:(?P<prompt>prompt)|(?P<list>settings(?:\s+list(?:\s+all)?)?|why|history)|(?:revert\s+(?P<back>\d{1,6}))|(?P<unset>unset\s+(?P<gone>\S+))|set\s+(?P<name>\S+))(?:\s+(?P<text>.*))?",
    re.IGNORECASE | re.DOTALL,
)


_TRIAGE = re.compile(r"triage(?:\s+(?P<what>on|off|settings))?", re.IGNORECASE)
_SCOPED = re.compile(
    r"(?:(?P<workspace>workspace)|thread\s+<?(?P<link>https?://[^\s>|]++)(?:\|[^\s>]*+)?>?+)\s+(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
SCOPED = N_(
    "Put `workspace` or `thread <link to a message in it>` between `/parley` and `settings`, `set`, `unset`, "
    "`prompt`, `why`, `history` or `revert` to use them for the workspace or for one thread."
)
WORKSPACE = "workspace"
ONLY_IN_CHANNELS = N_("Triage works only in channels: leave out `workspace` or `thread`.")
PERSONAS = N_(
    "Personas always belong to the workspace, and each channel chooses one: leave out `workspace` or `thread`, as in "
    "`/parley persona <name>: <prompt>`."
)
_IN_CHANNELS = ("triage", "trends", "open")
# How a word is used, for someone who used it in another way; {parley} is what to type before it.
_USAGE = {
    "settings": N_(
        "`{parley}settings` opens the form, `{parley}settings list` lists what is set, and `{parley}settings list all` "
        "everything."
    ),
    "set": N_(
        "Name a setting and its value, such as `{parley}set footer on`; `{parley}settings list all` shows the names."
    ),
    "unset": N_("Name one setting, such as `{parley}unset footer`; `{parley}settings list all` shows the names."),
    "why": N_("Type `{parley}why` by itself."),
    "history": N_("Type `{parley}history` by itself."),
    "revert": N_("Name the number of a change that `{parley}history` shows, such as `{parley}revert 3`."),
    "triage": N_("Type `/parley triage` and `on`, `off`, `settings`, `report` or `secret`."),
    WORKSPACE: SCOPED,
    "thread": SCOPED,
}
_FOLLOWING = {"settings": ("list",), "triage": ("on", "off", "settings", "report", "secret")}


class SettingsAction(StrEnum):
    """What `/parley` is asked to do with a setting."""

    OPEN = "open"
    LIST = "list"
    LIST_ALL = "all"
    SHOW = "show"
    SET = "set"
    UNSET = "unset"
    WHY = "why"
    HISTORY = "history"
    REVERT = "revert"
    TRIAGE = "triage"
    OPEN_TRIAGE = "open triage"  # not for people: a name


@dataclass(frozen=True, slots=True)
class SettingsCommand:
    """What was typed after `/parley`. The channel's prompt is the setting `instructions`.

    `scope`: whose settings, "" for the channel's, `WORKSPACE`, or a link to a message in a thread.
    """

    action: SettingsAction
    name: str = ""
    text: str = ""
    scope: str = ""


def parse(typed: str) -> SettingsCommand:
    """Read `settings [list [all]]`, `set …`, `unset …`, `why`, `history`, `revert <n>`, `prompt [<text> | --reset]`.

    Each may have `workspace` or `thread <link>` before it. Raises `UsageError` for anything else.
    """
    scoped = _SCOPED.fullmatch(typed.strip())
    if scoped is None:
        return _parse_here(typed.strip(), "/parley ")
    word = scoped["rest"].split()[0].lower()
    if word == "persona":
        raise UsageError(_(PERSONAS))
    if word in _IN_CHANNELS:
        raise UsageError(_(ONLY_IN_CHANNELS))
    scope = WORKSPACE if scoped["workspace"] else f"thread {scoped['link']}"
    parsed = _parse_here(scoped["rest"], f"/parley {scope} ")
    if parsed.name == "triage":
        raise UsageError(_(ONLY_IN_CHANNELS))
    return replace(parsed, scope=WORKSPACE if scoped["workspace"] else scoped["link"])


def _parse_here(typed: str, parley: str) -> SettingsCommand:
    if triage := _TRIAGE.fullmatch(typed):
        return _parse_triage(triage)
    match = _FORM.fullmatch(typed)
    if not match or ((match["list"] or match["back"]) and match["text"]):
        raise _misused(typed, parley)
    text = (match["text"] or "").strip()
    if match["list"]:
        return _parse_list(match["list"].lower())
    if match["back"]:
        return SettingsCommand(SettingsAction.REVERT, text=match["back"])
    if match["prompt"]:
        return _parse_prompt(text)
    return _parse_value(match, text, parley)


def _parse_value(match: re.Match[str], text: str, parley: str) -> SettingsCommand:
    name = check_name((match["gone"] or match["name"]).lower(), f"`{parley}settings list all`")  # not for people: typed
    if match["unset"] or (is_nothing(text) and not (text.lower() == OFF and _can_be_off(name))):
        return SettingsCommand(SettingsAction.UNSET, name)
    return SettingsCommand(SettingsAction.SET, name, text) if text else SettingsCommand(SettingsAction.SHOW, name)


def is_nothing(text: str) -> bool:
    """Return whether a value is a word for none: `unset`, or one that people type for it."""
    return text.lower() == OFF or bool(_NOTHING.fullmatch(text))


def _can_be_off(name: str) -> bool:
    annotation = ChannelSettings.model_fields[name].annotation
    return annotation is bool or OFF in get_args(annotation)


def _parse_list(typed: str) -> SettingsCommand:
    words = typed.split()
    return SettingsCommand(SettingsAction.OPEN if words == ["settings"] else SettingsAction(words[-1]))


def _parse_triage(match: re.Match[str]) -> SettingsCommand:
    what = (match["what"] or "").lower()
    if what in {"on", "off"}:
        return SettingsCommand(SettingsAction.SET, "triage", what)
    return SettingsCommand(SettingsAction.OPEN_TRIAGE if what else SettingsAction.TRIAGE)


def _misused(typed: str, parley: str) -> UsageError:
    """Return the error that says how a word is used, or which one was meant."""
    word, *more = typed.split()
    word = word.lower()
    if word not in _USAGE:
        return UsageError(f"{unknown(typed)}{meant(word, WORDS, before=parley)} {_(SCOPED)}")
    near = meant(more[0], _FOLLOWING[word], before=f"{parley}{word} ") if more and word in _FOLLOWING else ""
    usage = _(_USAGE[word], parley=parley)
    return UsageError(f"{unknown(typed)}{near} {usage}" if more else usage)


def unknown(typed: str) -> str:
    """Say that what was typed is not known."""
    return _("I don't know {typed}.", typed=shown(typed))


def _parse_prompt(text: str) -> SettingsCommand:
    if not text:
        return SettingsCommand(SettingsAction.SHOW, "instructions")
    if is_nothing(text):
        return SettingsCommand(SettingsAction.UNSET, "instructions")
    if len(text) > MAX_INSTRUCTIONS:
        raise UsageError(
            _(
                "A channel's prompt has at most {most:,} characters; this one has {count:,}.",
                most=MAX_INSTRUCTIONS,
                count=len(text),
            )
        )
    return SettingsCommand(SettingsAction.SET, "instructions", text)
