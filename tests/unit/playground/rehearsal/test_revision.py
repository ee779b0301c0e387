"""Follow-ups on code: tests, explanations, other languages, changes."""

from __future__ import annotations

import ast

import pytest

from bot.playground.anthropic.reply import ModelRequest
from bot.playground.rehearsal.model import NOTICE, Rehearsal
from bot.playground.rehearsal.revision import files_in, revise

AREA = "```python\n# circle_area.py\ndef circle_area(radius):\n    return 3.14 * radius**2\n```\n\nIt takes metres."
TURNS = [("user", "circle area"), ("assistant", AREA)]


def code_of(answer: str) -> str:
    return answer.split("```")[1].partition("\n")[2]


def test_the_latest_version_counts() -> None:
    newer = AREA.replace("3.14", "3.1416")
    [file] = files_in([*TURNS, ("assistant", newer), ("user", AREA)])
    assert (file.name, "3.1416" in file.body) == ("circle_area.py", True)


def test_tests_go_into_their_own_file() -> None:
    answer = revise("Write tests for circle_area.py, in a file of their own.", files_in(TURNS))
    code = code_of(answer)
    assert code.startswith("# test_circle_area.py\n")
    ast.parse(code)
    assert "circle_area.circle_area" in code


def test_a_change_keeps_the_files_name() -> None:
    code = code_of(revise("Refuse negative numbers", files_in(TURNS)))
    assert code.startswith("# circle_area.py\n# Asked for: Refuse negative numbers\n")
    ast.parse(code)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("Explain circle_area.py", "`circle_area`"),
        ("Write circle_area.py in Go", "```go\n// circle_area.go"),
        ("circle_area.py does not parse: invalid syntax", "# circle_area.py\ndef circle_area"),
    ],
)
def test_a_request_is_answered_by_its_kind(request_: str, expected: str) -> None:
    assert expected in revise(request_, files_in(TURNS))


def test_a_thread_with_code_is_revised() -> None:
    messages = [{"role": role, "content": text} for role, text in [*TURNS, ("user", "explain it")]]
    answer = Rehearsal(pace=0).answer(ModelRequest({"messages": messages}, {}))
    assert NOTICE in answer
    assert "defines:" in answer
