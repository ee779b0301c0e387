"""Quarantine: jobs whose process died twice while they ran are run in a separate process, which is watched.

A death of the process says nothing about which of its jobs was at fault, nor whether any was: machines run out of
memory, people pull plugs, supervisors lose patience. So it raises suspicion, and never convicts:

- A job that was running when its process died runs again with all others. Deaths count as no attempts.
- After a second death it is a suspect (`SUSPECT`). Suspects run in a process of their own, so no later death by their
  doing reaches a neighbor or a start: at first sixteen at a time (`TOGETHER`), one that has seen that process die
  alone in it.
- A death of the bot while suspects were kept out of it is not their doing: those that no crash speaks against run with
  all others again, and the next death in there makes them suspects again. So no one who kills the bot every second
  keeps turns from being answered in between.
- The bot watches that process: only when it dies, or falls silent for most of a lease, while the bot itself lives,
  does that count against what was running in it (`crashes`). At the third (`GUILTY`), the last two of them alone, the
  job is set aside, and whoever asked is told.

So a job that kills its process brings the bot down twice (and once more for each death of the bot that it had no part
in, while it waits), and nothing but itself after that. Whoever kills the bot ends its quarantine with it, which counts
for nothing, however often and however quickly it happens. An innocent job can be
set aside only by three separate kills of exactly the quarantine's process while the job runs there, by itself in two
of them. Where a machine runs out of memory once an hour and each time that process is chosen, a turn of 10 s meets that
with a probability of (10 / 3600)³, two in a hundred million, after the bot has died in it twice.

A suspect's own key waits for it; others don't. On several replicas each may run suspects: a job is claimed by one.
A process that was told to stop hands back what it ran; that does not count as a death. After an outage of the database,
in which no lease could be renewed, nothing counts, as no one knows who died.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.work.claim import Cell
from bot.work.lease import USED_UNTIL, new_owner
from bot.work.retry import LONGEST_PAUSE, cause

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process
    from collections.abc import Collection

    from bot.work.lease import Leases

log = logging.getLogger(__name__)

TOGETHER = 16  # suspects at a time that have not seen the quarantine's process die
STARTING = 60.0  # seconds until its first sign of life
MISSES = 2  # in a row: a look may come late because we were held up ourselves
ENDING = 15.0  # seconds beside the grace

OpenCell = Callable[[Cell, str], Awaitable["Process"]]
"""Starts a process that works as `Inbox(cell=…, owner=…)` until nothing is left, writing a line every half second."""


class Quarantine:
    """Runs a process for suspects whenever there are some. `poll` is how often to look, in seconds."""

    def __init__(self, leases: Leases, open_cell: OpenCell, kinds: Collection[str], poll: float) -> None:
        self._leases, self._open, self._kinds, self._poll = leases, open_cell, kinds, poll
        self._process: Process | None = None
        self._stopping = False

    async def keep(self) -> None:
        """Run what waits in quarantine, forever."""
        pause = self._poll
        while not self._stopping:
            try:
                cell = await self._leases.suspects(self._kinds)
                is_well = cell is None or await self._run(cell)
            except Exception as error:  # noqa: BLE001 (whatever it was, the next look comes)
                log.warning("what is in quarantine has to wait: %s", cause(error))
                is_well = False
            pause = self._poll if is_well else min(LONGEST_PAUSE, 2 * pause)
            await asyncio.sleep(pause)

    async def stop(self, grace: float) -> None:
        """Tell the process to release what it runs, and make it end within `grace` seconds."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(grace + ENDING):
                await process.wait()
        except TimeoutError:
            process.kill()

    async def _run(self, cell: Cell) -> bool:
        """Run suspects until none is left or their process dies; return whether it ran any."""
        owner = new_owner()
        log.warning("running jobs suspected of killing their process in a process apart, %s", cell)
        process = self._process = await self._open(cell, owner)
        try:
            status = await self._watch(process)
        finally:
            if process.returncode is None:
                process.kill()
        crashed = await self._leases.bury(owner, is_crash=not self._stopping)
        if status:
            log.error("the process in quarantine ended with %d, %d jobs in it", status, crashed)
        return status == 0 or crashed > 0

    async def _watch(self, process: Process) -> int:
        """Wait for a process to end, and kill it if it stops responding. Its standard output must be a pipe."""
        signs: StreamReader = process.stdout  # type: ignore[assignment]
        patience, missed = STARTING, 0
        while missed < MISSES:
            try:
                async with asyncio.timeout(patience / MISSES):
                    sign = await signs.readline()
            except TimeoutError:
                missed += 1
                continue
            if not sign:
                return await process.wait()
            patience, missed = self._leases.length * USED_UNTIL, 0
        log.error("the process in quarantine stopped responding")
        process.kill()
        return await process.wait()
