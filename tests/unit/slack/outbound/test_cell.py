from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.slack import blocks as slack
from bot.slack.outbound import cell, table


def laid(text: str) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = cell.rich_text(text)["elements"][0]["elements"]
    return elements


def link(url: str, text: str = "") -> dict[str, Any]:
    return {"type": "link", "url": url, "text": text or url}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def emoji(name: str) -> dict[str, Any]:
    return {"type": "emoji", "name": name}


@pytest.mark.parametrize(
    ("line", "columns", "cells"),
    [
        ("| `a || b` | either |", 2, ["`a || b`", "either"]),
        ("| ``a ` | b`` | c |", 2, ["``a ` | b``", "c"]),
        ("| `a | b |", 2, ["`a", "b"]),
        ("| a `x | y` b |", 2, ["a `x", "y` b"]),  # as Markdown has it, where that alone fits
        ("| <https://e.com/a|A-1> | c |", 2, ["<https://e.com/a|A-1>", "c"]),
        ("| <@U1|ada> | <#C1|general> | <!subteam^S1|@a> |", 3, ["<@U1|ada>", "<#C1|general>", "<!subteam^S1|@a>"]),
        ("| a < b | c > d |", 2, ["a < b", "c > d"]),
        (r"| a \| b | `c \| d` |", 2, ["a | b", "`c | d`"]),
        (r"a | b\|", 2, ["a", "b|"]),
        ("|  | b |", 2, ["", "b"]),
        ("", 1, [""]),
    ],
)
def test_cells_stay_in_their_places(line: str, columns: int, cells: list[str]) -> None:
    assert cell.cells(line, columns) == cells


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("https://e.com/a_b_c?d=1&e=2", [link("https://e.com/a_b_c?d=1&e=2")]),
        ("See https://e.com.", [words("See "), link("https://e.com"), words(".")]),
        ("(https://e.com/a_(b))", [words("("), link("https://e.com/a_(b)"), words(")")]),
        ("**https://e.com**", [link("https://e.com") | {"style": {"bold": True}}]),
        ("<https://e.com/a|A-1>", [link("https://e.com/a", "A-1")]),
        ("<https://e.com/a>", [link("https://e.com/a")]),
        ("[A (1)](https://e.com/a_(1))", [link("https://e.com/a_(1)", "A (1)")]),
        ("<mailto:ada@e.com|ada@e.com>", [link("mailto:ada@e.com", "ada@e.com")]),
        ("ada.l+x@e-f.co.uk, or", [link("mailto:ada.l+x@e-f.co.uk", "ada.l+x@e-f.co.uk"), words(", or")]),
        ("<#C1>", [{"type": "channel", "channel_id": "C1"}]),
        ("<#C1|general>", [{"type": "channel", "channel_id": "C1"}]),
        ("<@U1|ada>!", [{"type": "user", "user_id": "U1"}, words("!")]),
        ("<\u200b!subteam^S1|@support>", [words("@support")]),
        ("<\u200b!channel>", [words("@channel")]),
        ("<!date^1392734382^{date}|Feb 18>", [words("Feb 18")]),
        (":+1: :white_check_mark:", [emoji("+1"), words(" "), emoji("white_check_mark")]),
        ("at 12:30:45", [words("at 12:30:45")]),
        ("a::b::c", [words("a::b::c")]),
        ("`https://e.com :x: ada@e.com`", [words("https://e.com :x: ada@e.com") | {"style": {"code": True}}]),
        ("one<br>two", [words("one"), words("\n"), words("two")]),
        ("a <b> c & d", [words("a <b> c & d")]),
        ("<@user>", [words("<@user>")]),
        ("مرحبا שלום", [words("مرحبا שלום")]),
    ],
)
def test_what_a_cell_holds_is_alive(text: str, elements: list[dict[str, Any]]) -> None:
    assert laid(text) == elements


@given(st.text(alphabet="ab .,:;|`<>@#!()[]*_~\\/\n-\u200d\u202eאب", max_size=200))
def test_any_cell_is_accepted(text: str) -> None:
    line = " ".join(text.split())
    row = f"| {line} | b |"
    assert slack.check([table.block(f"| x | y |\n|---|---|\n{row}")])


@given(st.lists(st.text(alphabet="ab`|\\ <>", max_size=12), min_size=1, max_size=4))
def test_no_word_of_a_row_is_lost(texts: list[str]) -> None:
    line = "|".join(texts)
    kept = "".join("".join(cell.cells(line)).split())
    assert sorted(kept.replace("|", "").replace("\\", "")) == sorted(
        "".join(line.split()).replace("|", "").replace("\\", "")
    )
