from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic import transform_schema
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.classify import form
from bot.core.classify.category import Category
from bot.core.classify.form import Example
from bot.core.classify.item import SHOWN_TO_MODEL, Item, Verdict

NAMES = st.text(st.characters(categories=("L", "N", "S")), min_size=1, max_size=20).filter(lambda name: name.strip())
BUG, PRAISE = Category(name="Bug", definition="It breaks.", examples=("it crashes",)), Category(name="Praise")
ITEMS = [Item(1, "it crashes at once"), Item(2, "well done"), Item(3, "it hangs")]


def entry(number: int, *categories: str, confidence: int = 90, evidence: str = "") -> list[Any]:
    return [number, *(categories or ("Bug",)), confidence, [evidence] if evidence else []]


def judged(*entries: list[Any], several: bool = False) -> dict[int, Verdict]:
    filled = form.form([BUG, PRAISE]).model_validate({"results": list(entries)})
    return form.verdicts(filled, ITEMS, several=several)


@given(st.lists(NAMES, min_size=2, max_size=8, unique_by=str.casefold), st.text(max_size=20))
def test_the_form_holds_only_the_categories(names: list[str], other: str) -> None:
    wanted = form.form([Category(name=name) for name in names])
    for name in names:
        assert wanted.model_validate({"results": [entry(1, name)]}).results[0][1] == name
    if other.casefold() not in {name.casefold() for name in names}:
        with pytest.raises(ValidationError):
            wanted.model_validate_json(json.dumps({"results": [entry(1, other)]}))


def test_the_api_is_given_the_enum() -> None:
    schema = transform_schema(form.form([BUG, PRAISE]))
    number, category, quotes = schema["properties"]["results"]["items"]["items"]["anyOf"]
    assert number == {"type": "integer"}
    assert category["enum"] == ["Bug", "Praise"]
    assert (quotes["type"], quotes["items"]) == ("array", {"type": "string"})
    assert schema["additionalProperties"] is False


def test_a_figure_in_quotes_is_no_category() -> None:
    wanted = form.form([BUG, PRAISE])
    for row in ([1, "90", 90, []], ["1", "Bug", 90, []], [True, "Bug", 90, []]):
        with pytest.raises(ValidationError):
            wanted.model_validate_json(json.dumps({"results": [row]}))


def test_upper_and_lower_case_are_mended() -> None:
    filled = form.form([Category(name="Bug report"), Category(name="STRASSE")]).model_validate(
        {"results": [entry(1, "BUG Report"), entry(2, "stra\u00dfe")]}
    )
    assert [row[1] for row in filled.results] == ["Bug report", "STRASSE"]


def test_order_is_that_of_the_items() -> None:
    assert list(judged(entry(3), entry(1), entry(2, "Praise"))) == [1, 2, 3]


def test_what_is_left_out_has_no_verdict() -> None:
    assert set(judged(entry(1), entry(3))) == {1, 3}


def test_what_is_judged_in_two_ways_has_none() -> None:
    assert set(judged(entry(1), entry(1, "Praise"), entry(2, "Praise"), entry(2, "Praise"))) == {2}


def test_foreign_numbers_count_for_nothing() -> None:
    assert judged(entry(0), entry(4), entry(-1)) == {}


def test_several_categories_are_kept_in_order() -> None:
    found = judged(entry(1, "Praise", "Bug", "praise"), several=True)
    assert found[1].categories == ("Praise", "Bug")


@pytest.mark.parametrize(
    "row",
    [
        [1, 90, []],
        [1, "Bug", []],
        [1, "Bug", 90, 80, []],
        [1, "Bug", "Praise", 90, []],
        ["Bug", ["it crashes"]],
        [],
    ],
)
def test_a_row_of_another_shape_counts_for_nothing(row: list[Any]) -> None:
    assert judged(row, entry(2)).keys() == {2}


def test_a_row_without_brackets_has_no_evidence() -> None:
    assert judged([1, "Bug", 90])[1] == Verdict(1, ("Bug",), 90, "")


def test_evidence_comes_with_the_row() -> None:
    assert judged(entry(1, evidence="Crashes at"))[1].evidence == "crashes at"


CELLS = st.integers() | st.sampled_from(["Bug", "praise"]) | st.lists(st.text(max_size=9), max_size=2)


@given(st.lists(st.lists(CELLS, max_size=6), max_size=8), st.booleans())
def test_any_rows_give_sound_verdicts(rows: list[list[Any]], several: bool) -> None:  # noqa: FBT001 - hypothesis's
    for number, verdict in judged(*rows, several=several).items():
        assert verdict.number == number
        assert number in {item.number for item in ITEMS}
        assert set(verdict.categories) <= {"Bug", "Praise"}
        assert len(verdict.categories) == 1 or several
        assert 0 <= verdict.confidence <= 100
        assert verdict.evidence in ITEMS[number - 1].text


@pytest.mark.parametrize(("said", "kept"), [(-5, 0), (0, 0), (63, 63), (100, 100), (9000, 100)])
def test_confidence_stays_within_percent(said: int, kept: int) -> None:
    assert judged(entry(1, confidence=said))[1].confidence == kept


def data(prompt: str, tag: str) -> Any:
    return json.loads(prompt.split(f"<{tag}>")[1].split(f"</{tag}>", maxsplit=1)[0])


@given(st.lists(st.text(max_size=50), min_size=1))
def test_all_words_go_in_as_data(texts: list[str]) -> None:
    items = [Item(number, text) for number, text in enumerate(texts, start=1)]
    prompt = form.prompt(items, [BUG, PRAISE], [Example(text, ("Bug",)) for text in texts])
    assert data(prompt, "messages") == [{"item": item.number, "text": item.text} for item in items]
    assert data(prompt, "settled") == [{"text": text, "categories": ["Bug"]} for text in texts]
    assert data(prompt, "categories") == [
        {"name": "Bug", "definition": "It breaks.", "examples": ["it crashes"]},
        {"name": "Praise"},
    ]
    assert prompt.count("<") == 6


def test_all_that_apply_are_asked_for() -> None:
    assert "all categories that apply" in form.prompt(ITEMS, [BUG, PRAISE], several=True)
    assert "that apply" not in form.prompt(ITEMS, [BUG, PRAISE])


def test_a_long_message_is_cut_in_its_middle() -> None:
    item = Item(1, "a" * 50_000 + "b" * 40_000)
    assert item.is_cut
    assert len(item.excerpt) < SHOWN_TO_MODEL + 10
    assert item.excerpt.startswith("aaa")
    assert item.excerpt.endswith("bbb")
