"""The inbox: runs jobs and keeps their leases."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bot.turn import NO_ONE
from bot.work.accept import Acceptance
from bot.work.amend import Amended, amend
from bot.work.claim import Cell
from bot.work.counts import count, count_before
from bot.work.dead_letters import retry_claimed
from bot.work.group_commit import Commits
from bot.work.job_retention import PURGE_EVERY, purge
from bot.work.lease import RENEWED_AFTER, Leases
from bot.work.limits import InboxLimits
from bot.work.periodic import Period, keep_time
from bot.work.process_lock import Presence
from bot.work.quarantine import Quarantine
from bot.work.retry import Policy, cause
from bot.work.runner import Runner, Work, frames
from bot.work.table import DISCARDED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.work.amend import Merge
    from bot.work.claim import Claim
    from bot.work.counts import JobCounts
    from bot.work.delivery import Delivery
    from bot.work.job import Charge, GivenUp, Handler, Job, Recorder, Watch
    from bot.work.quarantine import OpenCell

log = logging.getLogger(__name__)

# In seconds: how long a cancelled job may take to end, how long handing the rest back, how often to purge.
UNWINDING = 5.0
HANDING_BACK = 5.0
CANCELLATIONS_EVERY = 0.1  # between two looks at what other replicas were told to end; a person waits for it


class Inbox:
    """Durable work on a database: what `accept` stored is run, however often the process dies meanwhile.

    Jobs of one key run one at a time, in the order of their arrival, on whichever replica. A job whose error
    `is_transient` is attempted again, within the `limits`. `watch` is told what is accepted and what ends. `prepare` is
    the first thing in a job's task; `admit` refuses just before an attempt is done. `recorder` writes down which calls
    to the model a job made that is left without a finish: done, failed, to be attempted again, cancelled or no longer
    ours. `quarantine` starts a process for those jobs that seem to kill theirs (quarantine.py); such a process is an
    inbox with another `cell`, under a given `owner`, which runs nothing else and no periodic work.

    The token of a claim fences the database only: handlers call `Job.check` or `Job.keep` before they change anything
    outside. They can be cancelled at any time, and then run again from the start, perhaps elsewhere.
    """

    def __init__(  # noqa: PLR0913 (whom it asks, and where it runs)
        self,
        writer: AsyncEngine,
        limits: InboxLimits = InboxLimits(),  # noqa: B008 (it is frozen)
        *,
        is_transient: Callable[[Exception], bool],
        watch: Watch | None = None,
        prepare: Callable[[], Awaitable[None]] | None = None,
        admit: Callable[[Job], Awaitable[bool]] | None = None,
        recorder: Recorder | None = None,
        quarantine: OpenCell | None = None,
        cell: Cell = Cell.OPEN,
        owner: str = "",
    ) -> None:
        self._writer, self._limits, self._cell = writer, limits, cell
        self._policy = Policy(is_transient, limits.attempts, limits.patience, limits.backoff)
        self._wake, self._commits = asyncio.Event(), Commits(writer)
        self._leases = Leases(writer, self._commits, limits.lease, self._wake.set, cell=cell, owner=owner)
        self._runner = Runner(
            self._leases, self._commits, self._policy, watch=watch, prepare=prepare, admit=admit, recorder=recorder
        )
        self._work, self._jobs = self._runner.work, self._runner.jobs
        self._quarantine = Quarantine(self._leases, quarantine, self._work, limits.poll) if quarantine else None
        self._acceptance = Acceptance(self._commits, self._wake.set, limits.accept, watch)
        self._periods: list[Period] = []
        self._running: dict[Claim, asyncio.Task[None]] = {}
        self._background: list[asyncio.Task[None]] = []
        self._looked, self._stopping = asyncio.Event(), False
        self._presence: Presence | None = None
        self._unknown: set[str] = set()
        self.every("purge", PURGE_EVERY, self._purge)

    def handle(
        self,
        kind: str,
        handler: Handler,
        given_up: GivenUp,
        *,
        charge: Charge,
        patience: float | None = None,
        passing: Collection[str] = (),
    ) -> None:
        """Register the handler of a kind of deliveries, and what reports one that failed for good.

        `charge` says who pays for the calls to the model that either makes. `patience`, in seconds, is for work that no
        one waits for: it outlasts an outage, however often it is tried. What was kept under the keys `passing` is for
        the next attempt, and deleted when the job has failed for good. What either returns runs in the transaction that
        ends the job: both happen or neither does. It can run more than once, each time in a new transaction.
        """
        if kind in self._work:
            raise ValueError(f"{kind} has its handler already")  # not for people: a bug
        policy = self._policy if patience is None else replace(self._policy, patience=patience, is_patient=True)
        self._work[kind] = Work(handler, given_up, charge, policy, frozenset(passing))

    def every(self, name: str, seconds: float, handler: Handler) -> None:
        """Register work for each slot of `seconds`, run once by all replicas; missed slots are not made up for."""
        period = Period(name, seconds)
        self.handle(period.kind, handler, tell_no_one, charge=lambda _: NO_ONE)
        self._periods.append(period)

    async def accept(self, delivery: Delivery) -> bool:
        """Store a delivery, so that it will be run, whatever happens. Return False if it was already there.

        Raises what the database raises, `TimeoutError` after 2.5 seconds without it, `asyncio.QueueFull` when too many
        wait already, and `TypeError` or `ValueError` for a payload that is not JSON. Then nothing is promised, and the
        delivery has to come again.
        """
        return await self._acceptance.accept(delivery)

    def accept_duplicate(self, delivery: Delivery) -> None:
        """Count a delivery that `accept` has stored before, without asking the database for it."""
        self._acceptance.count(delivery, is_new=False)

    async def amend(self, delivery: str, merge: Merge) -> Amended:
        """Amend a delivery's waiting job, by its id, with what came later.

        `merge` gets its payload, and returns it with what it lacked. Durable on return. Raises as `accept` does.
        """
        async with asyncio.timeout(self._limits.accept):
            return await self._commits.share(partial(amend, delivery=delivery, merge=merge))

    async def cancel(
        self, key: str, is_meant: Callable[[str, Mapping[str, Any]], bool] = lambda _kind, _payload: True
    ) -> bool:
        """Cancel the job that runs under a key: at once here, within a tenth of a second on another replica.

        `is_meant` is asked with its kind and payload. Returns whether there is one. Raises what the database raises.
        """
        for claim, job in self._jobs.items():
            if claim.key == key and is_meant(job.kind, job.payload):
                job.cancelled.set()
        return await self._leases.cancel(key, is_meant)

    async def drop(self, key: str, is_meant: Callable[[str, Mapping[str, Any]], bool]) -> None:
        """Discard jobs of a key, running or waiting.

        `is_meant` selects them by their kind and payload. Raises what the database raises.
        """
        ids = await self._leases.drop(key, is_meant)
        for claim, job in self._jobs.items():
            if claim.id in ids:
                job.end_early(DISCARDED)

    async def retry(self, reference: str, share: str, claims: int) -> bool:
        """Retry a job that failed for good, as `dead_letters.retry_claimed` does. Raises what the database raises."""
        is_waiting = await retry_claimed(self._writer, reference, share, claims)
        self._wake.set()
        return is_waiting

    async def start(self) -> None:
        """Start working. Raises what the database raises; an inbox that was stopped can't be started again."""
        tasks = {"dispatch": self._dispatch(), "leases": self._keep_leases(), "cancellations": self._find_cancelled()}
        if self._cell is Cell.OPEN:
            if self._writer.dialect.name == "sqlite":
                await self._take_leftovers()
            tasks["every"] = keep_time(self._periods, self._writer, self.accept, self._limits.startup_delay)
        if self._quarantine is not None:
            tasks["quarantine"] = self._quarantine.keep()
        self._background = [asyncio.create_task(task, name=name) for name, task in tasks.items()]

    async def stop(self, grace: float) -> None:
        """Claim nothing more, wait `grace` seconds for running jobs, cancel and release the rest. Nothing is lost."""
        self._stopping = True
        self._wake.set()
        running = list(self._running.values())  # as they are now: the wait looks at them only once it has begun
        waits = [asyncio.wait(running, timeout=grace)] if running else []
        await asyncio.gather(*waits, *([self._quarantine.stop(grace)] if self._quarantine else []))
        for claim in self._running:
            claim.is_lost = True
        await end([*self._background, *self._running.values()])
        await self._acceptance.close()
        await self._commits.close()
        try:
            async with asyncio.timeout(HANDING_BACK):
                await self._leases.hand_back()
        except Exception as error:  # noqa: BLE001 (without it, the leases run out)
            log.warning("running jobs could not be released: %s", cause(error))
        if self._presence is not None:
            self._presence.leave()
            self._presence = None

    async def idle(self) -> None:
        """Wait until no job that is handled here is ready, waits for another attempt or runs here."""
        while True:
            looked = self._looked
            if not self._running and not await self._leases.has_work(self._work):
                return
            await looked.wait()

    async def counts(self) -> JobCounts:
        """Count the jobs of all replicas. Raises what the database raises."""
        return await count(self._writer)

    async def count_before(self, delivery: str) -> int:
        """Count the waiting jobs before a delivery, except periodic ones; 0 if it no longer waits.

        Raises what the database raises.
        """
        return await count_before(self._writer, delivery)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of deliveries that are worked on here."""
        return frozenset(self._work)

    @property
    def running(self) -> int:
        """How many jobs run here."""
        return len(self._running)

    @property
    def is_full(self) -> bool:
        """Whether all job slots here are taken."""
        return len(self._running) >= self._limits.running

    async def _take_leftovers(self) -> None:
        """Take over what a dead process left, without waiting for its leases, if only we can be running it."""
        self._presence = await asyncio.to_thread(Presence, f"{self._writer.url.database}.lock")
        if await asyncio.to_thread(self._presence.is_alone):
            has_died = await asyncio.to_thread(self._presence.begin)
            await self._leases.take_leftovers(has_died=has_died)
        await asyncio.to_thread(self._presence.share)

    async def _dispatch(self) -> None:
        """Claim jobs and run them, whenever there may be some and there is room."""
        while not self._stopping:
            self._wake.clear()
            room = self._limits.running - len(self._running)
            claims: list[Claim] = []
            if room > 0:
                try:
                    claims = await self._leases.claim(self._work, room)
                except Exception as error:  # noqa: BLE001 (whatever it was, jobs wait for us)
                    log.warning("no jobs could be claimed: %s", cause(error))
            if self._stopping:
                return  # what was claimed in the meantime is handed back with the rest
            for claim in claims:
                self._running[claim] = asyncio.create_task(self._runner.run(claim), name=f"job {claim.reference}")
                self._running[claim].add_done_callback(partial(self._ended, claim))
            self._tell_idle()
            if room <= 0 or len(claims) < room:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._limits.poll):
                        await self._wake.wait()

    def _tell_idle(self) -> None:
        """Make `idle` check again."""
        self._looked.set()
        self._looked = asyncio.Event()

    def _ended(self, claim: Claim, task: asyncio.Task[None]) -> None:
        """Make room for the next job. The next under its key was already claimed when it ended."""
        was_full = self.is_full
        del self._running[claim]
        self._jobs.pop(claim, None)
        if was_full:
            self._wake.set()
        self._tell_idle()
        if not task.cancelled() and (error := task.exception()):
            # The lease runs out, and it is attempted again.
            log.error("job %s stays as it is: %s\n%s", claim.reference, type(error).__name__, frames(error))

    async def _find_cancelled(self) -> None:
        """Look for jobs of ours to cancel, as requested on another replica or where they ran before."""
        # SQLite serves one process, whose own jobs are told at once; only one that died may have left a mark behind.
        every = self._limits.poll if self._writer.dialect.name == "sqlite" else CANCELLATIONS_EVERY
        while True:
            await asyncio.sleep(every)
            if not self._jobs:
                continue
            try:
                marks = await self._leases.cancelled()
            except Exception as error:  # noqa: BLE001 (whatever it was, the next look comes)
                log.warning("could not look for jobs to cancel: %s", cause(error))
                continue
            for claim, job in self._jobs.items():
                if mark := marks.get(claim.id):
                    job.end_early(mark)

    async def _keep_leases(self) -> None:
        """Renew the leases of running jobs, cancel what is no longer ours, free what others let expire."""
        while True:
            await asyncio.sleep(self._leases.length * RENEWED_AFTER)
            # Judged is only what was there before: meanwhile, more is claimed.
            claims = [claim for claim in self._running if not claim.is_lost]
            try:
                async with asyncio.timeout(self._leases.length * RENEWED_AFTER):
                    if freed := await self._leases.renew(claims):
                        log.warning("%d jobs had lost their replica", freed)
                        self._wake.set()
                    self._tell_unknown(await self._leases.other_kinds(self._work))
            except Exception as error:  # noqa: BLE001 (whatever it was, the leases go on running out)
                log.warning("no lease could be renewed: %s", cause(error))
            for claim, task in self._running.items():
                if claim.is_leaving or task.cancelling():
                    continue
                if claim.is_lost or self._leases.is_over(claim):
                    claim.is_lost = True
                    task.cancel()

    def _tell_unknown(self, kinds: set[str]) -> None:
        """Log kinds without a handler, once each: their jobs wait for a replica that has one."""
        for kind in sorted(kinds - self._unknown):
            log.error("jobs of the kind %s have to wait for a version that knows it", kind)
        self._unknown |= kinds

    async def _purge(self, _job: Job) -> None:
        """Delete old jobs."""
        await purge(self._writer, failed_kept=self._limits.failed_kept)


async def tell_no_one(_job: Job, _error: Exception) -> None:
    """Tell no one: no one has asked for periodic work."""


async def end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for them to end."""
    for task in tasks:
        if not task.cancelling():  # one that is ending already has something to write down
            task.cancel()
    if tasks:
        _, endless = await asyncio.wait(tasks, timeout=UNWINDING)
        for task in endless:
            log.error("%s does not end", task.get_name())
