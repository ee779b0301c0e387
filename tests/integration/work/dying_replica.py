"""A process that accepts a delivery and is killed while it works on it."""

from __future__ import annotations

import asyncio
import os
import signal

from bot.db.engine import Database
from bot.work import Delivery, Inbox, InboxLimits, Job
from tests.support.turn import no_one


async def die(job: Job) -> None:
    """Leave no chance to clean up."""
    await job.keep("ts", "1")
    os.kill(os.getpid(), signal.SIGKILL)


async def tell_nobody(_job: Job, _error: Exception) -> None:
    """Tell nobody."""


async def main(url: str, lease: float) -> None:
    """Work until killed."""
    inbox = Inbox(Database.open(url).writer, InboxLimits(lease=lease), is_transient=lambda _: False)
    inbox.handle("turn", die, tell_nobody, charge=no_one)
    await inbox.start()
    await inbox.accept(Delivery("E1", "K1", "turn", {"text": "Hello"}))
    await inbox.idle()


def live(url: str, lease: float) -> None:
    """Be such a process."""
    asyncio.run(main(url, lease))
