"""What a record is as an issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.triage import issue

RECORD = Feedback(
    7,
    "T1",
    "C1",
    "1700000000.000100",
    "U1",
    "secret words",
    datetime(2026, 11, 24, tzinfo=UTC),
    status=FeedbackStatus.OPEN,
    category="Bug report",
    severity="High",
    area="@acme/all #1 <b>",
    summary="It crashes",
    permalink="https://acme.slack.com/archives/C1/p1700000000000100",
)


def test_the_body_calls_nobody() -> None:
    body = issue.body(RECORD, None)
    assert "@acme" not in body
    assert "<b>" not in body
    assert "secret words" not in body
    assert RECORD.permalink in body
    assert body.endswith("<!-- parley T1/C1/1700000000.000100 -->")


def test_a_repeated_post_is_named() -> None:
    first = replace(RECORD, id=3, issue="https://github.com/acme/app/issues/12")
    assert "Repeats https://github.com/acme/app/issues/12" in issue.body(RECORD, first)
    assert f"Repeats [a post]({RECORD.permalink})" in issue.body(RECORD, replace(first, issue=""))


def test_the_labels_of_others_stay() -> None:
    present = ["category: Billing", "help wanted", "severity: Low"]
    assert issue.labels(RECORD, present) == ["help wanted", "category: Bug report", "severity: High"]
    assert issue.labels(replace(RECORD, category="", severity="")) == ["category: Unsorted"]
    assert len(issue.labels(replace(RECORD, category="x" * 80))[0]) == 50


def test_a_title_is_never_empty() -> None:
    assert issue.title(replace(RECORD, summary="", category="")) == "Unsorted: feedback"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (FeedbackStatus.OPEN, "open"),
        (FeedbackStatus.TAKEN, "open"),
        (FeedbackStatus.RESOLVED, "completed"),
        (FeedbackStatus.DISMISSED, "not_planned"),
        (FeedbackStatus.WITHDRAWN, "not_planned"),
    ],
)
def test_the_state_follows_the_status(status: FeedbackStatus, state: str) -> None:
    assert issue.state(replace(RECORD, status=status)) == state


def test_an_address_is_read_back() -> None:
    address = "https://github.example.com/acme/app.py/issues/12"
    assert issue.located(address) == ("acme/app.py", 12)
    assert issue.name(address) == "acme/app.py#12"
    assert issue.located("https://github.com/acme/app/pull/12/files") is None
