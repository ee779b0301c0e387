"""The statements of a text: its sentences, items, rows and blocks of code, each of which has to have a source.

Headings, what leads to a list, questions and words like "Yes." state nothing by themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_LETTERS = 12  # of a statement
LONGEST_LEAD = 100  # characters of what leads to what follows, and ends with a colon
LONGEST_QUESTION = 200  # characters

# A number and its mark are what a streamed answer has behind what cites.
MARK = re.compile(r"(?: |(?<![\w`\])]))\[\d{1,3}\](?:\([^\s()]*+\))?")

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_PREFIX = re.compile(r"[ \t]*(?:>[ \t]?)*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?")
_BEGINS = re.compile(r"[ \t]*(?:>|[-*+•][ \t]|\d{1,3}[.)][ \t]|#{1,6}[ \t]|\||`{3,}|~{3,})")
_HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t].*|\*\*[^*\n]+\*\*:?[ \t]*|\|[\s:|-]+)", re.DOTALL)
_SENTENCE_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'\u201d\u2019\u00bb)\]*_`]*+(?:" + MARK.pattern + r"){0,9}(?=\s)|[\u3002\uff01\uff1f]"
)
# What ends with a dot and goes on: one letter, as in "e.g." and "z. B.", and these.
_GOES_ON = re.compile(
    r"(?:\b[^\W\d_]|\b(?:approx|bzw|ca|cf|etc|evtl|ggf|incl|inkl|max|min|no|nr|resp|usw|vgl|vs))\.\Z", re.IGNORECASE
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # one of these says as much as three letters
_MARKUP = "*_`~>\"'\u201d\u2019\u00bb) \t\n"


@dataclass(frozen=True, slots=True)
class Statement:
    """A part of a text, from `start` to `end`. `unit`: the number of its paragraph, item, row or block of code.

    `is_claim`: it states something. `is_code`: it is a block of code.
    """

    start: int
    end: int
    unit: int
    is_claim: bool = True
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    end: int
    is_code: bool = False


def statements(text: str) -> list[Statement]:
    """Return the statements of a text, in their order. Takes linear time."""
    return [one for number, unit in enumerate(_units(text)) for one in _of_unit(text, unit, number)]


def letters(text: str) -> int:
    """Count the letters and digits of a text, marks of citations aside."""
    plain = MARK.sub("", text)
    return sum(map(str.isalnum, plain)) + 2 * len(_WIDE.findall(plain))


def _units(text: str) -> Iterator[_Unit]:
    """Cut a text into paragraphs, items, rows, headings and blocks of code, without the blank lines."""
    begin = end = -1  # of a paragraph or an item, which may have several lines
    fence, fence_start = "", 0
    at = 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        opening = _FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence) and not line[opening.end() :].strip():
                yield _Unit(fence_start, at, is_code=True)
                fence = ""
            continue
        goes_on = begin >= 0 and line.strip() and not _BEGINS.match(line)
        if goes_on and not _HEADING.fullmatch(text[begin:end].strip()):
            end = at
            continue
        if begin >= 0:
            yield _Unit(begin, end)
            begin = -1
        if opening:
            fence, fence_start = opening[1], start
        elif line.strip():
            begin, end = start, at
    if fence:
        yield _Unit(fence_start, len(text), is_code=True)
    elif begin >= 0:
        yield _Unit(begin, end)


def _of_unit(text: str, unit: _Unit, number: int) -> Iterator[Statement]:
    whole = text[unit.start : unit.end].rstrip()
    if unit.is_code:
        yield Statement(unit.start, unit.start + len(whole), number, is_code=True)
        return
    if _HEADING.fullmatch(whole.strip()) or whole.lstrip().startswith("|"):
        is_heading = _HEADING.fullmatch(whole.strip()) is not None and not _states(whole)
        is_claim = not is_heading and letters(whole) >= LEAST_LETTERS
        yield Statement(unit.start, unit.start + len(whole), number, is_claim=is_claim)
        return
    start = len(_PREFIX.match(whole)[0])  # type: ignore[index] # it matches anything
    for end in _ends(whole, start):
        said = whole[start:end]
        begin = start + len(said) - len(said.lstrip())
        if said.strip():
            yield Statement(unit.start + begin, unit.start + end, number, is_claim=_is_claim(said))
        start = end


def _ends(whole: str, start: int) -> Iterator[int]:
    """Return where the sentences of a unit end."""
    for match in _SENTENCE_END.finditer(whole, start):
        after = whole[match.end() : match.end() + 3].lstrip()
        if after[:1].islower() or _GOES_ON.search(whole[max(start, match.start() - 8) : match.start() + 1]):
            continue
        yield match.end()
    yield len(whole)


def _states(heading: str) -> bool:
    """Return whether a heading is a sentence, or as long as one."""
    bare = MARK.sub("", heading).strip(_MARKUP + "#")
    return bare.endswith((".", "!", "\u3002")) or len(bare) > LONGEST_LEAD


def _is_claim(said: str) -> bool:
    bare = MARK.sub("", said).rstrip(_MARKUP)
    if letters(bare) < LEAST_LETTERS:
        return False
    if bare.endswith((":", "\uff1a")):
        return len(bare) > LONGEST_LEAD
    return not bare.endswith(("?", "\uff1f")) or len(bare) > LONGEST_QUESTION
