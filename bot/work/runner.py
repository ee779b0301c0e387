"""Runs one claim: attempts the job, and records its outcome."""

from __future__ import annotations

import asyncio
import logging
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import turn
from bot.work.crashes import GUILTY
from bot.work.job import AbandonedError, Charge, DeadlyError, GivenUp, Handler, Job
from bot.work.lease import LeaseLostError
from bot.work.retry import Policy, cause

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.turn import Spending
    from bot.work.claim import Claim
    from bot.work.delivery import Finish
    from bot.work.group_commit import Commits
    from bot.work.job import Recorder, Watch
    from bot.work.lease import Leases

log = logging.getLogger(__name__)

# How often to try to tell a person that a job has failed for good; and where that kills its process.
TELLINGS, DEADLY_TELLINGS = 3, 2
RECORDING = 3.0  # seconds that a cancelled job may take to write its calls down


@dataclass(frozen=True, slots=True)
class Work:
    """The registration of a kind of deliveries."""

    handler: Handler
    given_up: GivenUp
    charge: Charge
    policy: Policy
    passing: frozenset[str] = frozenset()


class Runner:
    """Runs the claims of one inbox. `work` is what is registered, by kind; `jobs` are those that run."""

    def __init__(
        self,
        leases: Leases,
        commits: Commits,
        policy: Policy,
        *,
        watch: Watch | None,
        prepare: Callable[[], Awaitable[None]] | None,
        admit: Callable[[Job], Awaitable[bool]] | None,
        recorder: Recorder | None,
    ) -> None:
        self.work: dict[str, Work] = {}
        self.jobs: dict[Claim, Job] = {}
        self._leases, self._commits, self._policy = leases, commits, policy
        self._watch, self._prepare, self._admit, self._recorder = watch, prepare, admit, recorder

    async def run(self, claim: Claim) -> None:
        """Attempt a job and record its outcome. Without its lease, it is left to the next owner."""
        job = self.jobs[claim] = Job(claim, self._leases)
        spending = turn.begin(job).spending  # a task has a context of its own
        try:
            await self._work_off(claim, job, spending)
        except LeaseLostError:
            log.warning("the job is no longer ours")
            await self._record(spending)
        except asyncio.CancelledError:
            await self._record(spending)
            raise

    async def _work_off(self, claim: Claim, job: Job, spending: Spending) -> None:
        if claim.crashes >= GUILTY + DEADLY_TELLINGS:
            await self._give_up(claim, DeadlyError.__name__, None)
            return
        if claim.attempt > self._policy.attempts + TELLINGS:
            await self._give_up(claim, claim.cause or AbandonedError.__name__, None)
            return
        try:
            finish = await self._attempt(claim, job, spending)
            await self._leases.done(claim, finish or self._unrecorded(spending))
            self._tell_end(claim, "done")
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001 (the policy judges it)
            await self._failed(claim, job, spending, error)

    def _unrecorded(self, spending: Spending) -> Finish | None:
        """Return what writes the calls of a job down that is left without a finish, None where it made none."""
        if self._recorder is None or not spending.calls:
            return None
        record = self._recorder
        return lambda connection: record(connection, spending)

    async def _record(self, spending: Spending) -> None:
        """Write down the calls of a job that someone else will leave: no token can fence what has been."""
        if (write := self._unrecorded(spending)) is None:
            return
        try:
            async with asyncio.timeout(RECORDING):
                await self._commits.write(write)
        except Exception as error:  # noqa: BLE001 (whatever it was, the job itself is safe)
            log.warning("lost which calls the job had made: %s", cause(error))

    async def _attempt(self, claim: Claim, job: Job, spending: Spending) -> Finish | None:
        """Run a job's handler. Raises what that raises, and an error if it has had too many attempts or crashes."""
        spending.cost_center = self.work[job.kind].charge(job.payload)
        if self._prepare is not None:
            await self._prepare()
        if claim.crashes >= GUILTY:
            raise DeadlyError
        if job.attempt > self._policy.attempts:
            raise AbandonedError
        left = self.work[job.kind].policy.patience - claim.tried_before
        async with asyncio.timeout(min(left, self._policy.patience)):
            if self._admit is not None and not await self._admit(job):
                return None
            return await self.work[job.kind].handler(job)

    async def _failed(self, claim: Claim, job: Job, spending: Spending, error: Exception) -> None:
        """Schedule the next attempt of a failed job, or mark it as failed for good after the person was told."""
        policy = self.work[claim.kind].policy
        pause = policy.pause(error, claim.attempt, claim.tried())
        if pause is not None:
            log.warning("attempt %d failed, the next is in %.1f s: %s", claim.attempt, pause, cause(error))
            counted = claim.attempt if policy.counts(error) else claim.attempt - 1
            await self._leases.again(claim, self._unrecorded(spending), cause(error), pause, counted)
            self._tell_end(claim, "again")
            return
        reason = claim.cause if claim.cause and isinstance(error, AbandonedError) else cause(error)
        log.error("gave up after attempt %d: %s\n%s", claim.attempt, reason, frames(error))
        try:
            async with asyncio.timeout(self._policy.patience):
                finish = await self.work[claim.kind].given_up(job, error)
            await self._give_up(claim, reason, finish or self._unrecorded(spending))
            self._tell_end(claim, "failed")
        except LeaseLostError:
            raise
        except Exception as second:  # noqa: BLE001 (whatever it was, the person does not know yet)
            log.error("no one could be told: %s\n%s", cause(second), frames(second))  # noqa: TRY400 (no message text)
            attempts = max(claim.attempt, self._policy.attempts)
            await self._leases.again(claim, self._unrecorded(spending), reason, self._policy.backoff, attempts)

    async def _give_up(self, claim: Claim, reason: str, finish: Finish | None) -> None:
        await self._leases.failed(claim, reason, finish, passing=self.work[claim.kind].passing)

    def _tell_end(self, claim: Claim, outcome: str) -> None:
        if self._watch is not None:
            self._watch.ended(claim.kind, outcome, claim.tried())


def frames(error: BaseException) -> str:
    """Return an error's traceback without its message, which may hold a person's words."""
    return "".join(traceback.format_tb(error.__traceback__))
