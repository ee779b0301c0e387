"""Injected faults of Web API calls: of the next calls, or of a reproducible random share."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class CallFault:
    """What goes wrong with the next calls of a method: an `error`, a `status`, a `retry_after`, a `drop`, a `hang`."""

    error: str = ""  # one of Slack's codes
    status: int = 0  # an HTTP status without JSON
    retry_after: int = 0  # a 429 with that many seconds
    drop: Literal["", "request", "answer"] = ""  # cut the connection, before or after the method has done its work
    times: int = 1
    after: int = 0  # as many calls succeed first
    # Seconds without an answer, before the connection is cut; nothing is done, unless `drop` loses only the answer.
    hang: float = 0


# For calls without an injected fault.
NO_FAULT = CallFault()


@dataclass(frozen=True, slots=True)
class RandomFault:
    """A fault of a random, but reproducible, share of a method's calls."""

    fault: CallFault
    tenths: int = 10  # of the calls
    seed: int = 0
    over: int = -1  # only calls with more characters of text than this

    def meets(self, method: str, number: int, values: dict[str, Any]) -> bool:
        """Return whether the nth call of a method fails."""
        chosen = random.Random(f"{self.seed} {method} {number}").random() * 10 < self.tenths  # noqa: S311 (no secret)
        return chosen and len(str(values.get("blocks") or values.get("text") or "")) > self.over


@dataclass(slots=True)
class Faults:
    """The faults of a workspace: the queued ones and the random ones, by method."""

    waiting: dict[str, deque[CallFault]] = field(default_factory=lambda: defaultdict(deque))
    shares: dict[str, RandomFault] = field(default_factory=dict)
    _calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __getitem__(self, method: str) -> deque[CallFault]:
        """Return a method's queued faults."""
        return self.waiting[method]

    def next(self, method: str, values: dict[str, Any]) -> CallFault:
        """Count a call, and return what goes wrong with it."""
        self._calls[method] += 1
        if self.waiting[method]:
            return self._next_of(self.waiting[method])
        share = self.shares.get(method)
        return share.fault if share and share.meets(method, self._calls[method], values) else NO_FAULT

    def _next_of(self, waiting: deque[CallFault]) -> CallFault:
        fault = waiting[0]
        if fault.after:
            fault.after -= 1
            return NO_FAULT
        fault.times -= 1
        if fault.times <= 0:
            waiting.popleft()
        return fault
