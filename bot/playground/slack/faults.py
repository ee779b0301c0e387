"""Injected faults of Web API calls: of the next calls, or of a reproducible random share."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class CallFault:
    """What goes wrong with the next `times` calls of a method, after so many that go well: one of the five ways.

    `error` is a code of Slack's, `status` an HTTP status without JSON, `retry_after` a 429 with that many seconds.
    `drop` cuts the connection: "request" before anything was done, "answer" after the method did its work. `hang`: for
    so many seconds nothing comes, then the connection is cut, and nothing was done.
    """

    error: str = ""
    status: int = 0
    retry_after: int = 0
    drop: Literal["", "request", "answer"] = ""
    times: int = 1
    after: int = 0
    hang: float = 0


# What happens to a call that nothing was injected into.
NO_FAULT = CallFault()


@dataclass(frozen=True, slots=True)
class RandomFault:
    """A fault that meets some tenths of a method's calls, which `seed` chooses, of those with more text than `over`."""

    fault: CallFault
    tenths: int = 10
    seed: int = 0
    over: int = -1

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
