from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic import transform_schema
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.classify import schema as form
from bot.core.domain.category import Category
from bot.core.domain.classification import Example, Verdict
from bot.core.domain.classify_item import SHOWN_TO_MODEL, Item

NAMES = st.text(st.characters(categories=("L", "N", "S")), min_size=1, max_size=20).filter(lambda name: name.strip())
BUG, PRAISE = Category(name="Bug", definition="It breaks.", examples=("it crashes",)), Category(name="Praise")
ITEMS = [Item(1, "it crashes at once"), Item(2, "well done"), Item(3, "it hangs")]


def entry(number: int, *categories: str, confidence: int = 90, evidence: str = "") -> dict[str, Any]:
    chosen = list(categories) if len(categories) > 1 else (categories or ("Bug",))[0]
    return {"n": number, "c": chosen, "p": confidence, "q": evidence}


def judged(*entries: Any, several: bool = False) -> dict[int, Verdict]:
    filled = form.form([BUG, PRAISE], several=several).model_validate({"results": list(entries)})
    return form.verdicts(filled, ITEMS, several=several)


@given(st.lists(NAMES, min_size=2, max_size=8, unique_by=str.casefold), st.text(max_size=20))
def test_the_form_holds_only_the_categories(names: list[str], other: str) -> None:
    wanted = form.form([Category(name=name) for name in names])
    for name in names:
        assert wanted.model_validate({"results": [entry(1, name)]}).results[0].c == name
    if other.casefold() not in {name.casefold() for name in names}:
        assert wanted.model_validate_json(json.dumps({"results": [entry(1, other)]})).results == []


def test_the_api_is_given_the_enum() -> None:
    """Each field by itself: no unions, of which a form may have 16, and nothing optional, of which it may have 24."""
    for several in (False, True):
        schema = transform_schema(form.form([BUG, PRAISE], several=several))
        result = schema["$defs"]["Result"]
        fields = result["properties"]
        chosen = fields["c"]["items"] if several else fields["c"]
        assert chosen["enum"] == ["Bug", "Praise"]
        assert [fields[name]["type"] for name in "npq"] == ["integer", "integer", "string"]
        assert result["required"] == [*"ncpq"]
        assert result["additionalProperties"] is schema["additionalProperties"] is False
        assert "anyOf" not in json.dumps(schema)


def test_a_figure_in_quotes_is_no_category() -> None:
    wanted = form.form([BUG, PRAISE])
    for wrong in ({"c": "90"}, {"n": "1"}, {"n": True}, {"p": "90"}, {"q": 5}, {"c": ["Bug"]}):
        assert wanted.model_validate_json(json.dumps({"results": [entry(1) | wrong]})).results == []
    with pytest.raises(ValidationError):
        wanted.model_validate_json('{"results": {"n": 1}}')


def test_upper_and_lower_case_are_mended() -> None:
    filled = form.form([Category(name="Bug report"), Category(name="STRASSE")]).model_validate(
        {"results": [entry(1, "BUG Report"), entry(2, "stra\u00dfe")]}
    )
    assert [one.c for one in filled.results] == ["Bug report", "STRASSE"]


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
    "other",
    [{}, [1, "Bug", 90, []], {"n": 1, "c": "Bug", "p": 90}, {"n": 1, "c": "Toast", "p": 90, "q": ""}, "Bug", None],
)
def test_another_shape_counts_for_nothing(other: Any) -> None:
    assert judged(other, entry(2)).keys() == {2}


def test_no_category_is_no_verdict() -> None:
    assert judged(entry(1) | {"c": []}, entry(2) | {"c": ["Bug"]}, several=True).keys() == {2}


def test_evidence_comes_along() -> None:
    assert judged(entry(1, evidence="Crashes at"))[1].evidence == "crashes at"


CELLS = st.integers() | st.sampled_from(["Bug", "praise"]) | st.lists(st.sampled_from(["Bug", "praise"]), max_size=2)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys("ncpq", CELLS)), max_size=8), st.booleans())
def test_any_results_give_sound_verdicts(results: list[Any], several: bool) -> None:  # noqa: FBT001 - hypothesis's
    for number, verdict in judged(*results, several=several).items():
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
