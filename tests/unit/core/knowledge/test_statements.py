"""What of a text is a statement, and has to have a source."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.knowledge.statements import statements


def claims(text: str) -> list[str]:
    return [text[one.start : one.end].strip() for one in statements(text) if one.is_claim]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The export writes CSV. It takes a minute!", ["The export writes CSV.", "It takes a minute!"]),
        ("Use e.g. the export page, z. B. am Abend.", ["Use e.g. the export page, z. B. am Abend."]),
        (
            "Version 2.1.3 fixes it, see docs.example/a.b for more.",
            ["Version 2.1.3 fixes it, see docs.example/a.b for more."],
        ),
        ("- Open the settings page\n- Press the button", ["Open the settings page", "Press the button"]),
        ("1. Open the page that\n   has the settings", ["Open the page that\n   has the settings"]),
        ("## How to export all data\n\nPress the Export button.", ["Press the Export button."]),
        ("**How to export all data**\nPress the Export button.", ["Press the Export button."]),
        ("| Plan | Price |\n|---|---|\n| Team plan | ten dollars |", ["| Team plan | ten dollars |"]),
        ("To export your data now:\n\n```sh\nlumen export\n```", ["```sh\nlumen export\n```"]),
        ("Yes. No. Which version do you use here?", []),
        (
            "データは設定ページから書き出せます。一分ほどかかります。",
            ["データは設定ページから書き出せます。", "一分ほどかかります。"],
        ),
        ("```\nan open block of code", ["```\nan open block of code"]),
        (
            "Send your password to us, please: " + "now " * 30 + ":",
            ["Send your password to us, please: " + "now " * 30 + ":"],
        ),
        ("Done. [1](https://docs.example/a) The rest follows.", ["The rest follows."]),
        ("", []),
    ],
)
def test_statements_are_found(text: str, expected: list[str]) -> None:
    assert claims(text) == expected


@given(st.text(alphabet="ab .!?\n`#-|>*[]1():~。é", max_size=200))
def test_statements_do_not_overlap(text: str) -> None:
    found = statements(text)
    ends = [0, *(one.end for one in found)]
    assert all(end <= one.start < one.end <= len(text) for end, one in zip(ends, found, strict=False))


@given(st.text(alphabet="ab .!?\n`#-|>*1:~é", max_size=200))
def test_no_letter_is_outside_of_statements(text: str) -> None:
    inside = {place for one in statements(text) for place in range(one.start, one.end)}
    outside = [sign for place, sign in enumerate(text) if place not in inside]
    assert not {"a", "b", "é"} & set(outside)


@pytest.mark.parametrize("piece", ["a. ", "e.g. ", "`", "[1](x) ", "- a\n", "```\n", "**a", "|", "> ", "。", "\n"])
def test_long_texts_take_linear_time(piece: str) -> None:
    begun = time.process_time()
    statements(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 10
