"""What the page says about the bot: its commands and shortcuts, and which model answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class OfferedCommand:
    """A slash command that the page offers, such as `/summarize`, with its usage hint and description."""

    command: str
    hint: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class OfferedShortcut:
    """A message shortcut or a global shortcut that the page offers."""

    callback_id: str
    name: str
    kind: Literal["message", "global"] = "message"


@dataclass(frozen=True, slots=True)
class Page:
    """What the page says about the bot: what it offers, and which model answers ("rehearsal" or "claude")."""

    commands: Sequence[OfferedCommand] = ()
    shortcuts: Sequence[OfferedShortcut] = ()
    model: str = "rehearsal"
    notice: str = ""
