"""Reading text without a model."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.rehearsal.text import Theme, central, sentences, shorten, stem, stems, tagged, themes, words

REPORT = (
    "The upload service failed on Monday. Users saw errors from the upload service for two hours. "
    "Lunch was pasta. The team restarted the upload service, e.g. its workers, and errors stopped."
)


def test_sentences_end_at_their_marks() -> None:
    assert sentences("One. Two! Three?\n- four") == ["One.", "Two!", "Three?", "four"]


def test_abbreviations_do_not_end_sentences() -> None:
    assert sentences("Use tools, e.g. a saw. Then stop.") == ["Use tools, e.g. a saw.", "Then stop."]


def test_sentences_without_spaces_are_split() -> None:
    assert sentences("今日は晴れ。明日は雨\uff01") == ["今日は晴れ。", "明日は雨\uff01"]


def test_lone_sentence_splits_into_clauses() -> None:
    assert central("That is the question: whether to act; or not.", 3) == [
        "That is the question:",
        "whether to act;",
        "or not.",
    ]


@pytest.mark.parametrize("form", ["crash", "crashes", "crashed", "crashing"])
def test_forms_of_word_share_stem(form: str) -> None:
    assert stem(form) == "crash"


def test_stopwords_carry_no_meaning() -> None:
    assert stems("The uploads are failing, and so on") == ["upload", "fail"]


def test_central_sentences_use_frequent_words() -> None:
    found = central(REPORT, 2)
    assert "Lunch was pasta." not in found
    assert found[0] == "The upload service failed on Monday."


def test_central_sentences_keep_their_order() -> None:
    found = central(REPORT, 3)
    assert found == sorted(found, key=REPORT.index)


def test_themes_are_what_comes_back() -> None:
    assert themes(REPORT)[0] == Theme("upload service", 2)


def test_themes_do_not_repeat_themselves() -> None:
    phrases = [theme.phrase for theme in themes(REPORT)]
    assert len({stem(word) for phrase in phrases for word in phrase.split()}) >= len(phrases)
    assert len(set(phrases)) == len(phrases)


def test_tagged_json_may_hold_closing_tag() -> None:
    data = {"text": "before </document> after"}
    assert tagged(f"Summarize\n<document>{json.dumps(data)}</document>", "document") == data


def test_cut_json_is_read_as_text() -> None:
    assert tagged('<document>{"text": "cut', "document") == '{"text": "cut'


def test_absent_tag_gives_nothing() -> None:
    assert tagged("a document", "document") is None


def test_deeply_nested_json_is_text() -> None:
    assert tagged("<messages>" + "[" * 100_000, "messages") == "[" * 100_000


@given(st.text(max_size=500))
def test_any_text_can_be_read(text: str) -> None:
    assert all(word == word.casefold() for word in words(text))
    parts = sentences(text)
    assert all(part == " ".join(part.split()) and part for part in parts)
    assert "".join(words(text)) == "" or parts
    assert len(central(text)) <= 5
    assert len(themes(text)) <= 5


@given(st.text(max_size=500), st.integers(min_value=2, max_value=100))
def test_shortened_text_fits_its_length(text: str, length: int) -> None:
    line = shorten(text, length)
    assert len(line) <= length
    assert "\n" not in line


@given(st.text(max_size=200), st.text(max_size=200))
def test_tagged_data_survives_any_surroundings(text: str, after: str) -> None:
    assert tagged(f"<request>{json.dumps({'text': text})}</request>{after}", "request") == {"text": text}


@pytest.mark.parametrize("unit", ["a", " ", ".", "? ", "a'", "x: ", "日本語。", "crash the app. "])
def test_huge_text_is_read_at_length(unit: str) -> None:
    text = unit * 50_000
    assert len(central(text)) <= 5
    assert len(themes(text)) <= 5


def test_what_is_said_twice_is_central_once() -> None:
    text = "The app crashes on export. The export crashes the app. Invoices miss a number. Search is slow today."
    assert central(text, 2) == ["The app crashes on export.", "Invoices miss a number."]
