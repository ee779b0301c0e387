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


def entry(number: int, category: str = "Bug", **other: Any) -> dict[str, Any]:
    return {"item": number, "category": category, "confidence": 90, "evidence": ""} | other


def judged(*entries: dict[str, Any], several: bool = False) -> dict[int, Verdict]:
    filled = form.form([BUG, PRAISE], several=several).model_validate({"results": list(entries)})
    return form.verdicts(filled, ITEMS)


@given(st.lists(NAMES, min_size=2, max_size=8, unique_by=str.casefold), st.text(max_size=20))
def test_the_form_holds_only_the_categories(names: list[str], other: str) -> None:
    wanted = form.form([Category(name=name) for name in names])
    for name in names:
        assert wanted.model_validate({"results": [entry(1, name)]}).results[0].category == name
    if other.casefold() not in {name.casefold() for name in names}:
        with pytest.raises(ValidationError):
            wanted.model_validate_json(json.dumps({"results": [entry(1, other)]}))


@pytest.mark.parametrize("several", [False, True])
def test_the_api_is_given_the_enum(several: bool) -> None:  # noqa: FBT001 - pytest's parameter
    schema = transform_schema(form.form([BUG, PRAISE], several=several))
    (result,) = schema["$defs"].values()
    node = result["properties"]["categories"]["items"] if several else result["properties"]["category"]
    assert node["enum"] == ["Bug", "Praise"]
    assert result["additionalProperties"] is False
    assert set(result["required"]) == {"item", "categories" if several else "category", "confidence"}


def test_upper_and_lower_case_are_mended() -> None:
    filled = form.form([Category(name="Bug report"), Category(name="STRASSE")]).model_validate(
        {"results": [entry(1, "BUG Report"), entry(2, "stra\u00dfe")]}
    )
    assert [result.category for result in filled.results] == ["Bug report", "STRASSE"]


def test_order_is_that_of_the_items() -> None:
    assert list(judged(entry(3), entry(1), entry(2, "Praise"))) == [1, 2, 3]


def test_what_is_left_out_has_no_verdict() -> None:
    assert set(judged(entry(1), entry(3))) == {1, 3}


def test_what_is_judged_in_two_ways_has_none() -> None:
    assert set(judged(entry(1), entry(1, "Praise"), entry(2, "Praise"), entry(2, "Praise"))) == {2}


def test_foreign_numbers_count_for_nothing() -> None:
    assert judged(entry(0), entry(4), entry(-1)) == {}


def test_several_categories_are_kept_in_order() -> None:
    found = judged(
        {"item": 1, "categories": ["Praise", "Bug", "praise"], "confidence": 50, "evidence": ""}, several=True
    )
    assert found[1].categories == ("Praise", "Bug")


def test_none_of_several_is_no_verdict() -> None:
    assert judged({"item": 1, "categories": [], "confidence": 50, "evidence": ""}, several=True) == {}


@pytest.mark.parametrize(("said", "kept"), [(-5, 0), (0, 0), (63, 63), (100, 100), (9000, 100)])
def test_confidence_stays_within_percent(said: int, kept: int) -> None:
    assert judged(entry(1, confidence=said))[1].confidence == kept


@pytest.mark.parametrize(
    ("quote", "text", "kept"),
    [
        ("crashes", "it crashes at once", "crashes"),
        ("CRASHES at", "it crashes\n at once", "crashes at"),
        ("\u201ccrashes\u2026\u201d", "it crashes at once", "crashes"),
        ("it explodes", "it crashes at once", ""),
        ("", "it crashes", ""),
    ],
)
def test_evidence_is_never_invented(quote: str, text: str, kept: str) -> None:
    assert form.evidence(quote, text) == kept


@given(st.text(), st.text())
def test_any_evidence_is_short_or_empty(quote: str, text: str) -> None:
    assert len(form.evidence(quote, text)) <= form.LONGEST_EVIDENCE


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


def test_a_long_message_is_cut_in_its_middle() -> None:
    item = Item(1, "a" * 50_000 + "b" * 40_000)
    assert item.is_cut
    assert len(item.excerpt) < SHOWN_TO_MODEL + 10
    assert item.excerpt.startswith("aaa")
    assert item.excerpt.endswith("bbb")
