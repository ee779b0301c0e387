"""Find what there is more of than usual: posts about the same thing, and categories that come far too often.

The database counts: a channel may have thousands of records in four weeks, and this runs after each classification.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.ports.feedback_store import FeedbackStore

DAY = timedelta(days=1)
HISTORY = timedelta(days=28)
ENOUGH_HISTORY = timedelta(days=6)  # before the last day; with less, no one knows what is usual
RARE = 0.001  # how likely so many are by chance, at most
LEAST = 5  # posts of a category: fewer are no alarm, however unusual
LEAST_USUAL = 0.5  # posts a day that count as usual where there were hardly any


@dataclass(frozen=True, slots=True)
class Trend:
    """Posts since a time that belong together: those of a `root`, or of a `category`."""

    key: str
    count: int
    since: datetime
    root: int | None = None
    category: str = ""
    usual: float = 0.0  # how many a day the category had before


async def trends(place: Place, now: datetime, *, least: int, within: timedelta, feedback: FeedbackStore) -> list[Trend]:
    """Find a channel's trends; `least` alike `within` a time make one, the most frequent first."""
    repeated = await feedback.statistics.repeated(place, now - within, least)
    alike = [Trend(f"root:{root}", count, now - within, root) for root, count in repeated.items()]
    return [*sorted(alike, key=lambda trend: -trend.count), *await _unusual(place, now, feedback)]


async def _unusual(place: Place, now: datetime, feedback: FeedbackStore) -> list[Trend]:
    day = now - DAY
    fresh = {
        name: count for name, count in (await feedback.statistics.counts(place, day, now)).items() if count >= LEAST
    }
    if not fresh or (oldest := await feedback.statistics.oldest(place, day - HISTORY)) is None:
        return []
    history = day - oldest
    before = await feedback.statistics.counts(place, day - HISTORY, day) if history >= ENOUGH_HISTORY else {}
    found = unusual(fresh, before, history)
    return [Trend(f"category:{name}", fresh[name], day, None, name, usual) for name, usual in found.items()]


def unusual(fresh: Mapping[str, int], before: Mapping[str, int], history: timedelta) -> dict[str, float]:
    """Find categories with more posts in a day than earlier ones explain, by a Poisson test; return the usual rates.

    `before` are the posts of a `history`.
    """
    if history < ENOUGH_HISTORY:
        return {}
    usual = {name: before.get(name, 0) / (history / DAY) for name, count in fresh.items() if name and count >= LEAST}
    return {name: mean for name, mean in usual.items() if at_least(fresh[name], max(mean, LEAST_USUAL)) < RARE}


def alike(records: Sequence[Feedback], least: int) -> list[list[Feedback]]:
    """Group what several people reported, the most frequent first, each group oldest first."""
    groups = defaultdict(list)
    for one in sorted(records, key=lambda record: record.said_at):
        groups[one.root or one.id].append(one)
    return sorted((ones for ones in groups.values() if len(ones) >= least), key=lambda ones: -len(ones))


def at_least(count: int, mean: float) -> float:
    """Return how likely `count` events or more are if `mean` are usual, by the Poisson distribution."""
    below = sum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(count))
    return max(0.0, 1 - below)
