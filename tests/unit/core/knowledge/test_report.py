"""What the person who added a source reads when it was read for the first time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.domain.knowledge import KnowledgeSource, SourceKind
from bot.core.knowledge import faults
from bot.core.knowledge.report import report

SOURCE = KnowledgeSource(1, "T1", "", SourceKind.SITE, "https://docs.example.com/", "Docs", "U1", datetime.now(UTC))


def test_what_was_read_is_counted() -> None:
    assert report(replace(SOURCE, pages=1), (), 0, 0) == "I read 1 page of Docs."
    cut = report(replace(SOURCE, pages=10_000), (), 30_000, 0)
    assert cut.splitlines() == [
        "I read 10,000 pages of Docs.",
        "30,000 pages are left out: I read up to 10,000 pages of a source.",
    ]


def test_what_could_not_be_read_is_named() -> None:
    failed = [(f"https://docs.example.com/{number}", faults.FORBIDDEN) for number in range(5)]
    told = report(replace(SOURCE, pages=2, skipped=7), failed, 0, 3).splitlines()
    assert told[1] == "7 pages could not be read:"
    assert told[2] == f"• https://docs.example.com/0: {faults.FORBIDDEN}"
    assert told[7:] == ["• and 2 more.", "3 pages ask for a login."]


def test_a_failure_says_why() -> None:
    said = report(replace(SOURCE, fault=faults.LOGIN), (), 0, 0)
    assert said == f"I could not read Docs: {faults.LOGIN} I'll try again by myself."
