"""A page is cut into passages: each word is in one, none is too long, and a table or a code block is not torn."""

from __future__ import annotations

import re
import time

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.knowledge.passages import LONGEST, SHORT, USUAL, PagePassage, passages

LONG = "A sentence that goes on. " * 20  # longer than `SHORT`, shorter than `USUAL`
LINES = st.sampled_from(
    [
        *(
            "# One",
            "## Two `x`",
            "### Three ###",
            "#",
            "####### none",
            "Under\n===",
            "Lower\n---",
            "## [a link](x.html)",
        ),
        *("", "  ", "Some words here.", "- an item", "| a | b |", "> said", "    indented", "```", "~~~~", "```python"),
        *(LONG, "word " * 900, "x" * 5_000, "| cell " * 300, "last words"),
    ]
)


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text) if len(word) < USUAL}


@given(st.lists(LINES, max_size=25).map("\n".join))
@example("Under\n===\n\n" + "## Two\n" * 40)
@example("```\nnever closed\n\n# in it")
def test_every_word_is_in_a_passage(text: str) -> None:
    found = passages(text)
    assert words(text) <= words(" ".join([*(one.text for one in found), *(" ".join(one.headings) for one in found)]))
    assert all(0 < len(one.text) <= LONGEST for one in found)
    assert len(found) <= text.count("\n") + len(text) // SHORT + 1


def test_headings_lead_to_a_passage() -> None:
    text = f"# Guide\n\n{LONG}\n\n## Install\n\n{LONG}\n\n### On Linux\n\n{LONG}\n\n## Use `it`\n\n{LONG}"
    assert [one.headings for one in passages(text)] == [
        ("Guide",),
        ("Guide", "Install"),
        ("Guide", "Install", "On Linux"),
        ("Guide", "Use it"),
    ]


def test_short_neighbors_are_joined() -> None:
    text = "# Questions\n\n## Who pays?\n\nWe do.\n\n## Until when?\n\nFriday.\n\n# Other\n\nEnd."
    questions, other = passages(text)
    assert questions == PagePassage(("Questions", "Who pays?"), "We do.\n\n## Until when?\n\nFriday.")
    assert other.headings == ("Other",)


def test_a_long_section_keeps_its_heading() -> None:
    """Sections beside a long one are not joined to it: its passages would be under a heading that is not theirs."""
    text = f"# Guide\n\n## Before\n\nShort.\n\n## Long\n\n{(LONG + chr(10) * 2) * 9}"
    assert [one.headings[-1] for one in passages(text)] == ["Before", *["Long"] * 5]


def test_code_and_tables_stay_whole() -> None:
    code = "```sh\n" + "run --fast\n\n" * 200 + "```"
    table = "\n".join(["| name | value |", "| --- | --- |", *["| a | b |"] * 200])
    assert len(code) > USUAL
    found = [one.text for one in passages(f"# A\n\n{LONG}\n\n{code}\n\n{table}")]
    assert code in found
    assert table in found


def test_what_is_in_code_is_no_heading() -> None:
    assert [one.headings for one in passages("# Real\n\n```\n# a comment\n```\n\n" + LONG)] == [("Real",)]


def test_cutting_takes_linear_time() -> None:
    for text in (
        "# " * 300_000,
        "```\n" * 150_000,
        "|" * 600_000,
        "=\n-\n" * 150_000,
        "[](" * 200_000,
        "#\n" * 300_000,
    ):
        begun = time.process_time()
        passages(text)
        assert time.process_time() - begun < 5, text[:10]
