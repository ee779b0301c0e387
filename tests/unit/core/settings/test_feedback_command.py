"""What can follow `/parley feedback`."""

from __future__ import annotations

import pytest

from bot.core.settings.feedback_command import FeedbackRequest, parse
from bot.errors import UsageError

FIRST, SECOND = "https://acme.slack.com/archives/C1/p1", "https://acme.slack.com/archives/C1/p2?thread_ts=2.0&cid=C1"


def merging(*numbers: int) -> FeedbackRequest:
    return FeedbackRequest("merge", links=(FIRST, SECOND), numbers=numbers)


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("feedback find export crash", FeedbackRequest("find", words="export crash")),
        ('Feedback FIND "dark mode"', FeedbackRequest("find", words='"dark mode"')),
        ("feedback export", FeedbackRequest("export")),
        ("feedback export CSV", FeedbackRequest("export")),
        ("feedback export as xlsx", FeedbackRequest("export", kind="xlsx")),
        ("feedback export Q4-feedback.xlsx", FeedbackRequest("export", kind="xlsx", stem="Q4-feedback")),
        (f"feedback merge {FIRST} into {SECOND}", merging(0, 0)),
        (f"feedback merge <{FIRST}> into <{SECOND}|a post>", merging(0, 0)),
        (f"feedback merge <{FIRST}> 2 into <{SECOND}>", merging(2, 0)),
        (f"feedback merge {FIRST} INTO {SECOND} 3", merging(0, 3)),
    ],
)
def test_what_is_asked_for_is_read(typed: str, request_: FeedbackRequest) -> None:
    assert parse(typed) == request_


@pytest.mark.parametrize(
    "typed",
    [
        *("feedback", "feedback find", "feedback find ?!", "feedback export pdf", "feedback export ../x.csv"),
        *("feedback export a b.csv", "feedback merge a into b", f"feedback merge {FIRST} {SECOND}"),
        f"feedback merge {FIRST}",
        "feedback delete all",
    ],
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        parse(typed)


@pytest.mark.parametrize("said", ["add a dark mode", '"add a dark mode"', "“add a dark mode”"])
def test_words_to_split_off_lose_their_quotes(said: str) -> None:
    assert parse(f"feedback split <{FIRST}> {said}") == FeedbackRequest(
        "split", words="add a dark mode", links=(FIRST,)
    )
