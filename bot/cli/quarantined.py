"""A separate process for jobs that seem to kill theirs: the bot starts `python -m bot.cli.quarantined CELL OWNER`.

It is the bot without its listeners: it accepts nothing, and runs only suspects until none is left
(`bot/work/quarantine.py`).
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from typing import TYPE_CHECKING

from bot import settings
from bot.cli.shared import configured
from bot.work import Cell
from bot.work.quarantine_process import beating, end_with_the_bot

if TYPE_CHECKING:
    from bot.settings import Settings


def main() -> int:
    """Run such a process; return its exit status."""
    end_with_the_bot()
    gc.disable()  # as in `bot.cli.serve`
    read = configured(os.environ, for_slack=True)
    settings.hide_from_libraries()
    asyncio.run(work(read, Cell(sys.argv[1]), sys.argv[2]))
    return 0


async def work(read: Settings, cell: Cell, owner: str) -> None:
    """Work on a cell's jobs until none is left or we are told to stop. Raises as `bot.app.working`."""
    from bot import app
    from bot.claude import lazy_client
    from bot.cli import process

    stop = process.stop_signal()
    async with beating(), app.working(read, cell, owner) as inbox:
        await lazy_client.load()
        process.collect_garbage()
        ends = [asyncio.create_task(inbox.idle()), asyncio.create_task(stop.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()


if __name__ == "__main__":
    sys.exit(main())
