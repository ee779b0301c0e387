"""An export that does not come to its end."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.core.triage.export import SHEETS, export
from bot.work.lease import LeaseLostError
from tests.support.chat import chat_in
from tests.support.clocked import scene_of

if TYPE_CHECKING:
    from pathlib import Path

    from bot.db.engine import Database


def held(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def stop() -> None:
    raise LeaseLostError


@pytest.mark.parametrize("kind", SHEETS)
async def test_it_leaves_nothing_on_disk(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with scene_of(database) as here, aiohttp.ClientSession() as session:
        await here.post()
        chat = chat_in(here.workspace, session)
        with pytest.raises(LeaseLostError):
            await export(here.place, kind, feedback=here.feedback, chat=chat, check=stop)
    assert held(tmp_path) == []
