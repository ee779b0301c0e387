"""The job that a handler gets, and what it may come to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection

from bot.errors import BotError
from bot.turn import CostCenter, Spending
from bot.work.delivery import Finish
from bot.work.table import UNWANTED

if TYPE_CHECKING:
    from bot.work.claim import Claim
    from bot.work.lease import Leases


class AbandonedError(BotError):
    """It was given up in an earlier attempt, when no one could be told."""


class DeadlyError(BotError):
    """Its process died each time it ran there, also when nothing else did."""

    sentence = "I crashed each time I worked on this, so I have set it aside and moved on."


class Job:
    """A delivery that is being worked on.

    `attempt` counts from 1, without tries that ended with their process. `reference` is what a person and the log are
    told. With `get` and `keep` it is a checkpoint of what the job has already made visible.
    `halted` is set when somebody wants it to end early; `is_unwanted`: nobody wants what it does, nor to hear of it.
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
        self.halted, self.is_unwanted = asyncio.Event(), False
        if claim.halted:
            self.end_early(claim.halted)

    @property
    def was_begun(self) -> bool:
        """Tell whether this is not the first claim: a former one may have left something behind outside."""
        return self._claim.token > 1

    def end_early(self, wish: int) -> None:
        """Take in what was noted in the row's `halted`."""
        self.is_unwanted = self.is_unwanted or wish == UNWANTED
        self.halted.set()

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`, by this attempt or an earlier one."""
        return self._state.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`: committed when it returns, gone when the job is done.

        Raises `LeaseLostError` when the job is no longer ours.
        """
        async with self._keeping:
            state = self._state | {key: value}
            await self._leases.keep(self._claim, json.dumps(state))
            self._state = state

    def check(self) -> None:
        """Raise `LeaseLostError` when the job may no longer be ours: to be called before each effect outside."""
        self._leases.check(self._claim)


class Watch(Protocol):
    """Who is told what happens to jobs, to count it."""

    def accepted(self, kind: str, *, is_new: bool) -> None:
        """Hear that a delivery is durable."""

    def ended(self, kind: str, outcome: str, seconds: float) -> None:
        """Hear that an attempt ended: "done", "again" or "failed", after so many seconds of trying."""


Handler = Callable[[Job], Awaitable[Finish | None]]
GivenUp = Callable[[Job, Exception], Awaitable[Finish | None]]
Charge = Callable[[Mapping[str, Any]], CostCenter]
"""Says, by a job's payload, who pays for the calls to the model that it makes."""
Recorder = Callable[[Connection, Spending], None]
"""Writes down the calls of a job that is left without a finish. It must not matter whether it is run twice."""
