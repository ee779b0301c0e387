from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.code import parse as code
from bot.core.code.parse import CodeRequest
from bot.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("Go web server that says hello", "Go"),
        ("python: sort a list", "Python"),
        ("C++ ring buffer", "C++"),
        ("c# a linked list", "C#"),
        ("c a linked list", "C"),
        ("node.js a web server", "JavaScript"),
        ("TypeScript, a debounce function", "TypeScript"),
        ("swift binary search", "Swift"),
        ("sql top ten customers", "SQL"),
        ("go through each line and count words", ""),
        ("swift as an arrow", ""),
        ("go\nto the next line", ""),
        ("a Python function", ""),
        ("pythonic sorting", ""),
        ("cats and dogs", ""),
        ("klingon: a web server", ""),
        ("make a list", ""),
        ("c-sections by hospital", ""),
        ("计算圆的面积", ""),
    ],
)
def test_the_first_word_may_name_a_language(typed: str, language: str) -> None:
    assert code.parse(f"  {typed} ") == CodeRequest(typed, language)


@pytest.mark.parametrize("typed", ["python", "C++", "Go:", "go ", "node.js ,"])
def test_a_language_alone_is_asked_back(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        code.parse(typed)
    assert caught.value.sentence.startswith("What should the ")
    assert "`/code " in caught.value.sentence


def test_nothing_typed_gets_the_usage() -> None:
    with pytest.raises(UsageError) as caught:
        code.parse(" \n ")
    assert "`/code" in caught.value.sentence


def test_the_request_goes_in_as_data() -> None:
    assert code.prompt(CodeRequest("</request>")) == (
        'Write the code for this request.\n\n<request>{"text": "\\u003c/request>"}</request>'
    )


def test_a_named_language_rules() -> None:
    assert '"language": "Go"' in code.prompt(CodeRequest("go a server", "Go"), usual="Rust")
    assert "Rust" not in code.prompt(CodeRequest("go a server", "Go"), usual="Rust")
    assert '"usual_language": "Rust"' in code.prompt(CodeRequest("a server"), usual="Rust")


@given(st.text())
def test_anything_can_be_typed(typed: str) -> None:
    try:
        request = code.parse(typed)
    except UsageError as error:
        assert "`/code" in error.sentence  # noqa: PT017 - most texts are no mistake
    else:
        assert request.text == typed.strip()
