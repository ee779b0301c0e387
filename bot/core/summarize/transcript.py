"""Prepare messages for the model: numbered, threads together, as many in one call as it reads with care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from bot.core.domain.message import FileRef
from bot.core.prompt_data import quoted
from bot.core.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.message import HistoryMessage

MOST_MESSAGES = 5_000  # of one summary: the newest
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


def worded(lines: Sequence[TranscriptLine], zone: tzinfo = UTC) -> str:
    """Write lines for the model, as data, with times in the reader's time zone."""
    return quoted("messages", [_entry(line, zone) for line in lines])


def _entry(line: TranscriptLine, zone: tzinfo) -> dict[str, object]:
    entry: dict[str, object] = {"id": line.id, "at": f"{line.at.astimezone(zone):%a %d %b %H:%M}", "from": line.name}
    if line.answers:
        entry["answers"] = line.answers
    if line.piece:
        entry["piece"] = line.piece
    return entry | {"text": line.text}
