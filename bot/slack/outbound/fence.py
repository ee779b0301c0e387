"""Code blocks of Markdown: where they begin and end, in lists and quotes too, line by line and in linear time.

Unlike CommonMark, a box after a list's marker (`- [ ] ```bash`) belongs to the marker: people mean the block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = (
    20  # containers in one another; further markers are taken for text, so that a line costs no more than it holds
)
MOST_TICKS = 100  # of a fence; what is longer is taken for text, as closing it would leave no room
LONGEST_OPENING = 100  # characters of a line that is repeated as it was written
LONGEST_WORD = 40  # of the info string that is repeated of a longer one

QUOTE = -1  # what stands for a quote in a path; a list's item is given by the columns that its content is indented

_CONTAINER = re.compile(
    r" {0,3}(?:(?P<quote>> ?)|(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?! )| (?= {4})|$)(?P<box>\[[ xX]\] +)?)"
)
_QUOTE = re.compile(r" {0,3}> ?")
_OPENING = re.compile(rf" {{0,3}}(?P<ticks>`{{3,{MOST_TICKS}}}(?!`)(?=[^`]*$)|~{{3,{MOST_TICKS}}}(?!~))(?P<info>.*)$")
_CLOSING = re.compile(r" *(?P<ticks>`{3,}|~{3,})[ \t\r]*$")
_STARTS = frozenset("`~>-*+0123456789")  # of what is more than text
_BEFORE = re.compile(r"[ \t>*+\-0-9.)\[\]xX]*")  # what may be before the content: indentation and markers
_BOX_INDENT = 4  # columns that the end of a block may be indented more, where its beginning stands after a box


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block that is open: the line that opened it, the containers it is in, its ticks and its info string.

    `has_marker`: the innermost item that it is in begins on that line.
    """

    line: str
    path: tuple[int, ...]
    ticks: str
    info: str
    has_box: bool = False
    has_marker: bool = False

    def ends_with(self, rest: str) -> bool:
        """Return whether a line, less what its containers put before it, closes the block."""
        match = _CLOSING.match(rest)
        return (
            match is not None
            and match["ticks"].startswith(self.ticks)
            and len(rest) - len(rest.lstrip(" ")) <= 3 + _BOX_INDENT * self.has_box
        )

    @property
    def closing(self) -> str:
        """Write the line that closes it."""
        return "".join("> " if one == QUOTE else " " * one for one in self.path) + self.ticks

    @property
    def opening(self) -> str:
        """Write the line that opens it again: as it was, or with less of its info string where that is long."""
        if len(self.line) <= LONGEST_OPENING:
            return self.line
        marker = self.line[: self.line.index(self.ticks)][:LONGEST_OPENING]
        return f"{marker}{self.ticks}{''.join(self.info.split()[:1])[:LONGEST_WORD]}"


class MarkdownLine(NamedTuple):
    """A line of a text, without its end: where it begins, the containers that it is in, and the block it is code of.

    The lines that open and close a block belong to it; `is_open`: the block goes on after this line.
    """

    start: int
    text: str
    path: tuple[int, ...]
    fence: Fence | None = None
    is_open: bool = False

    @property
    def is_opening(self) -> bool:
        """Return whether it opens a block."""
        return self.is_open and self.fence is not None and self.fence.line == self.text and self.path == self.fence.path


def lines(text: str) -> Iterator[MarkdownLine]:
    """Read a text line by line. Takes time in proportion to its length."""
    path: tuple[int, ...] = ()
    fence: Fence | None = None
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if not path and fence is None and line.lstrip(" \t")[:1] not in _STARTS:
            yield MarkdownLine(start, line, path)
            start = end + 1
            continue
        flat = _flat(line)
        if fence is not None:
            at, inside = _enter(flat, fence.path)
            if inside == fence.path:
                is_open = not fence.ends_with(flat[at:])
                yield MarkdownLine(start, line, path, fence, is_open)
                fence = fence if is_open else None
                start = end + 1
                continue
            fence = None  # the container has ended, and the block with it
        path, fence = _read(line, flat, path)
        yield MarkdownLine(start, line, path, fence, is_open=fence is not None)
        start = end + 1


def resumed(rest: str, fence: Fence) -> tuple[str, str]:
    """Return the line that opens a code block again, and what follows within it, as both read by themselves.

    Nothing is opened where the block ends at once. A block in an item that the opening line does not bring along is
    closed where that item ends, as nothing else would close it there.
    """
    start, is_first = 0, True
    has_item = fence.has_marker or all(one == QUOTE for one in fence.path)
    while start < len(rest):
        end = rest.find("\n", start)
        end = len(rest) if end < 0 else end
        flat = _flat(rest[start:end])
        at, inside = _enter(flat, fence.path)
        if is_first and inside != fence.path:
            return "", rest
        if inside == fence.path and fence.ends_with(flat[at:]):
            return ("", rest[end + 1 :].lstrip("\n")) if is_first else (f"{fence.opening}\n", rest)
        if inside != fence.path:
            return f"{fence.opening}\n", f"{rest[:start]}{fence.closing}\n{rest[start:]}"
        is_first = is_first and not flat.strip()
        if has_item and not is_first:
            break
        start = end + 1
    return f"{fence.opening}\n", rest


def open_fence(text: str) -> Fence | None:
    """Return the code block that is open at a text's end."""
    if "```" not in text and "~~~" not in text:
        return None
    last = None
    for last in lines(text):  # noqa: B007 (the last one is wanted)
        pass
    return last.fence if last is not None and last.is_open else None


def _flat(line: str) -> str:
    """Write the tabs before a line's content as spaces, those after a list's marker or a quote's sign too."""
    before = _BEFORE.match(line)
    if before is None or "\t" not in before[0]:
        return line
    return before[0].expandtabs(4) + line[before.end() :]


def _enter(line: str, path: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """Return where a line's content begins in as many containers of a path as it is in, and these."""
    at = 0
    for number, one in enumerate(path):
        if one == QUOTE:
            if (quote := _QUOTE.match(line, at)) is None:
                return at, path[:number]
            at = quote.end()
        elif not line[at:].strip():
            return at, path  # an item goes on after a blank line
        elif line.startswith(" " * one, at):
            at += one
        else:
            return at, path[:number]
    return at, path


def _read(line: str, flat: str, path: tuple[int, ...]) -> tuple[tuple[int, ...], Fence | None]:
    """Read a line that is not code: return the containers that it is in, and the block that it opens."""
    at, path = _enter(flat, path)
    has_box = has_marker = False
    while len(path) < DEEPEST and (marker := _CONTAINER.match(flat, at)):
        has_box = marker["box"] is not None
        width = marker.end() - at - len(marker["box"] or "")
        path = (*path, QUOTE if marker["quote"] else width)
        has_marker = has_marker or not marker["quote"]
        at = marker.end()
    match = _OPENING.match(flat, at)
    return path, Fence(line, path, match["ticks"], match["info"], has_box, has_marker) if match else None
