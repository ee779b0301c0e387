"""`python -m bot knowledge list`: all sources, when each was read, and what failed."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.domain.knowledge import NewSource, ReadPage, SourceKind
from bot.core.knowledge import faults
from bot.db.knowledge import sql_knowledge_store
from tests.support.bot_process import run

if TYPE_CHECKING:
    from pathlib import Path

    from bot.db.engine import Database

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
SITE = "https://docs.example.com/"


async def test_all_sources_are_listed(url: str, database: Database, tmp_path: Path) -> None:
    async def listed() -> tuple[int, list[str]]:
        status, out, _ = await asyncio.to_thread(run, ("knowledge", "list"), {"DATABASE_URL": url}, tmp_path)
        return status, [" ".join(line.split()) for line in out.splitlines()]

    assert (await listed())[1][0].startswith("There are no sources yet.")
    store = sql_knowledge_store(database)
    site = await store.sources.add(NewSource("T1", "C1", SourceKind.SITE, SITE, "docs", "U1"), NOW)
    await store.sources.add(NewSource("T2", "", SourceKind.FOLDER, "handbook", "handbook", ""), NOW)
    begun = await store.pages.begin(site, [f"{SITE}a", f"{SITE}b"], NOW)
    assert begun is not None
    await store.pages.keep(begun, f"{SITE}a", ReadPage(f"{SITE}a", f"{SITE}a", "A", "Words."), NOW)
    await store.pages.fail(begun, f"{SITE}b", faults.TOO_LARGE, is_gone=False)
    await store.pages.finish(begun, NOW, NOW + timedelta(days=1))

    status, lines = await listed()

    assert status == 0
    assert re.fullmatch(rf"\d+ T1/C1 site {SITE}", lines[0])
    assert lines[1] == "1 page, read 2026-11-02 09:00 UTC; 1 page could not be read; next 2026-11-03 09:00 UTC"
    assert lines[2] == f"{SITE}b: {faults.TOO_LARGE}"
    assert lines[3].endswith("T2/workspace folder folder:handbook")
    assert lines[4].startswith("not read yet; next")

    again = await store.pages.begin(begun, [SITE], NOW)
    assert again is not None
    await store.pages.finish(again, NOW, NOW + timedelta(hours=1), faults.UNREACHABLE)
    status, lines = await listed()
    assert status == 1
    assert f"failed: {faults.UNREACHABLE}" in lines[1]
