"""Read a folder of the operator's for knowledge: the texts below it, through no link and nowhere else."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.domain.knowledge import ReadPage
from bot.core.domain.page import FetchedFile
from bot.core.domain.site_scope import MOST_PAGES
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.reading import Inventory, PageReading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.domain.knowledge import KnowledgeSource, KnownPage
    from bot.core.ports.pages import PageReader

READ = frozenset((".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc", ".html", ".htm", ".pdf", ".docx", ".odt"))
LARGEST = 20_000_000  # bytes


class FolderReader:
    """Implements `SourceReader` for folders below `root`, which the operator has set; None for none."""

    def __init__(self, root: Path | None, reader: PageReader) -> None:
        self._root, self._reader = root, reader

    async def find(self, source: KnowledgeSource) -> Inventory:
        """List a folder's texts. Raises `PageError`."""
        folder = self._folder(source)
        found = await asyncio.to_thread(lambda: sorted(_files(folder)))
        if not found:
            raise PageError(faults.EMPTY_FOLDER, is_whole=True)
        return Inventory(found[:MOST_PAGES], len(found[MOST_PAGES:]))

    async def read(self, source: KnowledgeSource, known: KnownPage, inventory: Inventory) -> PageReading:  # noqa: ARG002 (of sites)
        """Read a file. Raises `PageError`."""
        folder = self._folder(source)
        data, state = await asyncio.to_thread(_read, folder, known.address, known.etag)
        if data is None:
            return PageReading(None, known.address)
        page = await self._reader.read_page(FetchedFile(f"file:///{known.address}", "", data))
        name = Path(known.address).name
        kept = ReadPage(known.address, name, page.title or name, page.text, page.language, page.changed_at, state)
        return PageReading(kept, known.address)

    def _folder(self, source: KnowledgeSource) -> Path:
        """Return a source's folder. Raises `PageError`."""
        if self._root is None:
            raise PageError(faults.NO_FOLDER, is_whole=True)
        root = self._root.resolve()
        folder = root / source.address
        parts = Path(source.address).parts
        is_inside = not Path(source.address).is_absolute() and ".." not in parts
        if not is_inside or folder.resolve() != folder or not folder.is_dir():
            raise PageError(faults.NO_FOLDER, is_whole=True)
        return folder


def _files(folder: Path) -> Iterator[str]:
    """Yield the texts below a folder, without hidden ones and without what links lead to.

    Raises `PageError` where a folder can't be read for now: its texts must not look as if they were gone.
    """
    for where, folders, files in os.walk(folder, followlinks=False, onerror=_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(where, name)
            if not name.startswith(".") and path.suffix.lower() in READ and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def _unreadable(error: OSError) -> None:
    raise PageError(faults.UNREADABLE, is_whole=True, is_transient=True) from error


def _read(folder: Path, name: str, known: str) -> tuple[bytes | None, str]:
    """Return a file's bytes, None if it is as it was when it was `known`, and its state. Raises `PageError`."""
    try:
        path = folder / name
        if path.parent.resolve() != path.parent or not path.is_relative_to(folder):  # a folder that has become a link
            raise PageError(faults.GONE, is_gone=True)
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(opened, "rb") as file:
            about = os.fstat(opened)
            if not stat.S_ISREG(about.st_mode):  # a pipe, which might never end
                raise PageError(faults.KIND)
            state = f"{about.st_mtime_ns}:{about.st_size}"
            if about.st_size > LARGEST:
                raise PageError(faults.TOO_LARGE)
            return (None if state == known else file.read(LARGEST)), state
    except FileNotFoundError:
        raise PageError(faults.GONE, is_gone=True) from None
    except OSError:
        raise PageError(faults.UNREADABLE) from None
