"""The files of an answer: its fenced blocks, each under a fitting name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from bot.core.code.language import UNKNOWN, find, usual_extension

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it.token import Token

MAX_NAME = 60  # characters of a file's name, its extension not counted
LONGEST_EXPLANATION = 1_200  # characters beside the blocks; the prompt asks for five lines
SHORTENED = "_The explanation was long, so I shortened it here: “Explain” gives all of it._"

# Blocks are all that is needed of it, and the text between them need not be parsed.
_MARKDOWN = MarkdownIt("commonmark").disable(["inline", "text_join"])
_LINE_END = re.compile(r"\r\n|\r|\n")
_TICKS = re.compile(r"`{3,}")
_FILE_NAME = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z_][\w-]{0,60}(?:\.[A-Za-z][\w-]{0,20}){0,2}\.[A-Za-z][A-Za-z0-9]{0,9})(?![\w/\\(]|\.\w)",
    re.ASCII,
)
_WITHOUT_EXTENSION = re.compile(r"(?<![\w.-])(?P<name>Dockerfile|Makefile|Jenkinsfile|Procfile|Gemfile)(?![\w./\\-])")
# A first line that says nothing but the file's name, which is what the prompt asks for.
_COMMENT = re.compile(
    r"\s*+(?:#|//|--|/\*++|<!--|;++|%|\"\"\"|\(\*|')\s*+(?:file(?:name)?:\s*+)?+(?P<said>[\w./\\-]+)\s*+(?:\*/|-->|\"\"\"|\*\))?+\s*+",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(r"\A(?:#!.*\n|<\?php[ \t]*\n)")
_DEFINITION = re.compile(
    r"^[ \t]*(?:export\s+|default\s+|public\s+|static\s+|async\s+|abstract\s+|pub\s+|final\s+)*"
    r"(?:def|class|function|func|fn|interface|struct|trait|enum|module|const|let"
    r"|(?i:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|VIEW|FUNCTION)(?:\s+IF\s+NOT\s+EXISTS)?))"
    r"\s+(?P<name>[A-Za-z]\w*)",
    re.MULTILINE,
)
_VERB = re.compile(r"^(?:calculate|compute|calc)_(?=[a-z])")
# Windows can't save these, whatever their extension; https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file of code. `version` counts from 1 within its thread; what a person attached is version 0."""

    name: str
    content: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of an answer, from the line `first` up to before `end`.

    `is_named`: the answer itself says what the file is called. `is_closed`: its fence is, so that it is whole.
    """

    file: CodeFile
    tag: str
    first: int
    end: int
    is_named: bool
    is_closed: bool


def blocks(text: str) -> list[Block]:
    """Find the fenced code blocks of an answer that hold anything, each with a fitting name, no name twice."""
    found: list[Block] = []
    lines = _LINE_END.split(text)
    for token in _MARKDOWN.parse(text):
        if token.type == "fence" and (code := clean(token.content).strip("\n")):
            first, end = token.map or (0, 0)
            tag, _, rest = token.info.replace(":", " ", 1).strip().partition(" ")
            said = _said(tag, rest, code)
            name = _distinct(_permitted(said or _guessed(tag, code)), {block.file.name.casefold() for block in found})
            file = CodeFile(name, code + "\n")
            found.append(Block(file, tag.lower(), first, end, bool(said), _is_closed(token, lines)))
    return found


def files(text: str) -> list[CodeFile]:
    """Take the whole blocks of an answer as files. One that was never closed is what a cut answer leaves, and none."""
    return [block.file for block in blocks(text) if block.is_closed]


def clean(text: str) -> str:
    """Replace what can't be stored or sent: NUL, and halves of characters."""
    return _NO_TEXT.sub("\ufffd", text)


def replaced(text: str, changed: Mapping[str, str]) -> str:
    """Write an answer with other Markdown in the place of some of its blocks, by the names of their files."""
    lines = _LINE_END.split(text)
    for block in reversed(blocks(text)):
        if block.file.name in changed:
            lines[block.first : block.end] = changed[block.file.name].split("\n")
    return "\n".join(lines)


def brief(text: str) -> str:
    """Write an answer with its blocks whole, and what stands beside them cut at a line's end where it grew long."""
    lines = _LINE_END.split(text)
    inside = {number for block in blocks(text) for number in range(block.first, block.end)}
    room, kept = LONGEST_EXPLANATION, list[str]()
    for number, line in enumerate(lines):
        if number not in inside:
            room -= len(line)
        if number in inside or room >= 0:
            kept.append(line)
    return text if room >= 0 else "\n".join([*kept, "", SHORTENED])


def fenced(content: str, tag: str) -> str:
    """Put a text into a fence that nothing in it can close."""
    longest = max((len(ticks) for ticks in _TICKS.findall(content)), default=2)
    fence = "`" * (longest + 1 if longest > 2 else 3)  # noqa: PLR2004 - the shortest fence has three
    return f"{fence}{tag}\n{content.rstrip(chr(10))}\n{fence}"


def _is_closed(token: Token, lines: list[str]) -> bool:
    first, end = token.map or (0, 0)
    last = lines[end - 1].strip(" \t>")
    return end - first > 1 and set(last) == {token.markup[0]} and len(last) >= len(token.markup)


def _said(tag: str, rest: str, code: str) -> str:
    """Return the name that the fence or the first comment says, "" for none."""
    said = _COMMENT.fullmatch(_PREAMBLE.sub("", code).split("\n", 1)[0])
    for hint in (rest, said["said"] if said else "", tag if usual_extension(tag.lower()) == UNKNOWN else ""):
        if match := _FILE_NAME.search(hint) or _WITHOUT_EXTENSION.search(hint):
            return match["name"]
    return ""


def _guessed(tag: str, code: str) -> str:
    """Name a file after its language, and what it defines first."""
    if find(tag) in {"Dockerfile", "Makefile"}:
        return find(tag)
    extension = usual_extension(tag.lower())
    if not (defined := _DEFINITION.search(code)):
        return f"snippet.{extension}"
    # Java wants a file to have its class's very name.
    stem = defined["name"] if extension == "java" else _VERB.sub("", _snake(defined["name"]))
    return f"{stem[:MAX_NAME]}.{extension}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _permitted(name: str) -> str:
    stem, dot, rest = name.partition(".")
    return f"{stem}_{dot}{rest}" if _RESERVED.fullmatch(stem) else name


def _distinct(name: str, taken: set[str]) -> str:
    stem, dot, extension = name.rpartition(".") if "." in name else (name, "", "")
    candidate, count = name, 1
    while candidate.casefold() in taken:
        count += 1
        candidate = f"{stem}_{count}{dot}{extension}"
    return candidate
