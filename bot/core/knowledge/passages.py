"""A page is cut by its headings into passages, which are what is found and cited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST_PAGE = 1_000_000  # characters; what follows is left out
SHORT = 300  # characters: a shorter section is joined to the next one below or beside its heading
USUAL = 1_500  # characters: a longer section is cut between its paragraphs
LONGEST = 4_000  # characters: no passage is longer; a longer code block or table is cut between its lines
LONGEST_HEADING = 200  # characters of one that leads to a passage

_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:(=+)|(-+))[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_MARKUP = re.compile(r"[`*]+|!?\[|\]\([^()\s]*\)|\\(?=\W)")
_NOT_PROSE = ("|", "- ", "* ", "+ ", ">", "    ", "\t")


@dataclass(frozen=True, slots=True)
class PagePassage:
    """A part of a page; `headings` lead to it, the outermost first."""

    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Heading:
    """`line` is how it is written, `level` 1 for the outermost."""

    level: int
    line: str
    words: str

    @property
    def is_told(self) -> bool:
        """Return whether its words are all that its line has."""
        return self.line.strip(" \t#") == self.words


@dataclass(frozen=True, slots=True)
class _Section:
    """What stands below a heading, which is the last one of `path`: blocks that are not torn where possible."""

    path: tuple[_Heading, ...]
    blocks: list[str]

    @property
    def length(self) -> int:
        return sum(map(len, self.blocks))


def passages(text: str) -> list[PagePassage]:
    """Cut Markdown into passages. Takes linear time; each word is in one, or in its headings."""
    found: list[PagePassage] = []
    joined: list[_Section] = []
    length = 0
    for section in _sections(text[:LONGEST_PAGE]):
        if joined and (length >= SHORT or (length and length + section.length > USUAL) or not _joins(section, joined)):
            found += _cut(joined)
            joined, length = [], 0
        joined.append(section)
        length += section.length
    return found + _cut(joined)


def _joins(section: _Section, joined: Sequence[_Section]) -> bool:
    """Return whether a section is below the heading of the first one, or beside it below the same heading."""
    first = joined[0].path
    above = first[:-1] if first and joined[0].blocks else first
    return len(section.path) > len(above) and section.path[: len(above)] == above and bool(above)


def _cut(sections: Sequence[_Section]) -> list[PagePassage]:
    """Make passages of sections that go together, under the headings of the first that says something."""
    if not sections:
        return []
    path = next((one.path for one in sections if one.blocks), sections[-1].path)
    told = {id(heading) for heading in path if heading.is_told}
    blocks: list[str] = []
    for section in sections:
        blocks += [heading.line for heading in section.path[-1:] if id(heading) not in told]
        blocks += section.blocks
    if not blocks and path:
        blocks = [path[-1].line]
    return [PagePassage(tuple(heading.words for heading in path), part) for part in _packed(blocks)]


def _packed(blocks: Sequence[str]) -> Iterator[str]:
    """Put blocks together up to the usual length."""
    held: list[str] = []
    length = 0
    for block in (part for one in blocks for part in _bounded(one)):
        if held and length + len(block) > USUAL:
            yield "\n\n".join(held)
            held, length = [], 0
        held.append(block)
        length += len(block) + 2
    if held:
        yield "\n\n".join(held)


def _bounded(block: str) -> Iterator[str]:
    """Cut a block that is too long between its lines, and a line between its words; prose sooner than others."""
    most = LONGEST if _FENCE.match(block) or block.lstrip().startswith("|") else USUAL
    if len(block) <= most:
        yield block
        return
    held: list[str] = []
    length = 0
    for line in (part for one in block.split("\n") for part in _pieces(one, most)):
        if held and length + len(line) > most:
            yield "\n".join(held)
            held, length = [], 0
        held.append(line)
        length += len(line) + 1
    if held:
        yield "\n".join(held)


def _pieces(line: str, most: int) -> Iterator[str]:
    """Cut a line that is too long after a sentence or a word, or where it must be."""
    start = 0
    while len(line) - start > most:
        sentence = line.rfind(". ", start + most // 2, start + most)
        end = sentence + 1 if sentence >= 0 else line.rfind(" ", start + 1, start + most)
        end = end if end > start else start + most
        yield line[start:end]
        start = end
    yield line[start:]


def _sections(text: str) -> Iterator[_Section]:
    section = _Section((), [])
    for part in _parts(text):
        if isinstance(part, _Heading):
            if section.path or section.blocks:
                yield section
            above = tuple(one for one in section.path if one.level < part.level)
            section = _Section((*above, part), [])
        elif part.strip():
            section.blocks.append(part)
    if section.path or section.blocks:
        yield section


def _parts(text: str) -> Iterator[str | _Heading]:
    """Split a text into blocks and headings."""
    block: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opened = _FENCE.match(line)
        if fence:
            block.append(line)
            if opened and opened[1].startswith(fence) and not line[opened.end() :].strip():
                yield "\n".join(block)
                block, fence = [], ""
            continue
        heading = _HEADING.match(line)
        if len(block) == 1 and not block[0].startswith(_NOT_PROSE) and (underline := _UNDERLINE.match(line)):
            yield _Heading(1 if underline[1] else 2, block[0], _words(block[0]))
            block = []
        elif heading or opened or not line.strip():
            if block:
                yield "\n".join(block)
            block, fence = ([line], opened[1]) if opened else ([], "")
            if heading:
                yield _Heading(len(heading[1]), line, _words(line[heading.end() :]))
        else:
            block.append(line)
    if block:
        yield "\n".join(block)


def _words(heading: str) -> str:
    """Return what a heading says, without its markup."""
    return " ".join(_MARKUP.sub("", heading).rstrip(" \t#").split())[:LONGEST_HEADING]
