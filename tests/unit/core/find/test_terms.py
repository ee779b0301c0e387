"""What strangers type becomes terms, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.domain.search import Term
from bot.core.find.terms import MOST_TERMS, MOST_WORDS, terms_of
from bot.core.search_words import LONGEST


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("Deploy friday", (Term(("deploy",)), Term(("friday",)))),
        ('the "Launch Date" slips', (Term(("the",)), Term(("launch", "date"), is_exact=True), Term(("slips",)))),
        ("„Größte Straße“", (Term(("grosste", "strasse"), is_exact=True),)),
        ("v3.40 don't", (Term(("v3", "40")), Term(("don", "t")))),
        ("crème creme CRÈME", (Term(("creme",)),)),
        ("東京都 駅", (Term(("東京", "京都")), Term(("駅",)))),
        ('NOT a OR b* NEAR(c d) col:e -f "g', ("not", "a", "or", "b", "near c", "d", "col e", "f", "g")),
        ('"" " " \' () *** — 👍 \x00 \ud800', ()),
        ("", ()),
    ],
)
def test_words_become_terms(typed: str, terms: tuple[Term | str, ...]) -> None:
    assert terms_of(typed) == tuple(Term(tuple(one.split())) if isinstance(one, str) else one for one in terms)


@given(st.text(max_size=200))
@example('"' * 10_000)
@example("x " * 5_000)
@example("ﷺ" * 10_000)
@example("A" * 10_000)
def test_any_text_becomes_plain_words(typed: str) -> None:
    terms = terms_of(typed)
    assert len(terms) <= MOST_TERMS
    for term in terms:
        assert 1 <= len(term.words) <= MOST_WORDS
        for word in term.words:
            assert 1 <= len(word) <= LONGEST
            assert not set(word) & set("\"'\\*:&|!()<> \x00\t\n")
