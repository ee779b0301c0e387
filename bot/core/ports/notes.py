"""Notes: what places remember."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.domain.message import Place
    from bot.core.domain.note import NewNote, Note, NoteResult


class NoteStore(Protocol):
    """Keeps notes. Each method is one short transaction; a place's notes change one after the other."""

    async def of_place(self, place: Place) -> tuple[Note, ...]:
        """Return the notes of a channel or of direct messages, by their numbers; none that is only offered."""

    async def of_person(self, workspace: str, person: str) -> tuple[Note, ...]:
        """Return the notes of a person's direct messages."""

    async def find(self, workspace: str, note: int) -> Note | None:
        """Return a note by its id, also one that is only offered."""

    async def write(self, note: NewNote) -> NoteResult:
        """Write a note, or offer it; return the one that an earlier try of the same call has written.

        It replaces those of the same message that are outdated. There are `MOST_NOTES` in a place at most.
        """

    async def keep(self, workspace: str, note: int, person: str) -> NoteResult:
        """Make a note of one that is offered: the first who wants it does. It is gone where it is not offered."""

    async def change(self, note: Note, text: str, expires_at: datetime | None, person: str) -> NoteResult:
        """Change a note, unless it was changed since it was read."""

    async def delete(self, note: Note) -> bool:
        """Delete a note, also one that is only offered, unless it was changed since it was read; return whether."""
