"""Usage: whose, over which days, and the totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum


class UsageScope(StrEnum):
    """Whose usage it is."""

    PERSON = "person"
    CHANNEL = "channel"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class UsageView:
    """Whose usage to show, and for how many days, including today."""

    scope: UsageScope
    days: int

    def since(self, now: datetime) -> datetime:
        """Return when it begins: days are those of UTC."""
        return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """The calls of one day, purpose and model, summed up; tokens are told apart as `bot.calls.Call` does.

    `turns` are what people asked for, each counted where its first call is. `cost_micros` leaves out the calls
    without a known price, of which there are `unpriced`. The latencies, None where there are none, are those of
    single requests that went well. `median_ms` is the least one here that is no less than the median of all that
    has this purpose, `slow_ms` the same for the 95th percentile; the least of those of all days is therefore the
    purpose's own. `of_all` are both for all purposes together.
    """

    day: date
    purpose: str
    model: str
    turns: int
    calls: int
    failed: int
    stopped: int
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    cost_micros: int
    unpriced: int
    median_ms: int | None
    slow_ms: int | None
    median_of_all_ms: int | None
    slow_of_all_ms: int | None
    web_searches: int = 0
    web_fetches: int = 0
