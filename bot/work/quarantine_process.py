"""A quarantine process's own side: it shows that it is alive, and ends with the bot that started it."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BEAT = 0.5  # seconds


def end_with_the_bot() -> None:
    """End when the bot does, which holds the other end of our input: running jobs are taken over later."""
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    while os.read(0, 1024):  # not by `sys.stdin`, whose lock would be held at our own end
        pass
    os._exit(1)


@asynccontextmanager
async def beating(beat: float = BEAT) -> AsyncIterator[None]:
    """Write a line to standard output every so many seconds, while the loop runs."""

    async def show() -> None:
        while True:
            os.write(1, b"\n")
            await asyncio.sleep(beat)

    beats = asyncio.create_task(show())
    try:
        yield
    finally:
        beats.cancel()
