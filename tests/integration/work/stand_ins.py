"""Handlers that can be watched, held and made to fail."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.work import Finish, Job


class FlakyError(Exception):
    """A failure that passes."""

    code = "flaky"


class RecordingHandler:
    """Notes the jobs that it gets, fails as often as it was told to, and gives back `finish`."""

    def __init__(self, *failures: Exception, finish: Finish | None = None) -> None:
        self.jobs: list[Job] = []
        self._failures = list(failures)
        self._finish = finish

    async def __call__(self, job: Job) -> Finish | None:
        self.jobs.append(job)
        if self._failures:
            raise self._failures.pop(0)
        return self._finish

    @property
    def ids(self) -> list[str]:
        return [job.id for job in self.jobs]

    @property
    def attempts(self) -> list[int]:
        return [job.attempt for job in self.jobs]


class HeldHandler:
    """Holds each job until all are let go; notes those that were cancelled."""

    def __init__(self, finish: Finish | None = None) -> None:
        self.started: asyncio.Queue[Job] = asyncio.Queue()
        self.let_go = asyncio.Event()
        self.cancelled: asyncio.Queue[Job] = asyncio.Queue()
        self._finish = finish

    async def __call__(self, job: Job) -> Finish | None:
        self.started.put_nowait(job)
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.put_nowait(job)
            raise
        return self._finish


class RecordingGivenUp:
    """Notes what it has to tell, fails as often as it was told to, and gives back `finish`."""

    def __init__(self, *failures: Exception, finish: Finish | None = None) -> None:
        self.told: list[tuple[str, Exception]] = []
        self._failures = list(failures)
        self._finish = finish

    async def __call__(self, job: Job, error: Exception) -> Finish | None:
        self.told.append((job.id, error))
        if self._failures:
            raise self._failures.pop(0)
        return self._finish
