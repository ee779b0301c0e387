"""`python -m bot triage --dry-run`, with the rehearsal model."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from bot import dry_run, settings
from bot.errors import UsageError
from bot.playground.feedback import POSTS
from bot.playground.messages_api import MessagesServer
from bot.playground.rehearsal import Rehearsal

if TYPE_CHECKING:
    from pathlib import Path


def entries() -> list[dict[str, str]]:
    return [{"text": text, "user": f"U{n}", "ts": f"17000{n:05}.000100"} for n, text in enumerate((*POSTS, "Thanks!"))]


async def told(path: Path) -> str:
    async with MessagesServer(Rehearsal(pace=0)) as server:
        return await dry_run.run(dry_run.Options(path), settings.read(server.environment()))


async def test_an_export_is_triaged_and_nothing_posted(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text("\n".join(map(json.dumps, entries())))
    report = await told(path)
    assert "21 posts: 20 of feedback, 1 ignored, 0 joined" in report
    assert "1 calls to the model, $" in report
    assert "(repeats 1)" in report


async def test_slacks_own_export_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    reply = {"text": "a reply", "user": "U1", "ts": "1700009999.000100", "thread_ts": "1700000001.000100"}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.json", "[]")
        archive.writestr("feedback/2026-11-24.json", json.dumps([*entries()[:2], reply, {"subtype": "channel_join"}]))
    assert "2 posts: 2 of feedback" in await told(path)


@pytest.mark.parametrize("content", ["not json", "[1]", '{"text": 3}', "", "\ufeff", "[" * 100_000])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(content)
    with pytest.raises(UsageError):
        dry_run.read(path)
