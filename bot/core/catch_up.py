"""Catch up on a thread: read what was said before the bot was called, once, as far as it fits."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.conversation import Message, Record, needs_reading
from bot.core.ports import Role
from bot.core.tokens import estimate_tokens
from bot.errors import ChatError

if TYPE_CHECKING:
    from bot.core.conversation import Conversation, Heard, Said
    from bot.core.ports import Answer, Bookmark, Chat, Store

log = logging.getLogger(__name__)

READ = "read"  # the bookmark of what a former try of the turn has read and stored
MANY = 1_000  # messages, from which on reading takes so long that its progress is shown
MOST_PEOPLE = 50  # whose names are told
UNREAD = "\n\n_I could not read what was said here before, so I answered this message alone._"


@dataclass(slots=True)
class Reading:
    """What was read of a thread, the newest that fit into `tokens`."""

    tokens: int
    kept: deque[Message]
    people: dict[str, str]
    count: int = 0
    size: int = 0

    def add(self, said: Said, mention: str) -> None:
        """Take in the next message, and let the oldest go where there is no more room."""
        role = Role.ASSISTANT if said.is_own else Role.USER
        author = "" if said.is_own else said.author
        message = Message(role, author, said.words, said.id, said.files, is_bot=said.is_bot and not said.is_own)
        self.count += 1
        self.size += estimate_tokens(said.words)
        self.kept.append(message)
        while self.size > self.tokens and len(self.kept) > 1:
            self.size -= estimate_tokens(self.kept.popleft().text)
        if not said.is_own:
            self.people[mention] = said.name
        self.people |= said.names


async def catch_up(
    heard: Heard, conversation: Conversation, visible: Answer, *, bookmark: Bookmark, store: Store, chat: Chat
) -> tuple[Conversation, str]:
    """Read what is missing before a message; return the conversation with it, and what to tell the person.

    It is stored at once, so that a second try of the turn need not read it again. Raises a `ChatError` that may pass.
    """
    if (told := bookmark.get(READ)) is not None:
        return conversation, told
    if not needs_reading(heard, conversation, datetime.now(UTC)):
        return conversation, ""
    try:
        reading = await _read(heard, conversation, visible, chat)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("the thread could not be read: %s", error)
        return conversation, UNREAD
    known = {message.id for message in conversation.messages}
    messages = tuple(message for message in reading.kept if message.id not in known)
    people = {**conversation.people, **reading.people}
    people = dict(list(people.items())[-MOST_PEOPLE:])
    told = _told(reading, len(messages), was_known=conversation.is_known)
    await store.keep(
        Record(
            heard.place,
            heard.author,
            began_with_bot=heard.answers_bot,
            messages=messages,
            read_until=heard.id,
            people=people,
        )
    )
    await bookmark.keep(READ, told)
    return replace(conversation, messages=(*conversation.messages, *messages), people=people), told


async def _read(heard: Heard, conversation: Conversation, visible: Answer, chat: Chat) -> Reading:
    reading = Reading(conversation.settings.context, deque(), {})
    async for page in chat.read_thread(heard.place, conversation.read_until):
        for said in page:
            if said.id == heard.id:
                return reading
            reading.add(said, chat.mention(said.author))
        if reading.count >= MANY:
            visible.progress(f"Reading this thread: {reading.count:,} messages …")
    return reading


def _told(reading: Reading, new: int, *, was_known: bool) -> str:
    """Write the one line that tells what was read, "" for nothing."""
    if was_known:
        return f"\n\n_I read {_messages(new)} that I had missed here._" if new else ""
    if not reading.count:
        return ""
    left_out = reading.count - len(reading.kept)
    fitting = f"; the oldest {left_out:,} did not fit" if left_out else ""
    return f"\n\n_I read {_messages(reading.count)} before this one{fitting}._"


def _messages(number: int) -> str:
    return f"the {number:,} messages" if number > 1 else "the message"
