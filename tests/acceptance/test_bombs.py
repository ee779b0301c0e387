"""Files that break, fill or hold up what reads them, thrown at the real bot: each costs one sentence.

`python -m benchmarks.bombs` throws all that `tests/support/bombs.py` has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import ClientSession

from tests.support.bombing import bombing
from tests.support.bombs import BOMBS

if TYPE_CHECKING:
    from tests.support.sqlite import SqliteFolder

LONGEST, MOST_MEMORY, LONGEST_HOLD = 10.0, 600e6, 0.05  # seconds, bytes of the child, seconds of the bot's loop
THROWN = (
    "sheet, a cell at XFD1048576",
    "sheet, one text in a million cells",
    "JSONL, one row of 18 MB",
    "DOCX, 10,000 pages",
    "DOCX, entities in entities",
    "PDF, fan-out",
    "PNG, 100,000 x 100,000",
    "PNG of 7 MB",
)
SLOW = "PDF, no table, a million objects"


async def test_bombs_cost_a_sentence_each(sqlite_folder: SqliteFolder) -> None:
    async with bombing({"DATABASE_URL": await sqlite_folder.migrated()}) as stage:
        for title in THROWN:
            thrown = await stage.throw(BOMBS[title])
            assert any(words in thrown.sentence for words in BOMBS[title].said), (title, thrown)
            assert thrown.seconds < LONGEST, (title, thrown)
            assert thrown.memory < MOST_MEMORY, (title, thrown)
            assert thrown.hold < LONGEST_HOLD, (title, thrown)
            assert len(stage.bot.children()) <= 2
        async with ClientSession() as session, session.get(f"{stage.bot.url}/metrics") as page:
            counted = await page.text()
        assert 'parley_readers_ended_total{cause="SIGABRT"} 1.0' in counted
        assert 'parley_readers_ended_total{cause="memory"} 1.0' in counted
        # What others send is read while one still takes its time.
        direct = stage.workspace.workspace.direct(stage.workspace.me.id).id
        slow = stage.workspace.say(direct, "", files={"slow.pdf": BOMBS[SLOW].make()})
        other = stage.workspace.say(direct, "", files={"note.txt": b"We ship on Friday."})
        await stage.workspace.until(lambda: stage.said(direct, other) is not None)
        assert stage.said(direct, slow) is None
        await stage.workspace.until(lambda: stage.said(direct, slow) is not None)
