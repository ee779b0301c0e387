"""What there is more of than usual: posts about the same thing, and categories that come far too often."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.triage.item import Feedback

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

DAY = timedelta(days=1)
HISTORY = timedelta(days=28)
ENOUGH_HISTORY = timedelta(days=7)  # before, nobody knows what is usual
RARE = 0.001  # how likely so many are by chance, at most
LEAST = 5  # posts of a category: fewer are no alarm, however unusual
LEAST_USUAL = 0.5  # posts a day that count as usual where there were hardly any


@dataclass(frozen=True, slots=True)
class Trend:
    """Posts that belong together. `usual` is how many a day there were before, None where that is not the point."""

    key: str
    category: str
    records: tuple[Feedback, ...]
    usual: float | None = None


def trends(records: Sequence[Feedback], now: datetime, *, least: int, within: timedelta) -> list[Trend]:
    """Find the trends of a channel in its records of four weeks and a day; `least` alike `within` a time make one."""
    return [*alike(records, now, least=least, within=within), *unusual(records, now)]


def alike(records: Sequence[Feedback], now: datetime, *, least: int, within: timedelta) -> list[Trend]:
    """Find what was reported by several, the most frequent first."""
    groups = defaultdict(list)
    for one in sorted(records, key=lambda record: record.said_at):
        if one.said_at > now - within:
            groups[one.root or one.id].append(one)
    found = [
        Trend(f"root:{root}", ones[0].category, tuple(ones)) for root, ones in groups.items() if len(ones) >= least
    ]
    return sorted(found, key=lambda trend: -len(trend.records))


def unusual(records: Sequence[Feedback], now: datetime) -> list[Trend]:
    """Find categories with more posts in a day than their own four weeks before explain, by a Poisson test."""
    before = [one for one in records if now - DAY - HISTORY < one.said_at <= now - DAY]
    oldest = min((one.said_at for one in before), default=now)
    history = now - DAY - oldest
    if history < ENOUGH_HISTORY - DAY:
        return []
    found = []
    fresh = defaultdict(list)
    for one in records:
        if one.said_at > now - DAY and one.category:
            fresh[one.category].append(one)
    for category, ones in fresh.items():
        usual = sum(one.category == category for one in before) / max(1.0, history / DAY)
        if len(ones) >= LEAST and at_least(len(ones), max(usual, LEAST_USUAL)) < RARE:
            found.append(Trend(f"category:{category}", category, tuple(reversed(ones)), usual))
    return found


def at_least(count: int, mean: float) -> float:
    """Return how likely `count` events or more are where `mean` are usual, by the Poisson distribution."""
    below = sum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(count))
    return max(0.0, 1 - below)
