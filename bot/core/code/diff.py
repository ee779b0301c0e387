"""Show the difference between two versions of a file in a few lines."""

from __future__ import annotations

from collections import Counter
from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.domain.code_file import CodeFile

SHOWN_OF_DIFF = 40  # lines
LONGEST_LINE = 200  # characters of a line of a diff
MAX_COMPARED = 3_000  # lines; difflib's time goes with their square


def diff(before: CodeFile, after: CodeFile) -> tuple[str, int]:
    """Return what changed as a unified diff of a few lines, and the number of lines left out."""
    old, new = _lines(before.content), _lines(after.content)
    if max(len(old), len(new)) > MAX_COMPARED:
        return "", 0
    lines = [line[:LONGEST_LINE] for line in unified_diff(old, new, n=1, lineterm="")][2:]
    return "\n".join(lines[:SHOWN_OF_DIFF]), max(0, len(lines) - SHOWN_OF_DIFF)


def _lines(content: str) -> list[str]:
    """Split at line ends alone; `splitlines` cuts at form feeds, too, and within strings that hold U+2028."""
    return content.replace("\r\n", "\n").removesuffix("\n").split("\n") if content else []


def count(before: CodeFile, after: CodeFile) -> str:
    """Return how many lines were added and removed: `+3 -1`. In very long files, moved lines are in neither."""
    old, new = _lines(before.content), _lines(after.content)
    if max(len(old), len(new)) > MAX_COMPARED:
        came, went = Counter(new) - Counter(old), Counter(old) - Counter(new)
        return f"+{came.total()} -{went.total()}"
    lines = list(unified_diff(old, new, n=0, lineterm=""))[2:]
    return f"+{sum(line[:1] == '+' for line in lines)} -{sum(line[:1] == '-' for line in lines)}"
