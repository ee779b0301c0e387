"""The best comes first, and its excerpt shows why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.message import Place
from bot.core.domain.search import KnownMessage
from bot.core.find.relevance import SHOWN, excerpt, fit, ranked
from bot.core.find.terms import terms_of

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def order(typed: str, *texts: str) -> list[str]:
    """Rank texts, the newest given first."""
    messages = [
        KnownMessage(Place("T1", "C1", "1.0"), f"{number}", "U1", text, NOW - timedelta(hours=number))
        for number, text in enumerate(texts)
    ]
    return [one.text for one in ranked(messages, terms_of(typed))]


def test_whole_words_beat_beginnings() -> None:
    assert order("bug", "many bugs here", "one bug here") == ["one bug here", "many bugs here"]


def test_words_side_by_side_beat_those_apart() -> None:
    apart = "the launch is not what the old plan for this said, and its date"
    assert order("launch date", apart, "about the launch date of it, which nobody but we knew")[1] == apart


def test_what_is_about_it_beats_what_mentions_it() -> None:
    mention = "a very long text about all and everything else, in which budget stands once " * 3
    assert order("budget", mention.replace("budget", "x", 2), "budget, budget!")[0] == "budget, budget!"


def test_what_fits_alike_is_newest_first() -> None:
    assert order("plan", "a plan b", "c plan d") == ["a plan b", "c plan d"]
    assert order("plan", "c plan d", "a plan b") == ["c plan d", "a plan b"]


def test_an_excerpt_is_around_the_word() -> None:
    text = "first line\n\n" + "something else entirely " * 20 + "here is the Größte of them " + "and so on " * 60
    shown = excerpt(text, terms_of("grosste"))
    assert "here is the Größte of them" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) <= SHOWN + 2
    assert excerpt("short  and\nsimple", terms_of("simple")) == "short and simple"


def test_an_excerpt_of_a_script_without_spaces() -> None:
    text = "あ" * 1_000 + "東京都" + "い" * 1_000
    assert "東京都" in excerpt(text, terms_of("東京都"))


@given(st.text(max_size=400), st.text(max_size=30))
def test_any_text_has_an_excerpt(text: str, typed: str) -> None:
    terms = terms_of(typed) or terms_of("x")
    shown = excerpt(text, terms)
    assert len(shown) <= SHOWN + 2
    assert "\n" not in shown
    assert 0 <= fit(text, terms) <= 3
