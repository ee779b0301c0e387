"""`python -m bot triage --dry-run`, with the rehearsal model."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot import settings
from bot.cli import triage_dry_run
from bot.core.domain.channel_settings import DEFAULTS
from bot.errors import UsageError
from bot.playground.anthropic.api import MessagesServer
from bot.playground.feedback import POSTS
from bot.playground.rehearsal.model import Rehearsal
from bot.reader.pool import ReaderPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[ReaderPool]:
    async with ReaderPool() as pool:
        yield pool


def entries() -> list[dict[str, str]]:
    return [{"text": text, "user": f"U{n}", "ts": f"17000{n:05}.000100"} for n, text in enumerate((*POSTS, "Thanks!"))]


async def told(path: Path) -> str:
    async with MessagesServer(Rehearsal(pace=0)) as server:
        return await triage_dry_run.run(triage_dry_run.DryRunOptions(path), settings.read(server.environment()))


async def test_an_export_is_triaged_and_nothing_posted(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    both = {"text": "The export crashes on big files, and please add a dark mode", "ts": "1700100000.000100"}
    path.write_text("\n".join(map(json.dumps, [*entries(), both])))
    report = await told(path)
    assert "22 posts: 21 of feedback, 1 ignored, 0 merged" in report
    assert "Posts about several things have 1 more record." in report
    assert "1 call to the model, $" in report
    assert "(repeats 1)" in report


async def test_slacks_own_export_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    reply = {"text": "a reply", "user": "U1", "ts": "1700009999.000100", "thread_ts": "1700000001.000100"}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.json", "[]")
        archive.writestr("feedback/2026-11-24.json", json.dumps([*entries()[:2], reply, {"subtype": "channel_join"}]))
    assert "2 posts: 2 of feedback" in await told(path)


Entry = dict[str, object]
FAILS: Entry = {"user": "U1", "text": "It fails", "ts": "1764000001.000100"}
TWICE: Entry = {"user": "U2", "text": "Paid twice", "ts": "1764000002.000100"}
FROM_A_BOT: Entry = {
    "subtype": "bot_message",
    "bot_id": "B1",
    "text": "",
    "ts": "1764000003.000100",
    "attachments": [{"text": "No page opens"}],
}
SHARED: Entry = {
    "user": "U3",
    "text": "",
    "ts": "1764000004.000100",
    "attachments": [{"is_share": True, "author_name": "Ada", "text": "No VAT number"}],
}


async def posts(reader: ReaderPool, folder: Path, files: dict[str, list[Entry]], **changes: object) -> list[str]:
    """Zip files, and return what is read of them."""
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, found in files.items():
            archive.writestr(name, json.dumps(found))
    return [post.text for post in await triage_dry_run.read(path, DEFAULTS.model_copy(update=changes), reader)]


async def test_exported_posts_are_read_as_live(reader: ReaderPool, tmp_path: Path) -> None:
    day = {"feedback/2026-11-24.json": [TWICE, FROM_A_BOT, SHARED]}
    assert await posts(reader, tmp_path, day) == ["Paid twice", "Ada\nNo VAT number"]
    assert await posts(reader, tmp_path, day, triage_bots=True) == ["Paid twice", "No page opens", "Ada\nNo VAT number"]
    assert await posts(reader, tmp_path, day, agents=("U2",)) == ["Ada\nNo VAT number"]


@pytest.mark.parametrize(
    "names",
    [
        ("users.json", "feedback/2026-11-24.json"),
        ("export/users.json", "export/feedback/2026-11-24.json", "__MACOSX/export/feedback/._2026-11-24.json"),
        ("users.json", "feedback\\2026-11-24.json", "feedback/canvas.json"),
    ],
)
async def test_zips_of_other_systems_are_read(reader: ReaderPool, tmp_path: Path, names: tuple[str, ...]) -> None:
    assert await posts(reader, tmp_path, {name: [FAILS] for name in names}) == ["It fails"]


async def test_two_posts_of_an_instant_are_two(reader: ReaderPool, tmp_path: Path) -> None:
    assert len(await posts(reader, tmp_path, {f"{name}/2026-11-24.json": [FAILS] for name in "ab"})) == 2


@pytest.mark.parametrize("at", [30, 60, 200])
async def test_a_damaged_zip_is_said(reader: ReaderPool, tmp_path: Path, at: int) -> None:
    await posts(reader, tmp_path, {"feedback/2026-11-24.json": [FAILS]})
    path = tmp_path / "export.zip"
    data = path.read_bytes()
    path.write_bytes(data[:at] + b"\xff" * 8 + data[at + 8 :])
    with pytest.raises(UsageError, match="usage"):
        await triage_dry_run.read(path, DEFAULTS, reader)


@pytest.mark.parametrize("content", ["not json", "[1]", '{"text": 3}', "", "\ufeff", "[" * 100_000])
async def test_other_files_are_refused(reader: ReaderPool, tmp_path: Path, content: str) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(content)
    with pytest.raises(UsageError):
        await triage_dry_run.read(path, DEFAULTS, reader)
