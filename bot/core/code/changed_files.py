"""Decide which blocks of an answer count as files, and find what each of them changes in its thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.domain.code_file import CodeFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.code_blocks.blocks import Block


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
