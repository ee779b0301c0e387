"""Words are folded alike, in any language."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.search_words import place_word, stored_words, text_words, wanted_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Größe STRAßE café", ["grosse", "strasse", "cafe"]),
        ("İstanbul Kelvin", ["istanbul", "kelvin"]),
        ("foo_bar 3.40.1 don't", ["foo", "bar", "3", "40", "1", "don", "t"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("שָׁלוֹם سَلام", ["שלום", "سلام"]),
        ("重跑gen-itgc后", ["重跑", "跑", "gen", "itgc", "后"]),
        ("회의를 합니다", ["회의", "의를", "를", "합니", "니다", "다"]),
        ("がぎ", ["がぎ", "ぎ"]),
        ("soft\u00adhyphen", ["softhyphen"]),
        ("👍🏽 👨‍👩‍👧 — … \x00 \ud800 \ue000", []),
    ],
)
def test_a_text_has_these_words(text: str, words: list[str]) -> None:
    assert text_words(text) == words


@given(st.text(max_size=100))
def test_how_accents_are_written_changes_nothing(text: str) -> None:
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert text_words(composed) == text_words(apart)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_sentence_is_found_in_its_text(before: str, wanted: str) -> None:
    """Where nothing is between the words, they stand together, so that they are found as a phrase."""
    words, found = wanted_words(wanted), text_words(f"{before} {wanted}")
    beginnings = [found[at : at + len(words)] for at in range(len(found) - len(words) + 1)]
    assert words in beginnings or unicodedata.normalize("NFC", f"{before} {wanted}") != f"{before} {wanted}"


def test_the_place_is_no_word_of_texts() -> None:
    assert stored_words("C1 t1c1", "T1", "C1") == f"{place_word('T1', 'C1')} c1 t1c1"
    assert stored_words("…", "T1", "C1") is None
