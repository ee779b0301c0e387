"""Code from templates, and honest skeletons."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.code.syntax import find_fault
from bot.core.domain.code_file import CodeFile
from bot.playground.rehearsal.code import KNOWN, TEMPLATES, load_templates, write_code
from bot.playground.rehearsal.languages import PYTHON, named_language

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def only_block(answer: str) -> tuple[str, str]:
    ((language, code),) = FENCE.findall(answer)
    return language, code


def run(name: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": name}
    _, code = only_block(load_templates()[f"{name}.py"])
    exec(compile(code, f"{name}.py", "exec"), namespace)  # noqa: S102 - the template is ours, and running it is the test
    return namespace


def test_circle_area_is_the_reference_answer() -> None:
    answer = write_code("Write a Python function to calculate circle area. Handle negative inputs.", load_templates())
    language, code = only_block(answer)
    assert language == "python"
    assert code.startswith("# circle_area.py\n")
    assert "def circle_area(radius)" in code


def test_circle_area_rejects_negative_radius() -> None:
    circle_area = run("circle_area")["circle_area"]
    assert circle_area(2) == pytest.approx(12.566, abs=0.001)
    for radius, error in ((-1, ValueError), (float("nan"), ValueError), ("2", TypeError), (True, TypeError)):
        with pytest.raises(error):
            circle_area(radius)


def test_fibonacci_counts_from_zero() -> None:
    fibonacci = run("fibonacci")["fibonacci"]
    assert fibonacci(7) == [0, 1, 1, 2, 3, 5, 8]
    assert fibonacci(0) == []
    with pytest.raises(ValueError, match="negative"):
        fibonacci(-1)


def test_palindrome_ignores_case_and_punctuation() -> None:
    is_palindrome = run("palindrome")["is_palindrome"]
    assert is_palindrome("A man, a plan, a canal: Panama")
    assert not is_palindrome("parley")


def test_csv_rows_are_dictionaries(tmp_path: Any) -> None:
    read_csv = run("read_csv")["read_csv"]
    path = tmp_path / "team.csv"
    path.write_text("name,team\nAda,Core\n")
    assert read_csv(path) == [{"name": "Ada", "team": "Core"}]
    path.write_text("name,team\nAda\n")
    with pytest.raises(ValueError, match="line 2"):
        read_csv(path)


def test_http_get_refuses_other_schemes() -> None:
    with pytest.raises(ValueError, match="http"):
        run("http_get")["http_get"]("file:///etc/hostname")


@pytest.mark.parametrize(("tag", "name"), sorted({(written_in.tag, name) for _, written_in, name in TEMPLATES}))
def test_templates_open_with_their_name(tag: str, name: str) -> None:
    language, code = only_block(load_templates()[name])
    assert (language, code.split("\n")[0].split()[1]) == (tag, name)


@pytest.mark.parametrize("name", sorted({name for _, _, name in TEMPLATES}))
def test_templates_pass_the_bots_check(name: str) -> None:
    _, code = only_block(load_templates()[name])
    assert find_fault(CodeFile(name, code)) is None


def test_each_language_with_a_template_is_told() -> None:
    assert all(written_in.name in KNOWN for _, written_in, _ in TEMPLATES)


@pytest.mark.parametrize(
    ("request_", "first_line"),
    [
        ("the first 10 Fibonacci numbers", "# fibonacci.py"),
        ("check for palindromes", "# palindrome.py"),
        ("read a CSV file", "# read_csv.py"),
        ("send an HTTP GET request", "# http_get.py"),
        ("debounce a search box in JavaScript", "// debounce.js"),
        ("SQL for the top 10 customers", "-- top_customers.sql"),
        ("Go web server", "// web_server.go"),
        ("an HTTP server in go", "// web_server.go"),
        ("debounce in TypeScript", "// debounce.ts"),
        ("a bash one-liner to count lines", "# count_lines.sh"),
    ],
)
def test_templates_are_found_by_words(request_: str, first_line: str) -> None:
    _, code = only_block(write_code(request_, load_templates()))
    assert code.startswith(first_line)


def test_other_language_gets_a_skeleton() -> None:
    language, code = only_block(write_code("circle area in Go", load_templates()))
    assert language == "go"
    assert code == "// circle_area.go\n// TODO: circle area in Go\n"


def test_skeleton_says_what_it_is() -> None:
    answer = write_code("Parse log lines", load_templates())
    assert "# parse_log_lines.py" in answer
    assert "I have no template for this" in answer


def test_a_server_without_a_language_is_not_go() -> None:
    assert write_code("a web server", load_templates()).startswith("```python\n# web_server.py")


@pytest.mark.parametrize(
    ("request_", "tag"),
    [
        ("sort in C++", "cpp"),
        ("sort in C#", "csharp"),
        ("sort in c", "c"),
        ("a TypeScript sort", "typescript"),
        ("a shell script", "bash"),
        ("a bash one-liner", "bash"),
        ("Go web server", "go"),
        ("go web server", "go"),
        ("a web server in Go", "go"),
        ("a parser, written with go", "go"),
        ("Write a Go function that goes through a list", "go"),
        ("web server (Go)", "go"),
        ("web server, Go.", "go"),
        ("python script that renames files", "python"),
        ("parse CSV using Rust", "rust"),
        ("a C program", "c"),
        ("C hash table", "c"),
        ("plot it using R", "r"),
        ("R script for a plot", "r"),
        ("a Swift struct", "swift"),
        ("quicksort in Haskell", "haskell"),
    ],
)
def test_languages_are_known_by_name(request_: str, tag: str) -> None:
    language = named_language(request_)
    assert language is not None
    assert language.tag == tag


@pytest.mark.parametrize(
    "request_",
    [
        *("go through a list", "Go through a list", "Go and fetch it", "ready to go", "a go-to list", "Go-to list"),
        *("vitamin c", "plan C for Monday", "a swift reply", "R&D numbers", "a javanese greeting", "in going", ""),
        *("let it go in order", "what goes in c-notes"),
    ],
)
def test_mere_words_are_no_language(request_: str) -> None:
    assert named_language(request_) is None


@given(st.text(max_size=300))
def test_any_request_gives_one_file(request_: str) -> None:
    language, code = only_block(write_code(request_, load_templates()))
    assert language
    assert re.fullmatch(r"\w+\.\w+", code.split("\n")[0].split()[1])


@given(st.text(max_size=300))
def test_skeletons_of_python_are_valid(request_: str) -> None:
    language, code = only_block(write_code(request_, load_templates()))
    if language == PYTHON.tag:
        compile(code, "skeleton.py", "exec")
