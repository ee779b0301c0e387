from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.code_blocks.resume import LEAST_REPEATED, joined, unfinished

CODE = "# a.py\ndef area(r):\n    return 3 * r * r\n"
WHOLE = f"Here it is.\n\n```python\n{CODE}```\n\nIt takes the radius."


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("", ""),
        ("No code.", ""),
        (WHOLE, ""),
        ("So:\n\n```go\npackage main", "```go\npackage main"),
        (f"{WHOLE}\n\n```go\npackage main\n", "```go\npackage main\n"),
    ],
)
def test_the_open_block_is_what_is_begun(text: str, begun: str) -> None:
    assert unfinished(text) == begun


@given(st.integers(0, len(CODE)))
def test_any_cut_is_joined_whole(cut: int) -> None:
    fence = "```python\n"
    assert joined(fence + CODE[:cut], f"{CODE[cut:]}```") == f"{fence}{CODE}```"


@given(st.integers(1, len(CODE)))
def test_a_fence_that_is_opened_again_counts_once(cut: int) -> None:
    fence = "```python\n"
    assert joined(fence + CODE[:cut], f"{fence}{CODE[cut:]}```") == f"{fence}{CODE}```"


def test_a_line_begun_anew_counts_once() -> None:
    assert joined("```\n    return 3 *", "    return 3 * r\n```") == "```\n    return 3 * r\n```"
    assert joined("```\n    }", "    }\n```") == "```\n    }    }\n```"


def test_without_a_beginning_all_stays() -> None:
    assert joined("", WHOLE) == WHOLE


@given(st.text(), st.text(st.characters(exclude_characters="`~")))
def test_nothing_of_what_follows_is_lost(begun: str, rest: str) -> None:
    last = begun.rpartition("\n")[2]
    whole = joined(begun, rest)
    assert whole == begun + rest or (len(last) >= LEAST_REPEATED and rest.startswith(last))
