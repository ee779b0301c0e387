"""When a source is read again, and when what is not found there any more counts as gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.domain.knowledge import KnowledgeSource

DAILY, WEEKLY = timedelta(days=1), timedelta(days=7)
SOONEST = timedelta(hours=1)  # after a failure
LEAST_MANY = 10  # pages of a source of which the most may not be gone at once


def after_reading(source: KnowledgeSource, now: datetime, *, has_changed: bool) -> datetime:
    """Return when to read a source again: after a day, and less and less often up to a week while nothing changes."""
    if has_changed or source.read_at is None:
        return now + DAILY
    return now + min(max(2 * (now - source.read_at), DAILY), WEEKLY)


def after_failure(source: KnowledgeSource, now: datetime) -> datetime:
    """Return when to try a source again: soon, and less and less often up to a day."""
    away = now - (source.read_at or source.added_at)
    return now + min(max(away / 4, SOONEST), DAILY)


def misses(before: int, found: int) -> int:
    """Return how many runs must have missed a page that is to go, for a source that had so many pages.

    One run, unless most of many pages are missing: sites that are repaired show a single page, and call it well.
    """
    return 2 if before >= LEAST_MANY and found < before / 2 else 1
