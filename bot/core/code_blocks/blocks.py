"""The fenced blocks of an answer, each as a file under a fitting name."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.code_blocks import file_names
from bot.core.code_blocks.fences import LINE_END, is_closed, tokens, widened
from bot.core.domain.code_file import CodeFile

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

QUICK = 2_000  # characters of an answer that are searched in a few milliseconds
PROSE = {"md", "markdown", "mdx", "rst", "txt", "adoc"}  # extensions of what has fences in it, and no syntax to check

_TICKS = re.compile(r"`{3,}")
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of an answer."""

    file: CodeFile
    tag: str  # the language at its fence, in lower case
    first: int  # the line of its opening fence
    end: int  # the line after its closing fence
    is_named: bool  # the answer itself names the file
    is_closed: bool  # its fence is closed, so the file is complete


def blocks(text: str) -> list[Block]:
    """Find an answer's fenced code blocks that are not empty, each under a fitting name of its own.

    This takes a while for a long answer: call `read` first.
    """
    return list(_blocks(text)) if "```" in text or "~~~" in text else []


async def read(text: str) -> None:
    """Parse a long answer off the event loop, so that `blocks` finds it in the cache."""
    if len(text) > QUICK:
        await asyncio.to_thread(blocks, text)


@lru_cache(maxsize=32)
def _blocks(text: str) -> tuple[Block, ...]:
    found: list[Block] = []
    text = widened(text)
    lines = LINE_END.split(text)
    last_end = 0
    for token in tokens(text):
        first, end = token.map or (0, 0)
        if code := clean(token.content).strip("\n"):
            info = token.info.strip()
            tag = info.replace(":", " ", 1).partition(" ")[0]
            said = file_names.said(info, code, _line_before(lines, first, last_end))
            taken = {block.file.name.casefold() for block in found}
            file = CodeFile(file_names.distinct(said or file_names.guessed(tag, code), taken), code + "\n")
            found.append(Block(file, tag.lower(), first, end, bool(said), is_closed(token, lines)))
        last_end = end
    return tuple(found)


def _line_before(lines: Sequence[str], first: int, last_end: int) -> str:
    """Return the line before a block, if only an empty one stands between; "" where that is another block's."""
    before = [line for line in lines[max(last_end, first - 2) : first] if line.strip()]
    return before[-1] if before else ""


def cut_short(text: str, faulty: Collection[str]) -> dict[str, int]:
    """Return the files that a fence within them seems to have ended, each with the line before which its rest ends.

    Each file has its language at its fence, so one without any that follows a file is most likely the rest of it: where
    that is `faulty`, or of a kind that can't be checked and often has fences in it.
    """
    found, rests = blocks(text), dict[str, int]()
    for number, block in enumerate(found):
        rest = next((after for after in found[number + 1 :] if after.tag or after.is_named), None)
        strays = [after for after in found[number + 1 :] if rest is None or after.first < rest.first]
        extension = block.file.name.rpartition(".")[2].casefold()
        if block.is_closed and block.is_named and strays and (block.file.name in faulty or extension in PROSE):
            rests[block.file.name] = strays[-1].end
    return rests


def without_rests(text: str, rests: Mapping[str, int], names: Collection[str]) -> str:
    """Take the rests of files that were cut short out of an answer, for those that have come whole since."""
    lines = LINE_END.split(text)
    for block in reversed(blocks(text)):
        if block.file.name in rests and block.file.name in names:
            del lines[block.end : rests[block.file.name]]
    return "\n".join(lines)


def files(text: str) -> list[CodeFile]:
    """Return an answer's complete blocks as files; a block that was never closed is left out."""
    return [block.file for block in blocks(text) if block.is_closed]


def clean(text: str) -> str:
    """Replace what can't be stored or sent: NUL and lone surrogates."""
    return _NO_TEXT.sub("\ufffd", text)


def replaced(text: str, changed: Mapping[str, str]) -> str:
    """Return an answer with some of its blocks replaced by other Markdown, by their files' names."""
    lines = LINE_END.split(text)
    for block in reversed(blocks(text)):
        if block.file.name in changed:
            lines[block.first : block.end] = changed[block.file.name].split("\n")
    return "\n".join(lines)


def fenced(content: str, tag: str) -> str:
    """Put a text into a fence that nothing in it can close."""
    longest = max((len(ticks) for ticks in _TICKS.findall(content)), default=2)
    fence = "`" * (longest + 1 if longest > 2 else 3)  # noqa: PLR2004 - the shortest fence has three
    return f"{fence}{tag}\n{content.rstrip(chr(10))}\n{fence}"
