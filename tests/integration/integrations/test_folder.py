"""Folders of the operator's, and what people put into them to read something else."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.knowledge import KnowledgeSource, KnownPage, SourceKind
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.reading import Inventory
from bot.integrations import folder
from bot.integrations.folder import FolderReader
from bot.reader.pages import PooledPageReader
from bot.reader.pool import ReaderPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WHOLE = Inventory(())
DOCS = KnowledgeSource(1, "T1", "", SourceKind.FOLDER, "docs", "", "U1", datetime.now(UTC))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "docs").mkdir(parents=True)
    (tmp_path / "secret.md").write_text("# Secret\n")
    return tmp_path / "root"


@pytest.fixture
async def reader(root: Path) -> AsyncIterator[FolderReader]:
    async with ReaderPool(seconds=60) as pool:
        yield FolderReader(root, PooledPageReader(pool))


async def fault_of(reader: FolderReader, name: str) -> PageError:
    with pytest.raises(PageError) as caught:
        await reader.read(DOCS, KnownPage(name), WHOLE)
    return caught.value


async def test_links_lead_nowhere(root: Path, reader: FolderReader) -> None:
    docs = root / "docs"
    (docs / "own.md").write_text("# Own\n")
    (docs / "link.md").symlink_to(root.parent / "secret.md")
    (docs / "inside.md").symlink_to(docs / "own.md")
    (docs / "deep").symlink_to(root.parent)
    (docs / "again").symlink_to(docs)
    assert (await reader.find(DOCS)).addresses == ["own.md"]
    for name in ("link.md", "deep/secret.md", "../../secret.md", str(root.parent / "secret.md")):
        assert (await fault_of(reader, name)).fault in {faults.UNREADABLE, faults.GONE}


async def test_a_folder_that_can_not_be_read_for_now_loses_nothing(
    root: Path, reader: FolderReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "docs" / "deep").mkdir()
    (root / "docs" / "own.md").write_text("# Own\n")
    scandir = os.scandir

    def away(path: str) -> object:
        if str(path).endswith("deep"):
            raise OSError(errno.EIO, "away")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", away)
    with pytest.raises(PageError) as caught:
        await reader.find(DOCS)
    assert (caught.value.is_whole, caught.value.is_transient) == (True, True)


async def test_a_folder_may_be_no_link(root: Path, reader: FolderReader) -> None:
    (root / "docs").rmdir()
    (root / "docs").symlink_to(root.parent)
    with pytest.raises(PageError) as caught:
        await reader.find(DOCS)
    assert (caught.value.fault, caught.value.is_whole) == (faults.NO_FOLDER, True)


async def test_what_may_never_end_is_not_read(
    root: Path, reader: FolderReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "LARGEST", 1_000)
    os.mkfifo(root / "docs" / "pipe.md")
    (root / "docs" / "large.md").write_text("#" * 1_001)
    assert (await fault_of(reader, "pipe.md")).fault == faults.KIND
    assert (await fault_of(reader, "large.md")).fault == faults.TOO_LARGE


async def test_a_file_is_read_when_it_changed(root: Path, reader: FolderReader) -> None:
    (root / "docs" / "own.md").write_text("# Own\n")
    first = (await reader.read(DOCS, KnownPage("own.md"), WHOLE)).page
    assert first is not None
    known = KnownPage("own.md", first.etag)
    assert (await reader.read(DOCS, known, WHOLE)).page is None
    (root / "docs" / "own.md").write_text("# Changed\n")
    changed = (await reader.read(DOCS, known, WHOLE)).page
    assert changed is not None
    assert changed.title == "Changed"
