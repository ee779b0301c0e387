"""Notes: what a place remembers beyond its threads, because somebody there wanted it noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.domain.message import Place

MOST_NOTES = 50  # of a place
MOST_OFFERED = 20  # of a place that wait for somebody to keep or discard them
LONGEST_NOTE = 2_000  # characters


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note to be written. `author` wants it, in the message `message` of a thread, "" where it was a command.

    `turn` and `call` name what writes it, which writes it once. `owner`: whose direct messages the place is, "" for a
    channel. With `offered_until`, it is only offered: until then, somebody may keep it.
    """

    place: Place
    text: str
    author: str
    turn: str
    call: str
    message: str = ""
    owner: str = ""
    expires_at: datetime | None = None
    offered_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it is stored. People call it by its `number`, which no other note of its place has.

    `changed_by`: who kept or edited it last, "" for no one. `version` counts the edits. `is_outdated`: the message that
    it comes from was edited since.
    """

    id: int
    number: int
    place: Place
    text: str
    author: str
    message: str
    created_at: datetime
    expires_at: datetime | None = None
    offered_until: datetime | None = None
    changed_by: str = ""
    version: int = 0
    is_outdated: bool = False


class NoteOutcome(StrEnum):
    """What became of a note: it was written, was there before, had no room, or is no longer there as it was shown."""

    WRITTEN = "written"
    KNOWN = "known"
    FULL = "full"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class NoteResult:
    """What became of a note, and the note: the one that says the same where it was known, None where there is none."""

    outcome: NoteOutcome
    note: Note | None = None
