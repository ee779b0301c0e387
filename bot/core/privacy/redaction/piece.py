"""A long text in pieces: one search through a megabyte would block all threads while it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 30_000  # characters, more than any secret has

# Where nothing that is hidden goes on: between paragraphs, lines (in JSON, too) and sentences, at last between words.
_ENDS = ("\n\n", "\n", "\\n", ". ")
_BETWEEN_WORDS = re.compile(r"(?<=[^\W\d_]{3})\s(?=[^\W\d_]{3})")
_KEY, _KEY_ENDS = "-----BEGIN ", "-----END "


def pieces(text: str) -> Iterator[str]:
    """Cut a text into pieces, none of which ends within something that is to be hidden, as far as can be told."""
    start = 0
    while len(text) - start > LONGEST:
        end = _end(text, start)
        yield text[start:end]
        start = end
    yield text[start:]


def _end(text: str, start: int) -> int:
    end = start + LONGEST
    key = text.rfind(_KEY, start, end)
    if key > max(start, text.rfind(_KEY_ENDS, start, end)):
        return key
    half = start + LONGEST // 2
    for mark in _ENDS:
        if (at := text.rfind(mark, half, end)) >= 0:
            return at + len(mark)
    return max((match.end() for match in _BETWEEN_WORDS.finditer(text, half, end)), default=end)
