from __future__ import annotations

import json

import pytest
from anthropic import transform_schema
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core import classify
from bot.core.classify import DEFAULT_CATEGORIES, MAX_CATEGORIES, MAX_CATEGORY, MAX_ITEMS, SHOWN_OF_ITEM, Task
from bot.errors import UsageError

NAMES = st.text(st.characters(categories=("L", "N", "S")), min_size=1, max_size=20).filter(lambda name: name.strip())


@pytest.mark.parametrize(
    ("typed", "items", "categories"),
    [
        ("it crashes\nit sings", ("it crashes", "it sings"), DEFAULT_CATEGORIES),
        ("it crashes\ninto: Bug, Praise", ("it crashes",), ("Bug", "Praise")),
        ("it crashes into: Bug, Praise", ("it crashes",), ("Bug", "Praise")),
        ("it crashes\nINTO: Bug; Praise.", ("it crashes",), ("Bug", "Praise")),
        ("it crashes\r\nit sings\r\ninto:\r\n- Bug\r\n- Praise\r\n", ("it crashes", "it sings"), ("Bug", "Praise")),
        ("it crashes into:Bug,Praise", ("it crashes",), ("Bug", "Praise")),
        ("I ran into: a wall\nit sings\ninto: Bug, Praise", ("I ran into: a wall", "it sings"), ("Bug", "Praise")),
        ("it crashes into: Bug, bug, BUG , Praise", ("it crashes",), ("Bug", "Praise")),
        ('it crashes into: “Bug report”, "Praise"', ("it crashes",), ("Bug report", "Praise")),
        ("it crashes into: Bug\treport,, ,Praise", ("it crashes",), ("Bug report", "Praise")),
        ("es stürzt ab 💥 into: Fehler, Größe", ("es stürzt ab 💥",), ("Fehler", "Größe")),
        ("1. one\n2) two\n- three\n• four\n* five", ("one", "two", "three", "four", "five"), DEFAULT_CATEGORIES),
        (
            "2024 was slow\n3.5 is slower\n-1 apples",
            ("2024 was slow", "3.5 is slower", "-1 apples"),
            DEFAULT_CATEGORIES,
        ),
        ('"it crashes", "it sings", and "it, too"', ("it crashes", "it sings", "it, too"), DEFAULT_CATEGORIES),
        ("“it crashes” “it sings” into: A, B", ("it crashes", "it sings"), ("A", "B")),
        ('"it crashes"', ("it crashes",), DEFAULT_CATEGORIES),
        ('"it crashes",\n"it sings",', ("it crashes", "it sings"), DEFAULT_CATEGORIES),
        ('The "Save" and "Open" buttons crash', ('The "Save" and "Open" buttons crash',), DEFAULT_CATEGORIES),
        ("and", ("and",), DEFAULT_CATEGORIES),
        ('it costs 5"', ('it costs 5"',), DEFAULT_CATEGORIES),
        ("\n\n  it crashes  \n\n", ("it crashes",), DEFAULT_CATEGORIES),
        ("convert this intro: now", ("convert this intro: now",), DEFAULT_CATEGORIES),
    ],
)
def test_messages_and_categories_are_read(typed: str, items: tuple[str, ...], categories: tuple[str, ...]) -> None:
    assert classify.parse(typed) == Task(items, categories)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "`/classify`"),
        (" \n ", "`/classify`"),
        ("into: A, B", "no messages"),
        ('""\ninto: A, B', "no messages"),
        ("it crashes into: A", "at least two"),
        ("it crashes into: A, a", "at least two"),
        ("it crashes into:", "at least two"),
        ("it crashes into: ,;.", "at least two"),
        ("\n".join(["it crashes"] * (MAX_ITEMS + 1)), "501 messages"),
        ("it crashes into: " + ",".join(map(str, range(MAX_CATEGORIES + 1))), "51 categories"),
        ("it crashes into: A, " + "b" * (MAX_CATEGORY + 1), "80 characters"),
    ],
)
def test_what_cannot_be_sorted_is_said(typed: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        classify.parse(typed)
    assert sentence in caught.value.sentence
    assert len(caught.value.sentence) < 300


def test_the_limits_themselves_are_taken() -> None:
    names = [f"{number:02}".ljust(MAX_CATEGORY, "x") for number in range(MAX_CATEGORIES)]
    task = classify.parse("it crashes\n" * MAX_ITEMS + f"into: {', '.join(names)}")
    assert (len(task.items), task.categories) == (MAX_ITEMS, tuple(names))


def read(typed: str) -> Task | str:
    try:
        return classify.parse(typed)
    except UsageError as error:
        return error.sentence


@given(st.text())
def test_any_text_is_a_task_or_a_sentence(typed: str) -> None:
    found = read(typed)
    if isinstance(found, Task):
        assert all(item == item.strip() != "" for item in found.items)
        assert len(found.categories) > 1
    else:
        assert found


@given(st.lists(NAMES, min_size=2, max_size=8, unique_by=str.casefold), st.text(max_size=20))
def test_the_form_holds_only_the_categories(names: list[str], other: str) -> None:
    form = classify.form(names)

    def filled(category: str) -> str:
        return json.dumps({"results": [{"item": 1, "category": category}]})

    for name in names:
        assert form.model_validate_json(filled(name)).results[0].category == name
    if other.casefold() not in {name.casefold() for name in names}:
        with pytest.raises(ValidationError):
            form.model_validate_json(filled(other))


def test_the_api_is_given_the_enum() -> None:
    schema = transform_schema(classify.form(["Bug", "Praise"]))
    (result,) = schema["$defs"].values()
    assert result["properties"]["category"]["enum"] == ["Bug", "Praise"]
    assert result["additionalProperties"] is False
    assert set(result["required"]) == {"item", "category"}


def test_upper_and_lower_case_are_mended() -> None:
    filled = classify.form(["Bug report", "STRASSE"]).model_validate(
        {"results": [{"item": 1, "category": "BUG Report"}, {"item": 2, "category": "straße"}]}
    )
    assert [result.category for result in filled.results] == ["Bug report", "STRASSE"]


def test_the_list_is_numbered() -> None:
    written = classify.listing(["it\ncrashes", "x" * 400, "it sings"], {1: "Bug", 2: "Praise"})
    first, second, third = written.split("\n")
    assert first == "1. Bug - it crashes"
    assert second == f"2. Praise - {'x' * (SHOWN_OF_ITEM - 1)}…"
    assert third == "3. Unclassified - it sings"


@given(st.lists(st.text(max_size=400), min_size=1, max_size=5))
def test_each_item_has_its_line(items: list[str]) -> None:
    lines = classify.listing(items, {}).splitlines()
    assert [line.split(".")[0] for line in lines] == [str(number + 1) for number in range(len(items))]


@given(st.lists(st.text()))
def test_the_messages_go_in_as_data(items: list[str]) -> None:
    prompt = classify.prompt(list(enumerate(items, start=1)))
    data = prompt.removeprefix("Classify each of these messages.\n\n<messages>").removesuffix("</messages>")
    assert json.loads(data) == [{"item": number, "text": text} for number, text in enumerate(items, start=1)]


def test_a_quoted_list_needs_no_colon() -> None:
    task = classify.parse('"it crashes", "I forgot my password" into Bug report, Account issue')
    assert task.items == ("it crashes", "I forgot my password")
    assert task.categories == ("Bug report", "Account issue")


def test_into_in_a_message_is_its_own() -> None:
    task = classify.parse("I ran into: error on upload\nApp slow")
    assert task.items == ("I ran into: error on upload", "App slow")
    assert task.categories == DEFAULT_CATEGORIES
