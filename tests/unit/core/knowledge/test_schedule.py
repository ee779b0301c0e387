"""When a source is read again, and when a page is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.domain.knowledge import KnowledgeSource, SourceKind
from bot.core.knowledge.schedule import after_failure, after_reading, misses

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def source(read: timedelta | None, added: timedelta = 30 * DAY) -> KnowledgeSource:
    """Make a source that was read, and added, so long ago."""
    read_at = None if read is None else NOW - read
    return KnowledgeSource(1, "T1", "", SourceKind.SITE, "", "", "U1", NOW - added, read_at=read_at)


@pytest.mark.parametrize(
    ("read", "has_changed", "pause"),
    [
        (None, False, DAY),
        (3 * DAY, True, DAY),
        (HOUR, False, DAY),
        (DAY, False, 2 * DAY),
        (3 * DAY, False, 6 * DAY),
        (30 * DAY, False, 7 * DAY),
    ],
)
def test_what_rarely_changes_is_read_rarely(read: timedelta | None, pause: timedelta, *, has_changed: bool) -> None:
    assert after_reading(source(read), NOW, has_changed=has_changed) == NOW + pause


@pytest.mark.parametrize(
    ("away", "pause"), [(timedelta(), HOUR), (2 * HOUR, HOUR), (12 * HOUR, 3 * HOUR), (DAY, 6 * HOUR), (9 * DAY, DAY)]
)
def test_what_is_away_is_tried_less_often(away: timedelta, pause: timedelta) -> None:
    assert after_failure(source(away), NOW) == after_failure(source(None, away), NOW) == NOW + pause


@pytest.mark.parametrize(
    ("before", "found", "expected"), [(100, 49, 2), (100, 50, 1), (10, 0, 2), (9, 0, 1), (0, 0, 1), (50, 80, 1)]
)
def test_most_pages_are_not_gone_at_once(before: int, found: int, expected: int) -> None:
    assert misses(before, found) == expected
