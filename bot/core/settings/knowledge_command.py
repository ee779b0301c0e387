"""`/parley knowledge …`: what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.core.time_span import times
from bot.errors import UsageError
from bot.language import N_, _

GAP_DAYS, MOST_GAP_DAYS = 30, 365
WORKSPACE = "workspace"
SCOPES = {"here", WORKSPACE}
USAGE = N_(
    "`/parley knowledge` lists what I answer from here. `/parley knowledge add <source>` adds the address of a website,"
    " of its sitemap or of a folder at GitHub, `folder:<name>`, the link of a file or a `#channel`, whose resolved "
    "threads I then read; end it with `workspace` to serve all channels. `/parley knowledge refresh <number>` reads a "
    "source again, or `all`; `/parley knowledge remove <number>` removes one. `/parley knowledge ask <question>` "
    "answers you alone, and `/parley knowledge gaps 30d` shows which questions had no answer."
)
ADD_WHAT = N_("Say what to add, as in `/parley knowledge add https://docs.example.com`.")
ASK_WHAT = N_("Say what you want to know, after `/parley knowledge ask`.")

_TYPED = re.compile(
    r"knowledge(?:\s+(?P<verb>list|add|refresh|remove|delete|ask|gaps|help)(?=\s|\Z)(?P<rest>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"#?(?P<number>\d{1,15})\.?")


@dataclass(frozen=True, slots=True)
class KnowledgeCommand:
    """What was typed after `/parley knowledge`. `number` is a source's, 0 for all; `text` what to add or to ask."""

    action: Literal["list", "add", "refresh", "remove", "ask", "gaps"]
    number: int = 0
    text: str = ""
    is_for_workspace: bool = False
    days: int = 0


def parse(typed: str) -> KnowledgeCommand:
    """Read `knowledge`, `knowledge add …`, and so on. Raises `UsageError`."""
    match = _TYPED.fullmatch(typed.strip())
    verb = (match["verb"] or "list").lower() if match else "help"
    rest = (match["rest"] or "").strip() if match else ""
    if verb == "add":
        return _add(rest)
    if verb == "ask":
        if not rest:
            raise UsageError(_(ASK_WHAT))
        return KnowledgeCommand("ask", text=rest)
    if verb == "gaps":
        days = times.days_back(rest, datetime.now(UTC), MOST_GAP_DAYS) if rest else GAP_DAYS
        return KnowledgeCommand("gaps", days=days)
    if verb == "refresh" and rest.lower() in {"", "all"}:
        return KnowledgeCommand("refresh")
    if verb in {"refresh", "remove", "delete"} and (found := _NUMBER.fullmatch(rest)):
        return KnowledgeCommand("refresh" if verb == "refresh" else "remove", int(found["number"]))
    if verb == "list" and not rest:
        return KnowledgeCommand("list")
    raise UsageError(_(USAGE))


def _add(rest: str) -> KnowledgeCommand:
    """Read a source, and where it is to serve. Raises `UsageError`."""
    before, _blank, last = rest.rpartition(" ")
    scope = last.lower() if before else ""
    text = before.strip() if scope in SCOPES else rest
    if not text:
        raise UsageError(_(ADD_WHAT))
    return KnowledgeCommand("add", text=text, is_for_workspace=scope == WORKSPACE)
