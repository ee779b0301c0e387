"""Follow-ups on code without a model: tests, an explanation, another language, or a note about a change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.playground.rehearsal.code import skeleton
from bot.playground.rehearsal.languages import LANGUAGES, named_language
from bot.playground.rehearsal.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHOWN_OF_REQUEST = 160  # characters
MAX_SHOWN = 8

_OPENING = re.compile(r"```(?P<tag>\w*+)[ \t]*+")
_CLOSING = re.compile(r"```[ \t]*+")
_NAMED = re.compile(r"(?:#|//|--|/\*|<!--)\s*+(?P<name>[\w.-]+\.\w{1,8})\s*+(?:\*/|-->)?\s*+")
_DEFINED = re.compile(r"^(?:async )?(?:def|class|function|func|fn)\s+(\w+)", re.MULTILINE)
_ASKS_TESTS = re.compile(r"\btests?\b", re.IGNORECASE)
_ASKS_WHY = re.compile(r"\bexplain\b|\bhow does\b|\bwhat does\b|\bwhy\b", re.IGNORECASE)
_ASKS_MEND = re.compile(r"\b(?:parse|syntax|does ?n[o']t compile|invalid)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ThreadFile:
    """A file of the thread."""

    tag: str
    name: str
    body: str


def files_in(turns: Sequence[tuple[str, str]]) -> list[ThreadFile]:
    """Return the files in a thread's answers, each in its newest version, the newest file last."""
    found: dict[str, ThreadFile] = {}
    for role, text in turns:
        for tag, body in _fenced(text) if role == "assistant" else ():
            if named := _NAMED.fullmatch(body[0].strip() if body else ""):
                found.pop(named["name"], None)
                found[named["name"]] = ThreadFile(tag, named["name"], "\n".join(body).rstrip("\n"))
    return list(found.values())


def _fenced(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the tag and the lines of each closed code block."""
    tag: str | None = None
    body: list[str] = []
    for line in text.split("\n"):
        if tag is None:
            opening = _OPENING.fullmatch(line)
            tag, body = (opening["tag"], []) if opening else (None, [])
        elif _CLOSING.fullmatch(line):
            yield tag, body
            tag = None
        else:
            body.append(line)


def revise(request: str, files: Sequence[ThreadFile]) -> str:
    """Answer a follow-up about the thread's files: those that it names, or the newest."""
    meant = [file for file in files if file.name in request] or [files[-1]]
    file = meant[-1]
    language = named_language(request)
    if _ASKS_MEND.search(request):
        return "\n\n".join(_block(file.tag, file.body) for file in meant)
    if _ASKS_TESTS.search(request):
        return _tests(file)
    if _ASKS_WHY.search(request):
        return explain(file)
    if language and language.tag != file.tag:
        return skeleton(f"{PurePath(file.name).stem.replace('_', ' ')}", language)
    return _changed(file, request)


def explain(file: ThreadFile) -> str:
    """Describe what a file consists of."""
    names = _DEFINED.findall(file.body)
    parts = "\n".join(f"- `{name}`" for name in names[:MAX_SHOWN]) or "- nothing, only statements"
    lines = file.body.count("\n") + 1
    return f"`{file.name}` has {lines} lines and defines:\n{parts}\n\nClaude would explain what each one does."


def _tests(file: ThreadFile) -> str:
    stem = PurePath(file.name).stem
    if file.tag != "python":
        language = LANGUAGES.get(file.tag) or named_language("python")
        return skeleton(f"tests {stem.replace('_', ' ')}", language) if language else explain(file)
    names = [name for name in _DEFINED.findall(file.body) if not name.startswith("_")]
    checks = [f"def test_{name}_is_there() -> None:\n    assert callable({stem}.{name})" for name in names[:MAX_SHOWN]]
    body = "\n\n\n".join(
        [f"# test_{stem}.py\nimport {stem}", *(checks or [f"def test_it_loads() -> None:\n    assert {stem}"])]
    )
    return f"{_block('python', body)}\n\nThese only check that everything is defined. Claude would test what it does."


def _changed(file: ThreadFile, request: str) -> str:
    """Return the file with the request noted in it: the rehearsal model can't do more, and says so."""
    first, _, rest = file.body.partition("\n")
    mark = next((language for language in LANGUAGES.values() if language.tag == file.tag), None)
    asked = "".join(character for character in shorten(request, SHOWN_OF_REQUEST) if character.isprintable())
    note = mark.remark(f"Asked for: {asked}") if mark else f"# Asked for: {asked}"
    body = f"{first}\n{note}\n{rest}"
    return f"{_block(file.tag, body)}\n\nI only added your request as a comment. Claude would change the code."


def _block(tag: str, body: str) -> str:
    return f"```{tag}\n{body}\n```"
