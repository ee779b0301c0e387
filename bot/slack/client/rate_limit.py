"""The rate budget: Slack's rate limits, kept by all replicas together before Slack refuses calls."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.domain.rate_limit import SLOT, end_of, slot_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.domain.message import Place
    from bot.core.domain.rate_limit import Lease
    from bot.core.ports.quota import Quota

log = logging.getLogger(__name__)

START, APPEND, STOP = "chat.startStream", "chat.appendStream", "chat.stopStream"
POST, UPDATE, DELETE, EPHEMERAL = "chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral"
STATUS = "agents.sessions.setStatus"
REACT, UNREACT = "reactions.add", "reactions.remove"
SEARCH = "assistant.search.context"

# Calls a minute, by workspace; https://docs.slack.dev/apis/web-api/rate-limits (tiers 2, 3 and 4, and "several hundred"
# messages). Slack may allow more, and counts each method by itself.
PER_MINUTE = {START: 20, STOP: 20, APPEND: 100, POST: 300, UPDATE: 50, DELETE: 50, EPHEMERAL: 100, STATUS: 50}
PER_MINUTE |= {REACT: 50, UNREACT: 20, SEARCH: 10}
# Messages to one channel: one a second, and short bursts.
CHANNEL_PER_MINUTE = 60
CHANNEL_BURST = 3

LEASES_PER_LIMIT = 10  # a replica takes a tenth of a limit at a time, as it may not need more
LARGEST_LEASE = 50  # calls: what a process had taken when it died is no one's until the minute is over
LEASE_DEADLINE = 3.0  # seconds
MOST_LEASES = 2_000
NOTABLE = 0.5  # seconds: who waited for longer is counted


@dataclass(slots=True)
class LocalLease:
    """This replica's part of one limit."""

    slot: int = 0
    left: int = 0
    used: int = 0
    exhausted_until: dict[int, float] = field(default_factory=dict)  # by level
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)
    queue: asyncio.Lock = field(default_factory=asyncio.Lock)


class Budget:
    """The calls that can be made. `factor` multiplies the documented limits, if Slack allows an app more.

    `on_short` gets a method, and whether a call "waited", was "withheld", or "refused" by Slack. When the database does
    not answer, only necessary calls are made, and Slack refuses what is too much.
    """

    def __init__(
        self,
        quota: Quota,
        *,
        factor: float = 1,
        clock: Callable[[], float] = time.time,
        on_short: Callable[[str, str], None] | None = None,
    ) -> None:
        self.factor = factor
        self._on_short = on_short or (lambda _method, _outcome: None)
        self._quota = quota
        self._clock = clock
        self._leases: defaultdict[str, LocalLease] = defaultdict(LocalLease)
        self._next_post: dict[str, float] = {}

    async def take(self, method: str, place: Place, *, reserve: float = 0) -> bool:
        """Take one call, if it can be made now and leaves the fraction `reserve` of the limit for what matters more."""
        is_to_be_had = await self._take(
            f"{place.workspace}:{method}", PER_MINUTE[method], reserve=reserve, if_unknown=False
        )
        if not is_to_be_had:
            self._on_short(method, "withheld")
        return is_to_be_had

    async def wait(self, method: str, place: Place) -> None:
        """Wait for one call, in the order of waiting; for a message also for its channel's turn."""
        begun = self._clock()
        if method == POST:
            await self._wait(f"{place.workspace}:{place.channel}:{POST}", CHANNEL_PER_MINUTE)
            await self._space(f"{place.workspace}:{place.channel}")
        await self._wait(f"{place.workspace}:{method}", PER_MINUTE[method])
        if self._clock() - begun > NOTABLE:
            self._on_short(method, "waited")

    async def refused(self, method: str, place: Place, seconds: float) -> None:
        """Record that Slack refused a call for so many seconds: all replicas hold back."""
        log.warning("Slack refused %s for %.0f s, within its documented rate", method, seconds)
        self._on_short(method, "refused")
        key = f"{place.workspace}:{method}"
        self._leases[key].left = 0
        try:
            async with asyncio.timeout(LEASE_DEADLINE):
                await self._quota.close(key, seconds)
        except Exception as error:  # noqa: BLE001 (whatever it was, Slack will say it again)
            log.warning("the refusal could not be shared: %s", type(error).__name__)

    def room(self, method: str, place: Place) -> int:
        """Return how many calls of a method can still be made this minute, as far as known here."""
        local = self._leases.get(f"{place.workspace}:{method}")
        return self._limit(PER_MINUTE[method]) - (local.used - local.left if local else 0)

    def _limit(self, documented: int) -> int:
        return max(1, int(documented * self.factor))

    async def _take(self, key: str, documented: int, *, reserve: float = 0, if_unknown: bool) -> bool:
        """Take one call; `if_unknown` is the answer when the database does not respond."""
        limit = self._limit(documented)
        level = max(1, int(limit * (1 - reserve)))
        local = self._leases[key]
        async with local.taking:
            now = self._clock()
            if local.left and local.slot == slot_of(now) and local.used - local.left < level:
                local.left -= 1
                return True
            if now < local.exhausted_until.get(level, 0):
                return False
            lease = await self._lease(key, max(1, min(limit // LEASES_PER_LIMIT, LARGEST_LEASE)), level, local)
            if lease is None:
                return if_unknown
            local.slot, local.left, local.used = lease.slot, max(0, lease.granted - 1), lease.used
            if not lease.granted:
                local.exhausted_until[level] = end_of(lease.slot)
            return lease.granted > 0

    async def _lease(self, key: str, wanted: int, level: int, local: LocalLease) -> Lease | None:
        back = (local.slot, local.left)
        local.left = 0
        self._forget_idle()
        try:
            async with asyncio.timeout(LEASE_DEADLINE):
                return await self._quota.lease(key, wanted, level, back)
        except Exception as error:  # noqa: BLE001 (whatever it was, an answer must not wait for it)
            log.warning("the rate budget is unavailable: %s", type(error).__name__)
            return None

    async def _wait(self, key: str, documented: int) -> None:
        async with self._leases[key].queue:
            while not await self._take(key, documented, if_unknown=True):
                now = self._clock()
                await asyncio.sleep(end_of(slot_of(now)) - now + random.uniform(0, 0.1))  # noqa: S311 (no secret)

    async def _space(self, channel: str) -> None:
        """Allow only a short burst of messages to a channel at once."""
        gap = 1 / self.factor
        now = self._clock()
        at = max(now, self._next_post.get(channel, 0.0)) + gap
        self._next_post[channel] = at
        await asyncio.sleep(max(0.0, at - CHANNEL_BURST * gap - now))

    def _forget_idle(self) -> None:
        if len(self._leases) + len(self._next_post) <= MOST_LEASES:
            return
        now = self._clock()
        for key, local in list(self._leases.items()):
            if end_of(local.slot) + SLOT < now and not local.taking.locked() and not local.queue.locked():
                del self._leases[key]
        self._next_post = {channel: at for channel, at in self._next_post.items() if at > now}
