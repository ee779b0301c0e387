"""Prepare messages for the model: numbered, threads together, as many in one call as it reads with care."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING

from bot.core.domain.message import FileRef
from bot.core.prompt_data import quoted
from bot.core.tokens import BYTES_PER_TOKEN, estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.domain.message import HistoryMessage

# One call reads up to this much; more is read in parts, in parallel, which takes less time and leaves less out.
ONE_CALL = 24_000  # tokens
PART = 12_000
LARGEST_PART = 40_000
PARALLEL = 8
TOKENS_AROUND_LINE = 30  # of input: the JSON about a message's text


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """A message of a transcript, or a piece of one that was too long for one call."""

    id: str  # a short one for the model
    message: str  # the platform's id
    thread: str  # the platform's id
    author: str
    name: str
    at: datetime
    text: str
    answers: str = ""  # the short id of the message that it replies to, or ""
    piece: int = 0  # counts from 1; 0 for a whole message

    @property
    def tokens(self) -> int:
        """Estimate, from above, the tokens that the line takes."""
        return estimate_tokens(self.text) + TOKENS_AROUND_LINE


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was read, threads together."""

    lines: tuple[TranscriptLine, ...]
    bots: int = 0  # how many messages of bots were left out
    requests: int = 0  # … and of people who asked us something
    older: int = 0  # how many older messages were left out
    notes: tuple[str, ...] = ()  # what else a reader should know
    files: tuple[FileRef, ...] = ()  # those of a message that stands alone

    @property
    def people(self) -> int:
        """Return how many people speak."""
        return len({line.author for line in self.lines})


def transcript(said: Sequence[HistoryMessage], *, most: int) -> Transcript:
    """Give messages numbers, each thread after its first one, oldest first; the newest `most` messages stay.

    Bots' messages are left out, unless people answered to one; so are empty ones.
    """
    told = sorted({message.id: message for message in said if message.text.strip()}.values(), key=lambda m: m.id)
    answered = {message.thread for message in told if not message.is_bot and message.thread}
    kept = [message for message in told if not message.is_bot or (message.id in answered and not message.is_own)]
    bots, older = len(told) - len(kept), max(0, len(kept) - most)
    kept = sorted(kept[older:], key=lambda message: (message.thread or message.id, message.id))
    ids = {message.id: f"m{number}" for number, message in enumerate(kept, start=1)}
    lines = tuple(
        TranscriptLine(
            id=ids[message.id],
            message=message.id,
            thread=message.thread,
            author=message.author,
            name=message.name,
            at=message.at,
            text="\n".join(filter(None, [message.text, message.votes])),
            answers=ids.get(message.thread, "") if message.thread != message.id else "",
        )
        for message in kept
    )
    return Transcript(lines, bots, older=older)


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


def worded(lines: Sequence[TranscriptLine], zone: tzinfo = UTC) -> str:
    """Write lines for the model, as data, with times in the reader's time zone."""
    return quoted("messages", [_entry(line, zone) for line in lines])


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


def _entry(line: TranscriptLine, zone: tzinfo) -> dict[str, object]:
    entry: dict[str, object] = {"id": line.id, "at": f"{line.at.astimezone(zone):%a %d %b %H:%M}", "from": line.name}
    if line.answers:
        entry["answers"] = line.answers
    if line.piece:
        entry["piece"] = line.piece
    return entry | {"text": line.text}
