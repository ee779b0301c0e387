"""Cut a conversation into parts that the model reads with care: how long one is, and how many are read at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING

from bot.core.summarize.transcript import TOKENS_AROUND_LINE
from bot.core.tokens import BYTES_PER_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.summarize.transcript import TranscriptLine

# One call reads up to this much; more is read in parts, in parallel, which takes less time and leaves less out.
ONE_CALL = 24_000  # tokens
PART = 12_000
LARGEST_PART = 40_000
MOST_PARTS = 24  # of a text: about a million tokens
PARALLEL = 8  # parts that are read at once


def parts(lines: Sequence[TranscriptLine], room: int) -> list[tuple[TranscriptLine, ...]]:
    """Cut a transcript into one part for each call, each of at most `room` tokens.

    There is one part if everything fits into one call. Threads stay whole if they fit; a message is cut into pieces,
    one for each part, only if it is too large for any part.
    """
    total = sum(line.tokens for line in lines)
    if total <= min(ONE_CALL, room):
        return [tuple(lines)] if lines else []
    # As many as run in parallel, one less as they are never quite full; if they get too large, in several rounds.
    size = min(max(PART, ceil(total / (PARALLEL - 1))), LARGEST_PART, room)
    found: list[tuple[TranscriptLine, ...]] = []
    part: list[TranscriptLine] = []
    used = 0
    for thread in _threads(lines, size):
        needed = sum(line.tokens for line in thread)
        if part and used + needed > size and needed <= size:
            found.append(tuple(part))
            part, used = [], 0
        for line in thread:
            if part and used + line.tokens > size:
                found.append(tuple(part))
                part, used = [], 0
            part.append(line)
            used += line.tokens
    return [*found, tuple(part)] if part else found


def halves(part: Sequence[TranscriptLine]) -> tuple[tuple[TranscriptLine, ...], tuple[TranscriptLine, ...]]:
    """Split a part in two; a part of one line has an empty second half."""
    middle = (len(part) + 1) // 2
    return tuple(part[:middle]), tuple(part[middle:])


def _threads(lines: Sequence[TranscriptLine], size: int) -> Iterator[list[TranscriptLine]]:
    for _, thread in groupby(lines, key=lambda line: line.answers or line.id):
        yield [piece for line in thread for piece in _pieces(line, size)]


def _pieces(line: TranscriptLine, size: int) -> list[TranscriptLine]:
    if line.tokens <= size:
        return [line]
    most = (size - TOKENS_AROUND_LINE) * BYTES_PER_TOKEN // 4  # characters: four bytes at most each
    texts, rest = [], line.text
    while rest:
        cut = next((end for mark in ("\n\n", "\n", " ") if (end := rest.rfind(mark, most // 2, most)) > 0), most)
        cut = len(rest) if len(rest) <= most else cut
        texts.append(rest[:cut])
        rest = rest[cut:]
    return [replace(line, text=text, piece=number) for number, text in enumerate(texts, start=1)]
