"""Reading untrusted files where their content can't harm the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bot.core.domain.classify_item import AS_FOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.attachment import OpenedFile
    from bot.core.domain.classify_item import ReadAs
    from bot.core.domain.code_file import CodeFile, SyntaxReport
    from bot.core.domain.feedback import Exported
    from bot.core.domain.message import FileRef
    from bot.core.domain.spreadsheet import Spreadsheet


class FileReader(Protocol):
    """Reads untrusted files within limits of time and memory.

    A file that takes more raises `HeavyFileError`, each time. If no reader is free, `ReaderUnavailableError` is raised,
    which may pass.
    """

    async def read_sheet(self, name: str, data: bytes, read_as: ReadAs = AS_FOUND) -> Spreadsheet:
        """Read a table, as `core.classify.file_reader.read` does. Raises its `UsageError`."""

    async def open(self, file: FileRef, data: bytes, room: int) -> OpenedFile:
        """Open a file that came with a message, as `core.attachments.attach.opened` does. Raises its `FileError`."""

    async def read_export(self, name: str, data: bytes) -> Sequence[Exported]:
        """Read exported messages, as `core.triage.exports.read` does. Raises its `UsageError`."""

    async def check_code(self, files: Sequence[CodeFile]) -> SyntaxReport:
        """Parse files of code, as `core.code.syntax.check` does; one that exceeds the limits counts as unchecked."""
