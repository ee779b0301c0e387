"""The bot with a watch on its event loop: `python -m benchmarks.hold serve --migrate`, told by HOLDS where to write.

A hold is what the process computes between two turns of its loop, in whatever thread: while another process has the
processor, nothing is held. Each of some milliseconds becomes a line of that file, with what ran for longest in it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING, TextIO

from bot.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

TOLD = 0.010  # seconds
EVERY = 0.001


class Watch:
    """Looks at a loop from within; `told` takes each hold, as its seconds and the name of what ran for longest."""

    def __init__(self, loop: asyncio.AbstractEventLoop, told: Callable[[float, str], None]) -> None:
        self._loop, self._told = loop, told
        self._spent = 0.0
        self._longest, self._ran = 0.0, ""

    def start(self) -> None:
        """Look from the next turn on."""
        self._spent = time.process_time()
        self._loop.call_soon(self._look)

    def ran(self, handle: asyncio.Handle, seconds: float) -> None:
        """Take in what ran, and for how long."""
        if seconds > self._longest:
            self._longest, self._ran = seconds, _name(handle)

    def _look(self) -> None:
        now = time.process_time()
        if now - self._spent > TOLD:
            self._told(now - self._spent, self._ran)
        self._spent, self._longest, self._ran = now, 0.0, ""
        self._loop.call_later(EVERY, self._look)


def _name(handle: asyncio.Handle) -> str:
    callback = handle._callback  # type: ignore[attr-defined] # noqa: SLF001 (no other way tells)
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return getattr(owner.get_coro(), "__qualname__", owner.get_name())
    return getattr(callback, "__qualname__", type(callback).__name__)


def watch(file: TextIO) -> None:
    """Watch every loop that this process makes from now on."""
    watches: dict[asyncio.AbstractEventLoop, Watch] = {}

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            loop = super().new_event_loop()
            watches[loop] = Watch(loop, lambda seconds, ran: print(f"{seconds:.4f} {ran}", file=file, flush=True))
            watches[loop].start()
            return loop

    run = asyncio.Handle._run  # noqa: SLF001 (as above)

    def timed(handle: asyncio.Handle) -> None:
        started = time.thread_time()
        run(handle)
        watched = watches.get(handle._loop)  # type: ignore[attr-defined] # noqa: SLF001 (as above)
        if watched is not None:
            watched.ran(handle, time.thread_time() - started)

    asyncio.Handle._run = timed  # type: ignore[assignment, method-assign] # noqa: SLF001 (as above)
    asyncio.set_event_loop_policy(Policy())


if __name__ == "__main__":
    with open(os.environ["HOLDS"], "a", encoding="utf-8") as holds:  # noqa: PTH123 (for as long as the bot runs)
        watch(holds)
        sys.exit(main())
