"""Until when a note holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.memory.expiry import FURTHEST, ending, expiry
from bot.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 30, 21, 15, tzinfo=BERLIN)  # a Monday


def at(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("Friday", at(12, 5)),
        ("until Friday", at(12, 5)),
        ("next Friday", at(12, 5)),
        ("Monday", at(12, 1)),
        ("Friday 5pm", at(12, 4, 17)),
        ("5pm", at(12, 1, 17)),
        ("11pm", at(11, 30, 23)),
        ("today", at(12, 1)),
        ("tomorrow", at(12, 2)),
        ("bis morgen", at(12, 2)),
        ("30d", at(12, 30, 21, 15)),
        ("for 2 weeks", at(12, 14, 21, 15)),
        ("a week", at(12, 7, 21, 15)),
        ("für drei Tage", at(12, 3, 21, 15)),
        ("1 day and 12 hours", at(12, 2, 9, 15)),
        ("next week", at(12, 7, 21, 15)),
        ("this week", at(12, 7)),
        ("the end of the month", at(12, 1)),
        ("Ende des Jahres", at(1, 1, year=2027)),
        ("the weekend", at(12, 7)),
        ("Dec 24", at(12, 25)),
        ("bis zum 24. Dezember", at(12, 25)),
        ("24.12.", at(12, 25)),
        ("February", at(3, 1, year=2027)),
        ("2027-01-31", at(2, 1, year=2027)),
    ],
)
def test_words_become_an_end(words: str, end: datetime) -> None:
    assert expiry(words, NOW, BERLIN) == end.astimezone(UTC)


@pytest.mark.parametrize(
    "words", ["", "forever", "last week", "3 days ago", "since Monday", "Friday or so", "2", "x" * 90]
)
def test_what_is_no_end_is_explained(words: str) -> None:
    with pytest.raises(UsageError) as refused:
        expiry(words, NOW, BERLIN)
    assert "I don't understand until when" in refused.value.sentence


def test_what_is_over_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        expiry("2026-11-29", NOW, BERLIN)
    assert "is over already" in refused.value.sentence


def test_two_readings_are_asked_about() -> None:
    with pytest.raises(UsageError) as refused:
        expiry("11/12", NOW, BERLIN)
    assert "could be" in refused.value.sentence


WORDS = "until for bis Friday 30 d weeks month end of the next this Dec 24 24.12. 5pm 2027-01-31 a last 999999 y 31 Feb"


@given(st.lists(st.sampled_from(WORDS.split()), max_size=6).map(" ".join) | st.text(max_size=100))
def test_an_end_is_ahead_or_refused(words: str) -> None:
    for now in (NOW, datetime(2028, 2, 29, 23, 59, tzinfo=UTC)):
        try:
            end = expiry(words, now, BERLIN)
        except UsageError:
            continue
        assert timedelta() < end - now <= FURTHEST


@pytest.mark.parametrize(
    ("note", "end"),
    [
        ("Ana is away until Friday", at(12, 5)),
        ("Ana ist weg bis Freitag.", at(12, 5)),
        ("closed for 2 weeks", at(12, 14, 21, 15)),
        ("closed for a week!", at(12, 7, 21, 15)),
        ("until Friday we wait for Ana, until Monday", at(12, 1)),
        ("the demo is for Friday", None),
        ("the plan for 2027", None),
        ("the SLA for bug reports is 3 days", None),
        ("wait until Ana is back", None),
        ("until Friday", None),
        ("", None),
    ],
)
def test_a_note_says_itself_when_it_ends(note: str, end: datetime | None) -> None:
    assert ending(note, NOW, BERLIN) == (end and end.astimezone(UTC))
