"""Check whether a file of code parses. Nothing here runs what it reads.

Well-maintained parsers do the work, each with a bound on size, depth or time, since what they read comes from
strangers.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import tomllib
import warnings
from functools import cache
from typing import TYPE_CHECKING, NoReturn

import tree_sitter
import tree_sitter_bash
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_ruby
import tree_sitter_rust
import tree_sitter_typescript

from bot.core.domain.code_file import SyntaxFault, SyntaxReport
from bot.language import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.domain.code_file import CodeFile

MAX_CHECKED = 50_000  # characters
PATIENCE = 1.0  # seconds of CPU for one file, in the parsers that could take long
SHOWN_OF_CODE = 30  # characters
CHUNK = 4_096  # bytes

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its warnings quote what it reads

# SQL has many dialects: a file is faulty only if none of these can read it.
_DIALECTS = ("postgres", "mysql", "sqlite", "tsql", "bigquery", "snowflake", "oracle", "")


class UncheckedError(Exception):
    """The parser gave up: nothing is known about the file."""


class NotJsonError(Exception):
    """The file has a constant that Python's parser takes and JSON does not."""


def check(files: Sequence[CodeFile]) -> SyntaxReport:
    """Parse files. They come from strangers, so call it where `FileReader` bounds what that takes."""
    faults: dict[str, SyntaxFault] = {}
    unchecked: set[str] = set()
    for file in files:
        try:
            fault = find_fault(file)
        except UncheckedError:
            unchecked.add(file.name)
        else:
            faults |= {file.name: fault} if fault else {}
    return SyntaxReport(faults, frozenset(unchecked))


def find_fault(file: CodeFile) -> SyntaxFault | None:
    """Parse a file as its extension says; return what is wrong with it. Raises `UncheckedError`."""
    parse = PARSERS.get(file.name.rpartition(".")[2].lower())
    if parse is None or len(file.content) > MAX_CHECKED:
        raise UncheckedError
    try:
        return parse(file.content)
    except (RecursionError, MemoryError):  # nested deeper than the parser goes
        raise UncheckedError from None


def _python(code: str) -> SyntaxFault | None:
    """Compile Python with the running version; its own limits on depth hold in a thread, too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "code.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        release = f"{sys.version_info.major}.{sys.version_info.minor}"
        return SyntaxFault(f"{error.msg.split(' (code.py')[0]} (Python {release})", error.lineno or 0)
    except ValueError:  # before 3.12, NUL
        return SyntaxFault(N_("a character that isn't allowed in code"))
    return None


def _json(code: str) -> SyntaxFault | None:
    def refuse(constant: str) -> NoReturn:
        raise NotJsonError(constant)

    try:
        json.loads(code, parse_constant=refuse)
    except json.JSONDecodeError as error:
        return SyntaxFault(error.msg, error.lineno)
    except NotJsonError as error:
        return SyntaxFault(N_("{code} is not JSON"), code=str(error))
    except ValueError as error:  # a number of too many digits
        return SyntaxFault(str(error).partition(";")[0])
    return None


def _toml(code: str) -> SyntaxFault | None:
    try:
        tomllib.loads(code)
    except tomllib.TOMLDecodeError as error:
        # Before 3.14, only the message has the line: "Invalid value (at line 1, column 5)".
        reason, _, place = str(error).partition(" (at ")
        line = place.removeprefix("line ").partition(",")[0]
        return SyntaxFault(reason, int(line) if line.isdecimal() else 0)
    return None


def _yaml(code: str) -> SyntaxFault | None:
    """Read YAML's events: no object is made, no alias followed. Templates of YAML are not checked."""
    if "{{" in code or "{%" in code:
        raise UncheckedError
    import yaml  # noqa: PLC0415 (as SQL's parser: seldom needed, and not for nothing)

    try:
        for _event in yaml.parse(code, Loader=yaml.CSafeLoader):
            pass
    except yaml.MarkedYAMLError as error:
        return SyntaxFault(error.problem or N_("not YAML"), error.problem_mark.line + 1 if error.problem_mark else 0)
    except yaml.YAMLError:
        return SyntaxFault(N_("a character that isn't allowed in YAML"))
    return None


def _sql(code: str) -> SyntaxFault | None:
    import sqlglot  # noqa: PLC0415 (it takes 0.2 s, and little of what is written is SQL)
    from sqlglot.errors import ErrorLevel, ParseError, TokenError  # noqa: PLC0415

    dialects = [sqlglot.Dialect.get_or_raise(name) for name in _DIALECTS]  # loaded here, at the first file
    deadline = time.thread_time() + PATIENCE
    first: SyntaxFault | None = None
    for dialect in dialects:
        try:
            sqlglot.parse(code, read=dialect, error_level=ErrorLevel.IMMEDIATE)
        except ParseError as error:
            where = error.errors[0] if error.errors else {}
            shown, line = _shown(where.get("highlight")), where.get("line") or 0
            reason = N_("not understood at {code}") if shown else N_("not understood at its end")
            first = first or SyntaxFault(reason, line, shown)
        except TokenError:
            first = first or SyntaxFault(N_("a quote or comment is never closed"))
        else:
            return None
        if time.thread_time() > deadline:
            raise UncheckedError
    return first


@cache
def _grammar(name: str) -> tree_sitter.Language:
    pointers = {
        "bash": tree_sitter_bash.language,
        "go": tree_sitter_go.language,
        "java": tree_sitter_java.language,
        "javascript": tree_sitter_javascript.language,
        "php": tree_sitter_php.language_php,
        "ruby": tree_sitter_ruby.language,
        "rust": tree_sitter_rust.language,
        "typescript": tree_sitter_typescript.language_typescript,
        "tsx": tree_sitter_typescript.language_tsx,
    }
    return tree_sitter.Language(pointers[name]())


def _by_grammar(name: str) -> Callable[[str], SyntaxFault | None]:
    def parse(code: str) -> SyntaxFault | None:
        data = code.encode()
        deadline = time.thread_time() + PATIENCE

        def read(offset: int, _: object) -> bytes:
            return data[offset : offset + CHUNK]

        def is_late(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001 (tree-sitter's signature)
            return time.thread_time() > deadline

        try:
            tree = tree_sitter.Parser(_grammar(name)).parse(read, progress_callback=is_late)
        except ValueError:
            raise UncheckedError from None
        return _first_error(tree, data) if tree.root_node.has_error else None

    return parse


def _first_error(tree: tree_sitter.Tree, data: bytes) -> SyntaxFault:
    """Find the first node that the parser had to leave out or make up."""
    cursor, last_line = tree.walk(), data.rstrip().count(b"\n") + 1
    while True:
        node = cursor.node
        if node is not None and node.is_missing:
            line = min(node.start_point[0] + 1, last_line)
            return SyntaxFault(N_("{code} is missing"), line, _shown(node.type))
        if node is not None and node.is_error and node.parent is not None:
            code = data[node.start_byte : node.end_byte].decode(errors="ignore")
            shown = _shown(code)
            reason = N_("unexpected {code}") if shown else N_("unexpected end")
            return SyntaxFault(reason, node.start_point[0] + 1, shown)
        has_error = node is not None and node.has_error
        if not ((has_error and cursor.goto_first_child()) or cursor.goto_next_sibling()):
            # All of it is one error: each part could be read, but the end is missing.
            return SyntaxFault(N_("something before it is unfinished or not closed"), last_line)


def _shown(code: object) -> str:
    """Quote the beginning of a piece of code, on one line; "" for none."""
    line = " ".join(str(code or "").split()).replace("`", "'")
    return f"`{line[:SHOWN_OF_CODE]}…`" if len(line) > SHOWN_OF_CODE else f"`{line}`" if line else ""


PARSERS: dict[str, Callable[[str], SyntaxFault | None]] = {
    "py": _python,
    "pyi": _python,
    "json": _json,
    "toml": _toml,
    "yaml": _yaml,
    "yml": _yaml,
    "sql": _sql,
    **dict.fromkeys(("sh", "bash"), _by_grammar("bash")),
    **dict.fromkeys(("js", "mjs", "cjs", "jsx"), _by_grammar("javascript")),
    **dict.fromkeys(("ts", "mts", "cts"), _by_grammar("typescript")),
    "tsx": _by_grammar("tsx"),
    "go": _by_grammar("go"),
    "java": _by_grammar("java"),
    "php": _by_grammar("php"),
    "rb": _by_grammar("ruby"),
    "rs": _by_grammar("rust"),
}
