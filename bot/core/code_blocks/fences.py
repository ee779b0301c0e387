"""Read fences inside fences: a README with code in it, a docstring with an example.

By Markdown's rules, the first line of bare backticks ends a block. Models forget that, and put a file with such lines
into a fence that is no longer than they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

# Only blocks are needed; the text between them need not be parsed.
_MARKDOWN = MarkdownIt("commonmark").disable(["inline", "text_join"])
LINE_END = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"[\s>]*(?P<signs>`{3,}|~{3,})(?P<info>[^`]*)\Z")


def tokens(text: str) -> list[Token]:
    """Return the fences of an answer, as Markdown has them."""
    return [token for token in _MARKDOWN.parse(text) if token.type == "fence"]


def widened(text: str) -> str:
    """Return an answer in which a fence that holds others is longer than they are; no line is added or removed.

    A fence with a language that is opened within a block has to be closed within it. If it is not, the line that ends
    the block was meant for that fence, and the block ends where its own fences come out even.
    """
    lines = LINE_END.split(text)
    _WIDENING.parse("\n".join(lines), {"lines": lines})
    return "\n".join(lines)


def is_closed(token: Token, lines: Sequence[str]) -> bool:
    """Return whether a block's fence is closed."""
    first, end = token.map or (0, 0)
    last = lines[end - 1].strip(" \t>")
    return end - first > 1 and set(last) == {token.markup[0]} and len(last) >= len(token.markup)


def _widening(state: StateBlock, first: int, end: int, silent: bool) -> bool:  # noqa: FBT001 (a rule's signature)
    """Read a fence as Markdown does; if one within it ended it, make it longer, and continue after its own end."""
    if not fence(state, first, end, silent):
        return False
    if silent:
        return True
    lines, token = state.env["lines"], state.tokens[-1]
    depth = _depth(lines[first + 1 : state.line - 1], token.markup)
    if not depth or not is_closed(token, lines):
        return True
    stop, is_end = _end(state, end, token.markup, depth - 1)
    longer = token.markup[0] * (_longest(lines[first : stop + is_end]) + 1)
    for number in (first, stop)[: 1 + is_end]:
        lines[number] = lines[number].replace(token.markup, longer, 1)
    state.line = stop + is_end
    return True


def _leaves(state: StateBlock, line: int) -> bool:
    """Return whether a line is outside the container that is being read."""
    return not state.isEmpty(line) and state.sCount[line] < state.blkIndent


def _depth(lines: Sequence[str], markup: str) -> int:
    depth = 0
    for line in lines:
        step = _step(line, markup)
        depth = max(0, depth + step)
    return depth


def _end(state: StateBlock, end: int, markup: str, depth: int) -> tuple[int, bool]:
    """Return the line that ends a block whose fences are `depth` deep, and True; else where its container ends."""
    for number in range(state.line, end):
        if _leaves(state, number):
            return number, False
        depth += _step(state.env["lines"][number], markup)
        if depth < 0:
            return number, True
    return end, False


def _step(line: str, markup: str) -> int:
    """Return 1 for a line that opens a fence, -1 for one that closes it; 0 for one that is shorter than `markup`."""
    match = _FENCE.match(line)
    if not match or not match["signs"].startswith(markup):
        return 0
    return 1 if match["info"].strip() else -1


def _longest(lines: Sequence[str]) -> int:
    return max(len(match["signs"]) for line in lines if (match := _FENCE.match(line)))


_WIDENING = MarkdownIt("commonmark").disable(["inline", "text_join"])
_WIDENING.block.ruler.at("fence", _widening, {"alt": ["paragraph", "reference", "blockquote", "list"]})
