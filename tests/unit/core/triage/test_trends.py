from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.triage.digest import due
from bot.core.triage.report import compared
from bot.core.triage.trends import alike, at_least, unusual

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
MONTH = timedelta(days=28)


def record(id_: int, ago: timedelta, category: str = "Bug", root: int | None = None) -> Feedback:
    said_at = NOW - ago
    return Feedback(
        id_,
        "T1",
        "C1",
        str(id_),
        "U1",
        "text",
        said_at,
        status=FeedbackStatus.OPEN,
        category=category,
        root=root or id_,
    )


def test_the_most_frequent_come_first() -> None:
    records = [record(9, HOUR, root=8), record(8, HOUR), record(3, HOUR, root=1), record(2, 2 * HOUR, root=1)]
    records += [record(1, 3 * HOUR), record(4, HOUR)]
    assert [[one.id for one in ones] for ones in alike(records, 2)] == [[1, 2, 3], [9, 8]]
    assert [[one.id for one in ones] for ones in alike(records, 3)] == [[1, 2, 3]]


def test_the_poisson_tail_is_right() -> None:
    assert at_least(0, 2.0) == pytest.approx(1)
    assert at_least(1, 2.0) == pytest.approx(0.8647, abs=1e-4)
    assert at_least(5, 2.0) == pytest.approx(0.0527, abs=1e-4)


def test_far_more_than_usual_is_a_trend() -> None:
    assert unusual({"Bug": 7, "Billing": 7, "": 50}, {"Bug": 28, "Billing": 140}, MONTH) == {"Bug": 1.0}


def test_as_many_as_usual_is_none() -> None:
    assert unusual({"Bug": 5}, {"Bug": 28}, MONTH) == {}
    assert unusual({"Bug": 4}, {}, MONTH) == {}


def test_without_history_nothing_is_unusual() -> None:
    assert unusual({"Bug": 50}, {"Bug": 5}, timedelta(days=5)) == {}


@pytest.mark.parametrize(
    ("digest", "at", "zone", "expected"),
    [
        ("off", "12:00", "UTC", ""),
        ("daily", "12:00", "UTC", "2026-11-23"),
        ("daily", "12:01", "UTC", ""),
        ("daily", "08:59", "UTC", ""),
        ("weekly", "13:00", "Europe/Berlin", "2026-11-23"),
        ("daily", "01:00", "Pacific/Kiritimati", "2026-11-24"),
        ("weekly", "01:00", "Pacific/Kiritimati", ""),
    ],
)
def test_a_digest_is_due_at_local_time(digest: str, at: str, zone: str, expected: str) -> None:
    settings = ChannelSettings.model_validate({"digest": digest, "digest_at": at, "time_zone": zone})
    assert due(settings, NOW) == expected


def test_rising_and_falling_are_told() -> None:
    text = compared(
        [record(1, HOUR), record(3, HOUR), record(4, HOUR, "Praise")],
        [record(2, HOUR, "Billing"), record(5, HOUR)],
        7,
        "<#C1>",
    )
    assert text.startswith("**Feedback from the last 7 days** in <#C1>: 3 posts, and 2 in the 7 days before.")
    assert "| Bug | 2 | 1 | rising |" in text
    assert "| Praise | 1 | 0 | new |" in text
    assert "| Billing | 0 | 1 | falling |" in text
