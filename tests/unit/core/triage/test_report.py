"""The picture of a channel's trends."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.triage.digest import written
from bot.core.triage.report import drawn

if TYPE_CHECKING:
    from bot.core.ports import ChatNames

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def record(hours: int, category: str, severity: str, answered: int | None = None) -> Feedback:
    said = NOW - timedelta(hours=hours)
    responded = said + timedelta(hours=answered) if answered is not None else None
    one = Feedback(hours, "T1", "C1", f"{hours}.1", "U1", "", said, status=FeedbackStatus.OPEN)
    return replace(one, category=category, severity=severity, responded_at=responded)


def height(picture: bytes) -> int:
    return int(struct.unpack(">II", picture[16:24])[1])


def test_the_picture_has_times_once_somebody_answered() -> None:
    silent = [record(1, "Bug report", "High"), record(30, "Billing", "")]
    answered = [*silent, record(2, "Bug report", "Low", 3), record(3, "Bug report", "Low", 5)]
    assert height(drawn(answered, 7, NOW)) > height(drawn(silent, 7, NOW)) + 400


def test_a_digest_says_when_nothing_was_sorted() -> None:
    names = cast("ChatNames", None)  # nobody is mentioned
    unsorted = [record(1, "", ""), record(2, "", "")]
    told = written(unsorted, [], timedelta(days=1), names)
    assert (
        told
        == "**Feedback from the last day**: 2 posts. None of them could be sorted, so I can't tell what they are about."
    )
    mixed = [*unsorted, replace(record(3, "Billing", ""), given="Billing"), record(4, "Billing", "")]
    told = written(mixed, [], timedelta(days=1), names)
    assert "Categories no one changed: 50%." in told
    assert "- Unsorted: 2" in told
