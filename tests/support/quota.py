"""What was taken of rate limits, without a database."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

from bot.core.domain.rate_limit import Lease, Window, slot_of

if TYPE_CHECKING:
    from collections.abc import Callable


class InMemoryQuota:
    """Implements `bot.core.ports.quota.Quota`; `leases` counts how often it was asked."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.leases = 0
        self._clock = clock
        self._windows: defaultdict[str, Window] = defaultdict(Window)

    async def lease(self, key: str, wanted: int, limit: int, back: tuple[int, int]) -> Lease:
        self.leases += 1
        now, window = self._clock(), self._windows[key]
        window.give_back(*back)
        granted = window.take(now, wanted, limit)
        return Lease(slot_of(now), granted, window.used(now))

    async def close(self, key: str, seconds: float) -> None:
        self._windows[key].close(self._clock(), seconds)
