from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.time_span.times import Span, explained, resolve, take
from bot.errors import UsageError
from tests.support.spoken import said

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=BERLIN)  # a Wednesday


def at(day: int, hour: int = 0, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("24h", at(24, 15, 30), NOW),
        ("24 hours", at(24, 15, 30), NOW),
        ("90 min", at(25, 14), NOW),
        ("last 7 days", at(18, 15, 30), NOW),
        ("7d", at(18, 15, 30), NOW),
        ("over the past 2 weeks", at(11, 15, 30), NOW),
        ("last week", at(18, 15, 30), NOW),
        ("30d", at(26, 15, 30, month=10), NOW),
        ("a month", None, None),
        ("today", at(25), NOW),
        ("yesterday", at(24), at(25)),
        ("since  Yesterday", at(24), NOW),
        ("this week", at(23), NOW),
        ("since Monday", at(23), NOW),
        ("since wed", at(25), NOW),
        ("since Wednesday 16:00", at(18, 16), NOW),
        ("since last wednesday", at(18), NOW),
        ("since fri 9:05", at(20, 9, 5), NOW),
        ("since 9am", at(25, 9), NOW),
        ("since 12 pm", at(25, 12), NOW),
        ("since 2026-11-01", at(1), NOW),
        ("since 2026-11-01 14:00", at(1, 14), NOW),
        ("2026-11-01 to 2026-11-07", at(1), at(8)),
        ("from 2026-11-20 until 2026-12-24", at(20), NOW),
        ("since 2026-10-26", at(26, month=10), NOW),
    ],
)
def test_words_become_times(words: str, start: datetime | None, end: datetime) -> None:
    if start is None:
        assert take(words) == ("", words)
    else:
        assert resolve(words, NOW, BERLIN) == Span(start.astimezone(UTC), end.astimezone(UTC))


@pytest.mark.parametrize("words", ["since last read", "last read", "since I last read", "unread"])
def test_last_read_has_no_start_yet(words: str) -> None:
    assert resolve(words, NOW, BERLIN) == Span(None, NOW.astimezone(UTC))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("31d", "30 days"),
        ("99999 weeks", "30 days"),
        ("since 2026-10-25", "30 days"),
        ("2 months", "30 days"),
        ("since 2026-12-01", "not begin in the past"),
        ("since 16:00", "not begin in the past"),
        ("2026-11-07 to 2026-11-01", "before it begins"),
        ("since 2026-02-30", "a date or time that doesn't exist"),
        ("since 13pm", "a date or time that doesn't exist"),
        ("0h", "not begin in the past"),
        ("since forever", "don't understand"),
        ("", "don't understand"),
    ],
)
def test_a_wrong_span_is_told(words: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(words, NOW, BERLIN)
    assert says in caught.value.sentence


@pytest.mark.parametrize(
    ("text", "words", "rest"),
    [
        ("7d short", "7d", "short"),
        ("since yesterday, as bullets", "since yesterday", ", as bullets"),
        ("since Mondays are hard", "", "since Mondays are hard"),
        ("7days2 go", "", "7days2 go"),
        ("24house", "", "24house"),
        ("since last read for the board", "since last read", "for the board"),
        ("from 2026-11-01 to 2026-11-07 short", "from 2026-11-01 to 2026-11-07", "short"),
    ],
)
def test_a_span_is_split_off(text: str, words: str, rest: str) -> None:
    assert take(text) == (words, rest)


def test_hours_are_counted_across_a_clock_change() -> None:
    morning = datetime(2026, 10, 25, 12, tzinfo=BERLIN)  # the clocks went back at three
    span = resolve("24h", morning, BERLIN)
    assert span.start is not None
    assert span.end - span.start == timedelta(hours=24)
    yesterday = resolve("since today", morning, BERLIN)
    assert yesterday.start == datetime(2026, 10, 24, 22, tzinfo=UTC)


@given(st.text() | st.from_regex(r"(since |from |last )?[0-9a-z:-]{1,12}( [0-9:apm-]{1,10})?", fullmatch=True))
def test_any_words_give_a_span_or_a_sentence(words: str) -> None:
    taken, rest = take(words)
    assert words.startswith(taken)
    assert words.endswith(rest)
    try:
        span = resolve(words, NOW, BERLIN)
    except UsageError:
        return
    assert span.end <= NOW.astimezone(UTC)
    assert span.start is None or NOW - timedelta(days=31) <= span.start < span.end


@given(st.integers(1, 30), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(BERLIN)))  # noqa: DTZ001 (hypothesis adds the zone)
def test_days_reach_back_so_many_days(days: int, now: datetime) -> None:
    span = resolve(f"{days}d", now, BERLIN)
    assert span.start is not None
    assert span.end - span.start == timedelta(days=days)


def test_its_days_are_in_the_readers_language() -> None:
    assert explained("last Monday", NOW, BERLIN) == "last Monday (Mon Nov 23)"
    assert said(lambda: explained("letzten Montag", NOW, BERLIN)) == "letzten Montag (Mo., 23. Nov.)"
    weekend = said(lambda: explained("am Wochenende", NOW, BERLIN))
    assert weekend == "am Wochenende (Sa., 21. Nov. bis So., 22. Nov.)"
    assert said(lambda: explained("seit gestern", NOW, BERLIN)) == "seit gestern"
