"""Markdown that is still being written, closed for the moment so that no raw marks are seen."""

from __future__ import annotations

import re

_MARK = re.compile(r"`+|\*\*|\*|__|_|~~")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]*)(?:\]\([^()\s]*)?$")
# Where a block begins: emphasis never reaches over it.
_BLOCK = re.compile(r"\n\n|\n(?= {0,9}(?:[-*+>|#]|\d{1,9}[.)]))")
# What can begin a mark or half of one.
_MARKS = "*_~`"


def closed(text: str) -> str:
    """Return text whose open emphasis, code and links end where it ends; fences are closed by Markdown itself."""
    if len(_FENCE.findall(text)) % 2:
        return text
    start = max((block.end() for block in _BLOCK.finditer(text)), default=0)
    kept = _LINK.sub(r"\1", text[start:]).rstrip()
    kept = kept[: len(kept) - _dangling(kept)].rstrip()
    return text[:start] + kept + "".join(reversed(_open_marks(kept)))


def _dangling(text: str) -> int:
    """Return the length of marks at the end with nothing after them yet: an opening one, or half of a closing one."""
    bare = text.rstrip(_MARKS)
    marks = text[len(bare) :]
    if not bare or bare[-1].isspace():
        return len(marks)
    unclosed = _open_marks(bare)
    is_half = bool(unclosed) and unclosed[-1].startswith(marks) and unclosed[-1] != marks
    return len(marks) if is_half else 0


def _open_marks(text: str) -> list[str]:
    """Return the marks that are opened and not closed, the first one first. A mark is open only once."""
    found: list[str] = []
    for match in _MARK.finditer(text):
        mark = match[0]
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if found and found[-1].startswith("`"):
            if mark == found[-1]:
                found.pop()
        elif mark in found:
            if before and not before.isspace():
                del found[found.index(mark) :]
        elif _opens(mark, before, after):
            found.append(mark)
    return found


def _opens(mark: str, before: str, after: str) -> bool:
    if mark.startswith("`"):
        return True
    is_inside_word = mark.startswith("_") and before.isalnum()
    return bool(after) and not after.isspace() and not is_inside_word
