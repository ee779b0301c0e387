"""Summaries of texts, in the length and shape that is wanted."""

from __future__ import annotations

import pytest

from bot.playground.rehearsal.summary import summarize
from bot.playground.rehearsal.text import sentences

TEXT = (
    "The importer crashes on large files. Sam will write a streaming importer by Friday. Large files come from two "
    "customers. The customers wait for an answer. We told them about the importer. Nobody knows the budget. "
    "The importer is old. It reads each file at once. Files of ten megabytes take a minute."
)


def test_sections_are_the_usual_shape() -> None:
    summary, themes = summarize(TEXT).split("\n\n")
    assert summary.startswith("**Summary**\n")
    assert themes.startswith("**Key themes**\n- Importer")


@pytest.mark.parametrize(
    ("wish", "count"), [("in three sentences at most", 3), ("", 3), ("in detail, in up to 600 words", 6)]
)
def test_the_length_is_as_wanted(wish: str, count: int) -> None:
    shown = summarize(TEXT, f"Summarize the text, {wish}, as prose without headings or lists.")
    assert len(sentences(shown)) == count


def test_a_short_one_has_no_themes() -> None:
    assert "themes" not in summarize(TEXT, "in three sentences at most")


def test_bullets_are_one_list() -> None:
    assert all(line.startswith("- ") for line in summarize(TEXT, "as one list of bullet points").split("\n"))


def test_a_table_has_a_row_a_part() -> None:
    rows = summarize(f"{TEXT} a | b", "as one table").split("\n")
    assert rows[:2] == ["| Part | What it says |", "|---|---|"]
    assert all(row.count("|") == 3 for row in rows)


def test_actions_can_stand_alone() -> None:
    assert summarize(TEXT, "Write the actions alone") == "- Sam: write a streaming importer by Friday"
    assert summarize("Nothing.", "Write the actions alone") == "There are no actions in this text."
