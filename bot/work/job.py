"""The job that a handler gets, and its errors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection

from bot.errors import BotError
from bot.language import N_
from bot.turn import CostCenter, Spending
from bot.work.delivery import Finish
from bot.work.table import DISCARDED

if TYPE_CHECKING:
    from bot.work.claim import Claim
    from bot.work.lease import Leases


class AbandonedError(BotError):
    """The job was given up in an earlier attempt, when no one could be told."""


class DeadlyError(BotError):
    """The job's process died each time it ran, also when nothing else ran in it."""

    text = N_("I crashed each time I worked on this, so I have set it aside and moved on.")


class Job:
    """A delivery that is being run.

    `attempt` counts from 1, without attempts that ended with their process. `reference` is for the person and the log.
    `get` and `keep` make it a checkpoint of what the job has already made visible. `aside`, if its handler sets it,
    runs instead of a finish when the job ends without one: done, failed, to be retried, cancelled or no longer ours. It
    must be safe to run it twice. `cancelled` is set when the job is to end early; `is_discarded`: its result is
    discarded, and no one is told.
    """

    def __init__(self, claim: Claim, leases: Leases) -> None:
        self.id = claim.delivery
        self.key = claim.key
        self.kind = claim.kind
        self.payload: Mapping[str, Any] = json.loads(claim.payload)
        self.attempt = claim.attempt
        self.accepted_at = datetime.fromtimestamp(claim.accepted_at, UTC)
        self.reference = claim.reference
        self._claim = claim
        self._leases = leases
        self._state: dict[str, str] = json.loads(claim.state)
        self._keeping = asyncio.Lock()
        self.cancelled, self.is_discarded = asyncio.Event(), False
        if claim.halted:
            self.end_early(claim.halted)

    @property
    def was_begun(self) -> bool:
        """Return whether this is not the first claim: an earlier one may have left something outside."""
        return self._claim.token > 1

    @property
    def claims(self) -> int:
        """Return how often it has been claimed, this time included."""
        return self._claim.token

    @property
    def turn(self) -> Job:
        """Return the job itself, as a turn that runs."""
        return self

    def end_early(self, mark: int) -> None:
        """Apply the row's `halted`."""
        self.is_discarded = self.is_discarded or mark == DISCARDED
        self.cancelled.set()

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`, by this attempt or an earlier one."""
        return self._state.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`: committed on return, deleted when the job is done.

        Raises `LeaseLostError` if the job is no longer ours.
        """
        async with self._keeping:
            state = self._state | {key: value}
            await self._leases.keep(self._claim, json.dumps(state))
            self._state = state

    def check(self) -> None:
        """Raise `LeaseLostError` if the job may no longer be ours. Call it before each effect outside."""
        self._leases.check(self._claim)


class Watch(Protocol):
    """Observes jobs, to count them."""

    def accepted(self, kind: str, *, is_new: bool) -> None:
        """Count an accepted delivery."""

    def ended(self, kind: str, outcome: str, seconds: float) -> None:
        """Count an attempt that ended: "done", "again" or "failed", after so many seconds."""


Handler = Callable[[Job], Awaitable[Finish | None]]
GivenUp = Callable[[Job, Exception], Awaitable[Finish | None]]
Charge = Callable[[Mapping[str, Any]], CostCenter]
"""Says, by a job's payload, who pays for the calls to the model that it makes."""
Recorder = Callable[[Connection, Spending], None]
"""Writes down the calls of a job that is left without a finish. It must not matter whether it is run twice."""
