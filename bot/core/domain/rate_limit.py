"""A rate limit: how many calls of one kind can still be made in a sliding window."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field

SLOT = 3.0  # seconds; what is counted in a slot has to be called before the slot is over
# A minute, and two slots more: those that are not over yet at either end. It is also what the clocks of replicas may
# differ by, and what a call may take on its way.
SLOTS = 22
LOWERED = 600.0  # seconds that a limit stays lowered, after it proved to be lower than documented


def slot_of(now: float) -> int:
    """Return the number of the slot that a time is in; times are in seconds since 1970."""
    return int(now // SLOT)


def end_of(slot: int) -> float:
    """Return when a slot is over."""
    return (slot + 1) * SLOT


class Window(BaseModel):
    """The calls taken from one limit, by slots."""

    taken: dict[int, int] = Field(default_factory=dict)
    closed_until: float = 0
    lowered_until: float = 0

    def used(self, now: float) -> int:
        """Count the calls of the window that ends now."""
        self.taken = {slot: calls for slot, calls in self.taken.items() if slot > slot_of(now) - SLOTS}
        return sum(self.taken.values())

    def take(self, now: float, wanted: int, limit: int) -> int:
        """Take up to `wanted` calls, so that there are never more than `limit` in a minute; return how many."""
        if now < self.closed_until:
            return 0
        limit = max(1, limit // 2) if now < self.lowered_until else limit
        granted = max(0, min(wanted, limit - self.used(now)))
        if granted:
            self.taken[slot_of(now)] = self.taken.get(slot_of(now), 0) + granted
        return granted

    def give_back(self, slot: int, calls: int) -> None:
        """Give back calls that were taken in a slot and never made."""
        if calls and slot in self.taken:
            self.taken[slot] = max(0, self.taken[slot] - calls)

    def close(self, now: float, seconds: float) -> None:
        """Record that a call was refused for so many seconds, though it should not have been."""
        self.closed_until = max(self.closed_until, now + seconds)
        self.lowered_until = now + LOWERED


@dataclass(frozen=True, slots=True)
class Lease:
    """Calls that are ours to make before the slot they were taken in is over. `used`: of all replicas, with these."""

    slot: int
    granted: int
    used: int
