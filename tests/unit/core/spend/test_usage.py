from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.core.domain.usage import DailyUsage, UsageScope, UsageView
from bot.core.spend.usage import MOST_DAYS, draw, parse, report, to_csv
from bot.errors import UsageError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def used(**fields: Any) -> DailyUsage:
    usual: dict[str, Any] = {
        "day": date(2026, 11, 24),
        "purpose": "answer",
        "model": "claude-haiku-5-5",
        "calls": 2,
        "turns": 1,
        "failed": 0,
        "stopped": 0,
        "input_tokens": 100,
        "cache_read_tokens": 300,
        "cache_write_tokens": 0,
        "output_tokens": 50,
        "cost_micros": 1_500,
        "unpriced": 0,
        "median_ms": 900,
        "slow_ms": None,
        "median_of_all_ms": 900,
        "slow_of_all_ms": None,
    }
    return DailyUsage(**usual | fields)


@pytest.mark.parametrize(
    ("typed", "view"),
    [
        ("usage", UsageView(UsageScope.PERSON, 7)),
        ("usage me 1d", UsageView(UsageScope.PERSON, 1)),
        ("Usage Channel 4w", UsageView(UsageScope.CHANNEL, 28)),
        ("usage workspace", UsageView(UsageScope.WORKSPACE, 7)),
        ("usage 30d", UsageView(UsageScope.PERSON, 30)),
    ],
)
def test_a_view_is_read(typed: str, view: UsageView) -> None:
    assert parse(typed) == view


@pytest.mark.parametrize("typed", ["usage 0d", "usage 999d", "usage of all", "usage -1d", "usage 7", "usage team 7d"])
def test_another_view_is_explained(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(typed)
    assert f"at most {MOST_DAYS}d" in caught.value.sentence


def test_a_report_has_a_sum() -> None:
    text = report(
        UsageView(UsageScope.PERSON, 7), [used(), used(purpose="code", calls=1, cost_micros=9_000, failed=1, stopped=2)]
    )
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert [row.split(" | ")[0] for row in rows] == ["| code", "| conversations", "| total"]
    assert rows[1] == "| conversations | 1 | 2 | 400 | 75% | 50 | $0.0015 | 0.9 s | - |"
    assert "| 2 | 3 (1 failed, 2 stopped) | 800 | 75% | 100 | $0.0105 |" in rows[2]


def test_an_unknown_price_is_never_nothing() -> None:
    unknown = used(purpose="code", cost_micros=0, unpriced=2)
    text = report(UsageView(UsageScope.PERSON, 7), [used(), unknown])
    assert "| price unknown |" in text
    assert "$0.0015 + 2 with unknown price" in text
    assert to_csv([unknown]).decode("utf-8-sig").splitlines()[1].endswith(",50,,2,0,0,0")


@pytest.mark.parametrize("unpriced", [0, 2])
def test_a_picture_shows_each_day(unpriced: int) -> None:
    assert draw(UsageView(UsageScope.PERSON, 7), [used(unpriced=unpriced), used(purpose="code")], NOW).startswith(
        b"\x89PNG"
    )


def test_nothing_used_is_said() -> None:
    assert "No requests to Claude" in report(UsageView(UsageScope.CHANNEL, 1), [])


def test_searches_of_the_web_are_told() -> None:
    text = report(UsageView(UsageScope.PERSON, 7), [used(), used(web_searches=3, web_fetches=1)])
    assert text.endswith("On the web: 3 web searches, 1 page read. The costs above include the fee for each search.")
    assert "On the web" not in report(UsageView(UsageScope.PERSON, 7), [used()])
