"""What Claude gets of a place's notes: data at the start of a thread, with the same bytes in each of its turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.prompt_data import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bot.core.domain.note import Note
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Chat


def remembered(conversation: Conversation, asked_in: str, chat: Chat) -> str:
    """Return what a request gets of the notes of its place, "" for none, and where memory is off.

    `asked_in`: the message that asks, with which the thread begins for the bot if it does not know it yet.
    """
    if not (conversation.settings.memory and conversation.notes):
        return ""
    begun = chat.history.written_at(conversation.known_since or asked_in)
    return notes_of(conversation.notes, begun, chat.names.mention)


def moment(at: datetime) -> str:
    """Write a time for the model."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def notes_of(notes: Iterable[Note], thread_start: datetime, mention: Callable[[str], str]) -> str:
    """Return the notes that were written before a thread began, as JSON with author and date; "" for none.

    What is noted meanwhile is in the thread itself, or in another one: the API's cache knows the rest of the request
    only as long as this stays as it is. `mention` writes the mention of a person.
    """
    told = [
        {"by": mention(note.author), "on": note.created_at.date().isoformat()}
        | ({"until": moment(note.expires_at)} if note.expires_at else {})
        | {"text": note.text}
        for note in sorted(notes, key=lambda note: note.id)
        if note.created_at < thread_start
    ]
    return quoted("notes", told) if told else ""
