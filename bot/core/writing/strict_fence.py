"""A block of code that all readers of Markdown take for one, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass

_START = re.compile(r"(?:\A|\n)(?P<before>(?: {0,3}(?:>|[-*+] |\d{1,9}[.)] ))* {0,3})\Z")
_ONLY_TICKS = re.compile(r"[ \t>]*+`*+[ \t]*+")
TICKS = "```"
LOOK_BACK = 60  # characters that may be before the backticks


def opening(before: str) -> StrictFence | None:
    """Return the block that three backticks open after `before`, the end of a text, None where they open none."""
    match = _START.search(before[-LOOK_BACK:])
    return StrictFence(match["before"]) if match else None


def may_end(line: str) -> bool:
    """Return whether the beginning of a line may be that of a line which closes a block."""
    return _ONLY_TICKS.fullmatch(line) is not None


@dataclass(frozen=True, slots=True)
class StrictFence:
    """An open block of code, and what is before its backticks on their line."""

    before: str

    def holds(self, line: str) -> bool:
        """Return whether all readers take a line for one of the block's."""
        if ">" in self.before:
            return line.lstrip().startswith(">")
        flat = line.expandtabs(4)
        return not flat.strip() or len(flat) - len(flat.lstrip(" ")) >= len(self.before)

    def ends_with(self, line: str) -> bool:
        """Return whether a line closes the block."""
        return line.strip(" \t\r>") == TICKS
