from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.classify.evidence import LONGEST, evidence


@pytest.mark.parametrize(
    ("quote", "text", "kept"),
    [
        ("crashes", "it crashes at once", "crashes"),
        ("CRASHES at", "it crashes\n at once", "crashes at"),
        ("\u201ccrashes\u2026\u201d", "it crashes at once", "crashes"),
        ("can't log in", "I can\u2019t log in", "can\u2019t log in"),
        ("crashes at once", "it crashes, at once!", "crashes, at once"),
        ("\u30a2\u30d7\u30ea\u304c", "\u30a2\u30d7\u30ea\u304c\u843d\u3061\u308b", "\u30a2\u30d7\u30ea\u304c"),
        ("it explodes", "it crashes at once", ""),
        ("crashes once", "it crashes at once", ""),
        ("at once it crashes", "it crashes at once", ""),
        ("", "it crashes", ""),
        ("\u2026", "it crashes", ""),
    ],
)
def test_evidence_is_never_invented(quote: str, text: str, kept: str) -> None:
    assert evidence(quote, text) == kept


@given(st.text(), st.text())
def test_evidence_stands_in_the_text(quote: str, text: str) -> None:
    found = evidence(quote, text)
    assert found in " ".join(text.split())
    assert len(found) <= LONGEST


WORDS = st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8), min_size=1, max_size=12)


@given(WORDS, st.data(), st.sampled_from([" ", ", ", "\n", " - ", "\u2019"]))
def test_words_of_the_text_are_found(words: list[str], data: st.DataObject, between: str) -> None:
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    assert evidence(" ".join(words[first : last + 1]), between.join(words)) or between == "\u2019"
