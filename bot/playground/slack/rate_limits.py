"""Slack's rate limits: calls per method and minute in a workspace, about one message per second in a channel."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from bot.playground.slack.rules import POSTS_AT_ONCE, POSTS_PER_MINUTE, POSTS_PER_SECOND

WINDOW = 60.0
POST = "chat.postMessage"


@dataclass(frozen=True, slots=True)
class Violation:
    """A call that came too soon: its time (seconds since the epoch) and its `Retry-After` in seconds.

    `channel` is set if it hit the channel's own limit.
    """

    method: str
    at: float
    retry_after: int
    channel: str = ""


@dataclass(slots=True)
class Bucket:
    """A channel's token bucket: `room` for a burst, refilled by `POSTS_PER_SECOND`."""

    room: float
    at: float

    def wait(self, now: float) -> float:
        """Return the seconds until there is room for one message, 0 if there is."""
        self.room = min(POSTS_AT_ONCE, self.room + (now - self.at) * POSTS_PER_SECOND)
        self.at = now
        return max(0.0, (1 - self.room) / POSTS_PER_SECOND)


@dataclass(slots=True)
class RateLimits:
    """Counts calls and finds those that come too soon; these are kept in `violations` and not counted.

    Sources: https://docs.slack.dev/apis/web-api/rate-limits and the methods' own pages.
    """

    violations: list[Violation] = field(default_factory=list)
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def wait(self, method: str, per_minute: int | None, now: float) -> int:
        """Count a call of a method and return 0; past its limit, return the whole seconds to wait."""
        if per_minute is None:
            return 0
        recent = self._recent[method]
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        if len(recent) >= per_minute:
            wait = max(1, math.ceil(recent[0] + WINDOW - now)) if recent else math.ceil(WINDOW)
            self.violations.append(Violation(method, now, wait))
            return wait
        recent.append(now)
        return 0

    def wait_to_post(self, channel: str, now: float) -> int:
        """Count a message to a channel and return 0; past the channel's or workspace's limit, seconds to wait."""
        bucket = self._buckets.setdefault(channel, Bucket(POSTS_AT_ONCE, now))
        if seconds := bucket.wait(now):
            wait = max(1, math.ceil(seconds))
            self.violations.append(Violation(POST, now, wait, channel))
            return wait
        if wait := self.wait(POST, POSTS_PER_MINUTE, now):
            return wait
        bucket.room -= 1
        return 0
