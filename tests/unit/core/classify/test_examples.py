from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.classify.examples import MOST_EXAMPLES, Nearest
from bot.core.domain.classification import Example
from bot.core.domain.classify_item import Item

LOGIN = Example("I cannot log in to my account", ("Account issue",))
INVOICE = Example("The invoice shows the wrong amount", ("Billing",))
CRASH = Example("App crashes on start", ("Bug report",))


def test_the_nearest_comes_first() -> None:
    nearest = Nearest([LOGIN, INVOICE, CRASH])
    assert nearest.to([Item(1, "wrong amounts on my invoices")])[0] == INVOICE
    assert nearest.to([Item(1, "the app is crashing when it starts")])[0] == CRASH


def test_what_is_unlike_is_left_out() -> None:
    assert Nearest([LOGIN, INVOICE]).to([Item(1, "\u65e5\u672c\u8a9e")]) == []
    assert Nearest([]).to([Item(1, "anything")]) == []


def test_a_batch_gets_what_is_near_any_item() -> None:
    found = Nearest([LOGIN, INVOICE, CRASH]).to([Item(1, "invoice amount wrong"), Item(2, "app crashes")])
    assert {INVOICE, CRASH} <= set(found)


@given(st.lists(st.text(max_size=40), max_size=40), st.text(max_size=40))
def test_examples_are_bounded_and_known(texts: list[str], text: str) -> None:
    examples = [Example(one, ("A",)) for one in texts]
    found = Nearest(examples).to([Item(1, text)])
    assert len(found) <= MOST_EXAMPLES
    assert set(found) <= set(examples)
