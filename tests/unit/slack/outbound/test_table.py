from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.playground.slack import blocks as slack
from bot.slack.outbound import table
from bot.slack.outbound.cell import cells as split

LINES = st.lists(
    st.sampled_from(
        (
            "| a | b |",
            "|---|---|",
            "| 1 | 2 |",
            "a | b",
            "--|:-:",
            "1 | 2",
            "prose",
            "",
            "```",
            "| a |",
            "|---|",
            "a | b | c",
            "# head",
        )
    ),
    max_size=14,
)


@given(LINES)
@example(["```", "| a | b |", "|---|---|", "```"])
@example(["| a | b |", "|---|---|", "prose", "", "prose"])
def test_tables_are_those_of_markdown(lines: list[str]) -> None:
    text = "\n".join(lines)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    wanted = [token.map[0] for token in tokens if token.type == "table_open" and token.map]
    assert [text[: one.start].count("\n") for one in table.find(text)] == wanted


@given(LINES, st.integers(0, 200))
def test_what_is_settled_stays_so(lines: list[str], length: int) -> None:
    """No table that begins later reaches back into what could be shown, and none that could be shown grows."""
    whole = "\n".join(lines)
    shown = table.settled(whole[:length])
    for one in table.find(whole):
        assert not one.start < shown < one.end or one.end <= shown


def texts(block: dict[str, Any]) -> list[list[str]]:
    return [[slack._cell(cell) for cell in row] for row in block["rows"]]  # noqa: SLF001 (it reads what Slack shows)


def test_a_table_becomes_a_block() -> None:
    block = table.block("| Name | Price |\n|:--|--:|\n| **Tea** | `3` |\n| [Milk](https://example.com) | |\n")
    assert texts(block) == [["Name", "Price"], ["Tea", "3"], ["Milk", " "]]
    assert [setting["align"] for setting in block["column_settings"]] == ["left", "right"]
    assert slack.check([block])
    link = block["rows"][2][0]["elements"][0]["elements"][0]
    assert (link["type"], link["url"]) == ("link", "https://example.com")


def test_uneven_rows_lose_nothing() -> None:
    block = table.block("a | b\n--|--\n1\n1 | 2 | 3\n")
    assert texts(block) == [["a", "b"], ["1", " "], ["1", "2 | 3"]]


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=3), min_size=1, max_size=5))
def test_any_cells_are_accepted(rows: list[list[str]]) -> None:
    lines = ["a | b", "--|--", *(" | ".join(" ".join(cell.split()) for cell in row) for row in rows)]
    assert slack.check([table.block("\n".join(lines))])


@pytest.mark.parametrize(
    ("line", "cells"),
    [("| a | b |", ["a", "b"]), ("a|b", ["a", "b"]), (r"| a \| b | c |", ["a | b", "c"]), (r"| a \|", ["a |"])],
)
def test_a_row_is_split_at_pipes(line: str, cells: list[str]) -> None:
    assert split(line) == cells
