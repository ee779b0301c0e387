from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.classify.render import SHOWN_OF_ITEM, UNSURE, RunCounts, listing, notes, table
from bot.core.domain.classification import Sorted, Verdict
from bot.core.domain.classify_item import Item


def sorted_(number: int, text: str, *categories: str, confidence: int = 90, by: str = "") -> Sorted:
    return Sorted(Item(number, text), Verdict(number, categories, confidence), by)


def test_the_list_is_numbered() -> None:
    written = listing([sorted_(1, "it\ncrashes", "Bug"), sorted_(2, "x" * 400, "Praise"), sorted_(3, "it sings")], 60)
    first, second, third = written.split("\n")
    assert first == "1. Bug - it crashes"
    assert second == f"2. Praise - {'x' * (SHOWN_OF_ITEM - 1)}\u2026"
    assert third == "3. Unclassified - it sings"


def test_the_unsure_are_marked() -> None:
    unsure, corrected = sorted_(1, "hm", "Bug", confidence=59), sorted_(2, "hm", "Bug", confidence=59, by="U1")
    assert listing([unsure, corrected], 60) == f"1. Bug - hm {UNSURE}\n2. Bug - hm"


@given(st.lists(st.text(max_size=400), min_size=1, max_size=5))
def test_each_item_has_its_line(texts: list[str]) -> None:
    lines = listing([sorted_(n, text) for n, text in enumerate(texts, start=1)], 60).splitlines()
    assert [line.split(".")[0] for line in lines] == [str(number + 1) for number in range(len(texts))]


def test_categories_are_counted() -> None:
    counts = RunCounts()
    counts.add([sorted_(1, "a", "Bug"), sorted_(2, "b", "Bug", confidence=10), sorted_(3, "c")], 60)
    counts.add([sorted_(4, "d" * 90_000, "A|B", "Bug")], 60)
    assert (counts.items, counts.unsure, counts.unclassified, counts.cut) == (4, 1, 1, 1)
    assert table(counts).splitlines()[2:] == [
        "| Bug | 3 | 75% |",
        "| Unclassified | 1 | 25% |",
        "| A\\|B | 1 | 25% |",
    ]
    said = notes(counts, 60)
    assert f"{UNSURE} 1 of 4 is below 60% confidence" in said
    assert "1 of 4 got no category" in said
    assert "1 message is longer than 6,000 characters" in said


def test_a_clean_result_needs_no_notes() -> None:
    counts = RunCounts()
    counts.add([sorted_(1, "a", "Bug")], 60)
    assert notes(counts, 60) == ""


def test_an_item_opens_on_one_line() -> None:
    assert Item(1, "My app\n crashes").opening(20) == "My app crashes"
    assert Item(1, "My app\n crashes").opening(8) == "My app …"
    assert Item(1, "word " * 1_000_000).opening(9) == "word wor…"
    assert len(Item(1, "x" + " " * 1_000_000 + "y").opening(9)) <= 9
