"""Reads what is typed after `/parley` about settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from bot.core.commands import HELP, PARLEY
from bot.core.domain.channel_settings import MAX_INSTRUCTIONS, check_name
from bot.core.time_span import times as spans
from bot.errors import UsageError

# Behind /parley.
WORDS = ("settings", "set", "unset", "prompt", "why", "history", "revert", "triage", "workspace", "thread")

_RESET = re.compile(r"(?:--|—|\u2013)?reset", re.IGNORECASE)  # phones turn two hyphens into a dash
_FORM = re.compile(
    r"(?:(?P<prompt>prompt)|(?P<list>settings(?:\s+list)?|why|history)|(?:revert\s+(?P<back>\d{1,6}))|(?P<unset>unset\s+(?P<gone>\S+))|set\s+(?P<name>\S+))(?:\s+(?P<text>.*))?",
    re.IGNORECASE | re.DOTALL,
)


_TRIAGE = re.compile(
    r"(?:triage(?:\s+(?P<what>on|off|report|settings|secret))?|(?P<trends>trends)(?:\s+(?P<span>\S.*))?)",
    re.IGNORECASE,
)
_SCOPED = re.compile(
    r"(?:(?P<workspace>workspace)|thread\s+<?(?P<link>https?://[^\s>|]++)(?:\|[^\s>]*+)?+>?+)\s+(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
SCOPED = (
    "Put `workspace` or `thread <link to a message in it>` between `/parley` and `settings`, `set`, `unset`, "
    "`prompt`, `why`, `history` or `revert` to use them for the workspace or for one thread."
)
TRENDS_DAYS, MOST_TRENDS_DAYS = 7, 180


WORKSPACE = "workspace"


class SettingsAction(StrEnum):
    """What `/parley` is asked to do with a setting."""

    OPEN = "open"
    LIST = "list"
    SHOW = "show"
    SET = "set"
    UNSET = "unset"
    REPORT = "report"
    SIGNING = "signing"
    TRENDS = "trends"
    WHY = "why"
    HISTORY = "history"
    REVERT = "revert"
    TRIAGE = "triage"


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
    """Read `settings [list]`, `set …`, `unset …`, `why`, `history`, `revert <n>`, `prompt [<text>]`, `prompt --reset`.

    Each may have `workspace` or `thread <link>` before it. Raises `UsageError` for anything else, including help.
    """
    if typed.strip().lower() in {"", "help"}:
        raise UsageError(HELP)
    scoped = _SCOPED.fullmatch(typed.strip())
    if scoped is None:
        return _parse_here(typed.strip())
    parsed = _parse_here(scoped["rest"])
    if parsed.name == "triage" or parsed.action in {
        SettingsAction.REPORT,
        SettingsAction.SIGNING,
        SettingsAction.TRENDS,
        SettingsAction.TRIAGE,
    }:
        raise UsageError("Triage works only in channels: leave out `workspace` or `thread`.")
    return replace(parsed, scope=WORKSPACE if scoped["workspace"] else scoped["link"])


def _parse_here(typed: str) -> SettingsCommand:
    if triage := _TRIAGE.fullmatch(typed):
        return _parse_triage(triage)
    match = _FORM.fullmatch(typed)
    if not match and typed.split(maxsplit=1)[0].lower() in {WORKSPACE, "thread"}:
        raise UsageError(SCOPED)
    if not match or ((match["list"] or match["back"]) and match["text"]):
        raise UsageError(PARLEY.help)
    text = (match["text"] or "").strip()
    if match["list"]:
        return _parse_list(match["list"].lower())
    if match["back"]:
        return SettingsCommand(SettingsAction.REVERT, text=match["back"])
    if match["prompt"]:
        return _parse_prompt(text)
    name = check_name((match["gone"] or match["name"]).lower())
    if match["unset"]:
        return SettingsCommand(SettingsAction.UNSET, name)
    return SettingsCommand(SettingsAction.SET, name, text) if text else SettingsCommand(SettingsAction.SHOW, name)


def _parse_list(typed: str) -> SettingsCommand:
    words = typed.split()
    return SettingsCommand(SettingsAction.OPEN if words == ["settings"] else SettingsAction(words[-1]))


def _parse_triage(match: re.Match[str]) -> SettingsCommand:
    if match["trends"]:
        words = match["span"]
        days = spans.days_back(words, datetime.now(UTC), MOST_TRENDS_DAYS) if words else TRENDS_DAYS
        return SettingsCommand(SettingsAction.TRENDS, text=str(days))
    what = (match["what"] or "settings").lower()
    if what == "settings":
        return SettingsCommand(SettingsAction.TRIAGE)
    if what == "secret":
        return SettingsCommand(SettingsAction.SIGNING)
    return (
        SettingsCommand(SettingsAction.REPORT)
        if what == "report"
        else SettingsCommand(SettingsAction.SET, "triage", what)
    )


def _parse_prompt(text: str) -> SettingsCommand:
    if not text:
        return SettingsCommand(SettingsAction.SHOW, "instructions")
    if _RESET.fullmatch(text):
        return SettingsCommand(SettingsAction.UNSET, "instructions")
    if len(text) > MAX_INSTRUCTIONS:
        raise UsageError(f"A channel's prompt has at most {MAX_INSTRUCTIONS:,} characters; this one has {len(text):,}.")
    return SettingsCommand(SettingsAction.SET, "instructions", text)
