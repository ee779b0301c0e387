"""Finds the sentences in code that are not in the catalog: `python -m tests.unit.sentences bot/core/classify`.

What is not for people is known by where it stands (a log line, SQL, a regular expression, an error for developers) or
says so in a comment, `# not for people: …`, with the reason. At the end of a text's first or last line, it is about
that text; where an assignment, a class or a function begins, about all that is in it; on a line of its own, about the
module.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot import errors
from bot.integrations import errors as integration_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

TWO_WORDS = re.compile(r"[A-Za-z']{2,}[,;:.]? +[A-Za-z']{2,}")
CODE = re.compile(r"`[^`]*`")
MARK = "# not for people: "
DEFINITIONS = (ast.Assign, ast.AnnAssign, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
TRANSLATED = {"_", "N_", "ngettext"}
TYPED = {"verbs", "said", "example", "usage_hint"}  # the arguments that hold what people type
# What takes text that nobody reads in Slack.
INTERNAL = {"compile", "TypeVar", "NewType", "cast", "text", "getLogger"}
LOGGED = {"debug", "info", "warning", "error", "exception", "critical"}
BUGS = {"RuntimeError", "AssertionError", "LookupError", "TypeError", "KeyError", "NotImplementedError"}
# What is given to errors is logged, but for those that get a sentence.
SAID = {"UsageError", "NotAllowedError", "FileError", "HeavyFileError", "OverBudgetError"}
CAUSES = {name for name in vars(errors) | vars(integration_errors) if name.endswith("Error")} - SAID
SQL = re.compile(r"\s*(?:SELECT|UPDATE|PRAGMA|BEGIN) ")


def outside(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each sentence of a module that no call marks for the catalog."""
    lines = source.splitlines()
    if any(line.startswith(MARK) for line in lines):
        return
    marked = {number for number, line in enumerate(lines, start=1) if MARK in line}
    for node, text in _literals(ast.parse(source), marked):
        is_sentence = TWO_WORDS.search(CODE.sub("", text)) and not SQL.match(text)
        if is_sentence and marked.isdisjoint({node.lineno, node.end_lineno}):
            yield node.lineno, text


def _literals(node: ast.AST, marked: set[int]) -> Iterator[tuple[ast.expr, str]]:
    """Yield texts, but no docstrings, annotations, log lines and other things that people never see."""
    if _is_apart(node, marked):
        return
    if isinstance(node, ast.Call) and _name(node.func) in TRANSLATED | INTERNAL | BUGS | CAUSES:
        yield from (found for one in node.keywords for found in _literals(one.value, marked))
        return
    if isinstance(node, ast.JoinedStr):
        yield from ((node, text) for text in _marked_within(node))  # Babel looks into no f-string
        yield node, "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        node = ast.Tuple([one.value for one in node.values if isinstance(one, ast.FormattedValue)], ast.Load())
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node, node.value
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns"}:
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield from _literals(one, marked)


def _is_apart(node: ast.AST, marked: set[int]) -> bool:
    """Return whether nothing in a part of a module is for people."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Call):
        return _name(node.func) in LOGGED and _is_log(node.func)
    if isinstance(node, ast.keyword):
        return node.arg in TYPED
    return isinstance(node, DEFINITIONS) and node.lineno in marked


def _marked_within(node: ast.JoinedStr) -> Iterator[str]:
    calls = (one for one in ast.walk(node) if isinstance(one, ast.Call) and _name(one.func) in TRANSLATED)
    yield from (str(one.value) for call in calls for one in call.args if isinstance(one, ast.Constant))


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _is_log(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "log"


if __name__ == "__main__":
    count = 0
    for path in sorted(
        file for name in sys.argv[1:] for file in (Path(name).rglob("*.py") if Path(name).is_dir() else [Path(name)])
    ):
        for line, text in outside(path.read_text(encoding="utf-8")):
            sys.stdout.write(f"{path}:{line}: {text!r}\n")
            count += 1
    sys.stdout.write(f"{count} sentences outside the catalog\n")
