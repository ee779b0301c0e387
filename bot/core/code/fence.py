"""Fences inside of fences: a README with code in it, a docstring with an example.

By the rules of Markdown the first line of mere backticks ends a block. Models forget that, and put a file that has such
lines into a fence that is no longer than they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

# Blocks are all that is needed of it, and the text between them need not be parsed.
_MARKDOWN = MarkdownIt("commonmark").disable(["inline", "text_join"])
LINE_END = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"[\s>]*(?P<signs>`{3,}|~{3,})(?P<info>[^`]*)\Z")
MOST = 50  # fences that are widened in an answer


def tokens(text: str) -> list[Token]:
    """Return the fences of an answer, as Markdown has them."""
    return [token for token in _MARKDOWN.parse(text) if token.type == "fence"]


def widened(text: str) -> str:
    """Return an answer in which a fence that holds others is longer than they are; no line is added or taken away.

    A fence with a language that is opened within a block has to be closed within it. Where it is not, the line that
    ends the block was meant for that, and the block ends where its own fences come out even.
    """
    lines = LINE_END.split(text)
    for _ in range(MOST):
        if (found := _cut_by_inner(lines)) is None:
            break
        first, last, signs = found
        for number in (first, *([last] if last is not None else [])):
            lines[number] = lines[number].replace(signs, signs[0] * (_longest(lines, first, last) + 1), 1)
    return "\n".join(lines)


def is_closed(token: Token, lines: Sequence[str]) -> bool:
    """Return whether a fence's block has its end."""
    first, end = token.map or (0, 0)
    last = lines[end - 1].strip(" \t>")
    return end - first > 1 and set(last) == {token.markup[0]} and len(last) >= len(token.markup)


def _cut_by_inner(lines: Sequence[str]) -> tuple[int, int | None, str] | None:
    """Find the first block that a fence within it ends: its first line, the line that should end it, and its fence."""
    for token in tokens("\n".join(lines)):
        first, end = token.map or (0, 0)
        depth = _depth(lines[first + 1 : end - 1], token.markup)
        if depth and is_closed(token, lines):
            return first, _end(lines, end, token.markup, depth - 1), token.markup
    return None


def _depth(lines: Sequence[str], fence: str) -> int:
    depth = 0
    for line in lines:
        step = _step(line, fence)
        depth = max(0, depth + step)
    return depth


def _end(lines: Sequence[str], start: int, fence: str, depth: int) -> int | None:
    for number in range(start, len(lines)):
        depth += _step(lines[number], fence)
        if depth < 0:
            return number
    return None


def _step(line: str, fence: str) -> int:
    """Return 1 for a line that opens a fence, -1 for one that closes it; 0 for one that is shorter than `fence`."""
    match = _FENCE.match(line)
    if not match or not match["signs"].startswith(fence):
        return 0
    return 1 if match["info"].strip() else -1


def _longest(lines: Sequence[str], first: int, last: int | None) -> int:
    inside = lines[first : len(lines) if last is None else last + 1]
    return max(len(match["signs"]) for line in inside if (match := _FENCE.match(line)))
