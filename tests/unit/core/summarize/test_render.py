from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.core.domain.summary import Shape, SummaryOptions
from bot.core.summarize.render import NO_ACTIONS, NOTHING_FOUND, page
from bot.core.summarize.schema import ActionItem, Findings, Point, nothing
from tests.support.spoken import said

FOUND = Findings(
    gist=[Point(text="The launch moved.", messages=["m3"])],
    decided=[Point(text="We ship on Friday.", messages=["m1", "m3"])],
    open=[],
    actions=[
        ActionItem(who="Ada", what="write the notes", when="by Thursday", messages=["m2"]),
        ActionItem(who="", what="tell sales", when="", messages=["m1"]),
    ],
    disagreements=[],
    themes=[Point(text="Risk: it came up thrice.", messages=["m2"])],
)


def address(name: str) -> str:
    return f"https://chat.example/{name}"


def test_every_statement_has_its_links() -> None:
    assert page(FOUND, SummaryOptions(), address) == (
        "The launch moved. [1](https://chat.example/m3)\n\n"
        "**Decided**\n- We ship on Friday. [2](https://chat.example/m1) [1](https://chat.example/m3)\n\n"
        "**Who does what**\n"
        "- **Ada**: write the notes (by Thursday) [3](https://chat.example/m2)\n"
        "- tell sales [2](https://chat.example/m1)\n\n"
        "**Themes**\n- Risk: it came up thrice. [3](https://chat.example/m2)\n\n"
        "_Nothing left open, no disagreements._"
    )


def test_only_actions_are_a_list() -> None:
    text = page(FOUND, SummaryOptions(only_actions=True), address)
    assert text.startswith("- **Ada**: write the notes")
    assert "Friday" not in text
    assert page(nothing(), SummaryOptions(only_actions=True), address) == NO_ACTIONS


def test_a_table_has_a_row_a_statement() -> None:
    rows = page(FOUND, SummaryOptions(shape=Shape.TABLE), address).splitlines()
    assert len(rows) == 2 + 5
    assert rows[4] == "| Who does what | write the notes | Ada | by Thursday | [3](https://chat.example/m2) |"


def test_prose_has_no_lists() -> None:
    text = page(FOUND, SummaryOptions(shape=Shape.PARAGRAPH), address)
    assert "\n- " not in text
    assert "**Decided.** We ship on Friday. [2]" in text


def test_bullets_are_wanted_of_all() -> None:
    text = page(FOUND, SummaryOptions(shape=Shape.BULLETS), address)
    assert text.startswith("- The launch moved. [1](https://chat.example/m3)\n\n**Decided**\n- We ship")


def test_nothing_found_is_said() -> None:
    assert page(nothing(), SummaryOptions(), address) == NOTHING_FOUND


def test_headings_are_in_the_readers_language() -> None:
    text = said(lambda: page(FOUND, SummaryOptions(), address))
    assert "\n\n**Wer macht was**\n- **Ada**: write the notes" in text
    assert text.endswith("_Nichts offen, keine Meinungsverschiedenheiten._")


@pytest.mark.parametrize("shape", Shape)
@given(
    words=st.text()
    | st.sampled_from(
        [
            "[a](http://evil.example)",
            "![x](http://e.example/p.png)",
            "<http://e.example>",
            "http://evil.example",
            "a | b",
            "`x`",
            "# big",
            "[1]: http://e.example",
        ]
    )
)
def test_only_our_links_are_links(shape: Shape, words: str) -> None:
    found = nothing().model_copy(
        update={
            "gist": [Point(text=words, messages=["m1"])],
            "actions": [ActionItem(who=words, what=words, when=words, messages=["m1"])],
        }
    )
    html = (
        MarkdownIt("commonmark", {"linkify": False})
        .enable("table")
        .render(page(found, SummaryOptions(shape=shape), address))
    )
    assert set(re.findall(r"(?:href|src)=\"([^\"]*)\"", html)) <= {"https://chat.example/m1"}
    assert "<img" not in html
