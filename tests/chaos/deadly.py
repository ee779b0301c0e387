"""An inbox in a process of its own, with jobs that kill it.

`python -m tests.chaos.deadly URL LEASE [CELL OWNER]`; with a cell and an owner it is the quarantine of such a process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import Record
from bot.db.engine import Database
from bot.db.threads import record
from bot.work import TOGETHER, Cell, Finish, Inbox, InboxLimits, Job
from bot.work.quarantine_process import beating, end_with_the_bot
from tests.support.turn import no_one

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
DEATHS: dict[str, Callable[[], object]] = {
    "abort": os.abort,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": partial(os._exit, 3),
    "hang": lambda: threading.Event().wait(),  # holds the loop forever
}


def saying(job: Job, words: str) -> Finish:
    """Finish by writing down what came of a job."""
    place = Place("T1", "C1", job.key)
    return partial(record, record=Record(place, "U1", messages=(Message(Role.ASSISTANT, "", words, job.id),)))


async def innocent(job: Job) -> Finish:
    """Take a while."""
    await asyncio.sleep(job.payload["seconds"])
    return saying(job, "done")


async def deadly(job: Job) -> None:
    """Take the process down, as what runs beside it has begun."""
    await asyncio.sleep(job.payload["seconds"])
    DEATHS[job.payload["how"]]()


async def give_up(job: Job, error: Exception) -> Finish:
    """Tell why."""
    return saying(job, type(error).__name__)


async def main(url: str, lease: float, cell: Cell, owner: str) -> None:
    """Work until nothing is left."""

    async def open_cell(cell: Cell, owner: str) -> asyncio.subprocess.Process:
        command = (sys.executable, "-m", __spec__.name, url, str(lease), cell, owner)
        return await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )

    running = {Cell.OPEN: 200, Cell.SHARED: TOGETHER, Cell.ALONE: 1}[cell]
    database = Database.open(url)
    inbox = Inbox(
        database.writer,
        InboxLimits(running=running, lease=lease, poll=0.1, startup_delay=3_600),
        is_transient=lambda _: False,
        cell=cell,
        owner=owner,
        quarantine=open_cell if cell is Cell.OPEN else None,
    )
    inbox.handle("innocent", innocent, give_up, charge=no_one)
    inbox.handle("deadly", deadly, give_up, charge=no_one)
    await inbox.start()
    async with beating(lease / 5):
        while True:
            await inbox.idle()
            if cell is not Cell.OPEN or not (counts := await inbox.counts()).ready + counts.running:
                break
            await asyncio.sleep(0.05)  # suspects are others' to run
    await inbox.stop(grace=1)
    await database.close()


def live(url: str, lease: float) -> None:
    """Be such a process, from behind its imports on."""
    os.chdir(ROOT)
    asyncio.run(main(url, lease, Cell.OPEN, ""))


if __name__ == "__main__":
    end_with_the_bot()
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), Cell((*sys.argv[3:], "open")[0]), (*sys.argv[4:], "")[0]))
