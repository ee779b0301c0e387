"""Watching an event loop: how long it was held, at most."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import NamedTuple, Self

TICK = 0.005  # seconds between two looks
_TASKS = Path("/proc/self/task")


class LoopWatch:
    """Measures the longest hold of the loop that it runs on, as an async context manager.

    A hold is how much later than due the loop came to its timers, whatever kept it: its own work, a thread with
    Python's lock, a system call. What other processes took of the processor meanwhile does not count, where the
    kernel tells: https://docs.kernel.org/scheduler/sched-stats.html
    """

    def __init__(self) -> None:
        self._longest = 0.0

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()
        await asyncio.wait([self._watching])

    def take(self) -> float:
        """Return the longest hold since the last call, in seconds."""
        longest, self._longest = self._longest, 0.0
        return longest

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began, before = loop.time(), _times()
            await asyncio.sleep(TICK)
            late = loop.time() - began - TICK
            if late > self._longest:
                self._longest = max(self._longest, _own(late, before, _times()))


class _Times(NamedTuple):
    """Seconds that the loop's thread has run, and could have run but others did; and the same of all other threads."""

    run: float
    kept: float
    others_run: float
    others_kept: float


def _own(late: float, before: _Times, after: _Times) -> float:
    """Return how much of a delay is this process's own doing.

    While the loop's thread sleeps it waits for a system call, or for a thread of ours that has the lock: one that
    runs, or that is itself kept from running by other processes.
    """
    run, kept, others_run, others_kept = (new - old for new, old in zip(after, before, strict=True))
    asleep = max(0.0, late - run - kept)
    return min(late, run + min(asleep, others_run + max(0.0, asleep - others_run - others_kept)))


def _times() -> _Times:
    own, others = (0.0, 0.0), [(0.0, 0.0)]
    for task in _TASKS.iterdir() if _TASKS.exists() else ():
        try:
            run, kept, _ = (task / "schedstat").read_text(encoding="ascii").split()
        except (OSError, ValueError):  # the thread has ended
            continue
        spent = (int(run) / 1e9, int(kept) / 1e9)
        if task.name == str(threading.get_native_id()):
            own = spent
        else:
            others.append(spent)
    return _Times(*own, *(sum(column) for column in zip(*others, strict=True)))
