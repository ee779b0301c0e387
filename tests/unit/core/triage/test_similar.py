"""What was said before that may be about the same thing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.classify_item import Item
from bot.core.domain.feedback import KnownPost
from bot.core.triage.similar import MOST_WORDS, rare, shown, words
from bot.core.trigrams import alike, distinct


def test_long_words_lose_their_ending() -> None:
    assert words("Crashes crashed, the EXPORT-dialog is up! 42 404") == ["crash", "the", "expo", "dial", "404"]


def test_rare_words_tell_most() -> None:
    met = sorted(["the"] * 90 + ["apps"] * 40 + ["crash"] * 3)
    assert rare(["the", "app", "crash", "vat", "invoice"], met, 100) == ["invoice", "vat", "crash"]
    assert rare(["the", "app"], met, 100) == ["app", "the"]


def test_misspelt_words_are_still_alike() -> None:
    one, other = distinct("the export dialog crashes"), distinct("teh exprot dialog crashs")
    assert alike(one, one) == 1
    assert 0.3 < alike(one, other) < 1
    assert alike(one, distinct("")) == 0


def test_a_prompt_shows_no_post_twice() -> None:
    near, far = KnownPost(1, "x" * 900, "1.1"), KnownPost(2, "far", "1.2")
    found = {3: [(0.9, near), (0.2, far)], 4: [(0.5, near), (0.4, KnownPost(3, "itself", "1.3"))]}
    assert shown([Item(3, "a"), Item(4, "b")], found) == [Item(1, "x" * 300), Item(2, "far")]
    assert shown([Item(5, "c")], found) == []


@given(st.text(max_size=300))
def test_words_hold_nothing_but_distinct(text: str) -> None:
    found = rare(words(text), [], 0)
    assert len(found) <= MOST_WORDS
    assert all(word.isalnum() for word in found)
