"""Compare an answer's files with those that its thread has, and show the difference in a few lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING

from bot.core.domain.code_file import CodeFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.code_blocks.files import Block

SHOWN_OF_DIFF = 40  # lines
LONGEST_LINE = 200  # characters of a line of a diff
MAX_COMPARED = 3_000  # lines; difflib's time goes with their square


@dataclass(frozen=True, slots=True)
class Change:
    """A file of an answer, beside what the thread had under its name."""

    file: CodeFile
    before: CodeFile | None = None  # None for a new file
    block: str = ""  # the file's name in the answer, which may differ in case

    @property
    def is_idle(self) -> bool:
        """Return whether the file is unchanged."""
        return self.before is not None and self.before.content == self.file.content


def changes(blocks: Sequence[Block], known: Sequence[CodeFile]) -> list[Change]:
    """Compare an answer's complete blocks with the thread's files.

    In a thread that has files, an unnamed block counts as a file only if its guessed name is that of one: an
    explanation quotes lines and means no file.
    """
    by_name = {file.name.casefold(): file for file in known}
    found = []
    for block in blocks:
        before = by_name.get(block.file.name.casefold())
        if not block.is_closed or (known and before is None and not block.is_named):
            continue
        name = before.name if before else block.file.name
        found.append(
            Change(CodeFile(name, block.file.content, before.version + 1 if before else 1), before, block.file.name)
        )
    return found


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
