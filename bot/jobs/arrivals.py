"""What the asker says while tools run: it joins the answer that is being written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.core import mention_commands
from bot.core.answer.stop_or_continue import is_continue, is_stop
from bot.core.answer.whom_to_answer import wants_answer
from bot.core.domain.message import IncomingMessage, Message, Role
from bot.jobs.deliveries import MESSAGE, queue_key
from bot.work import waiting

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.core.domain.thread import Conversation
    from bot.core.ports import Store

_INCOMING = TypeAdapter(IncomingMessage)


class QueuedMessages:
    """Implements `bot.core.ports.tools.Arrivals` by the queue of a thread: its messages wait there for their turn.

    They stay there until the answer is stored, which ends them; if it fails, they are answered as any message is.

    A message that doesn't join, such as somebody else's, holds back those behind it: they may be about it, and a thread
    is answered in its order.
    """

    def __init__(self, reader: AsyncEngine, store: Store) -> None:
        self._reader, self._store = reader, store

    async def __call__(self, question: IncomingMessage) -> tuple[Message, ...]:
        """Return the asker's own messages that wait behind a question, up to the first one that is not for it."""
        found: list[Message] = []
        payloads = await waiting(self._reader, queue_key(question.place), MESSAGE)
        if not payloads:
            return ()
        conversation = await self._store.threads.load(question.place)
        if question.opens_thread or question.answers_bot:  # as the thread will be known once this is answered
            conversation = replace(conversation, began_with_bot=True)
        for payload in payloads:
            said = _INCOMING.validate_python(payload)
            if not _joins(said, question, conversation):
                break
            if said.id > question.id:
                found.append(Message(Role.USER, said.author, said.text, said.id))
        return tuple(found)


def _joins(said: IncomingMessage, question: IncomingMessage, conversation: Conversation) -> bool:
    is_word = is_stop(said.text) or is_continue(said.text) or _is_command(said)
    is_alone = said.files or said.is_bot or said.addresses_other or is_word or not said.text
    return said.author == question.author and not is_alone and wants_answer(said, conversation)


def _is_command(said: IncomingMessage) -> bool:
    occasion = mention_commands.Occasion(
        is_called=said.mentions_bot or said.is_direct, thread="ours", has_files=bool(said.files)
    )
    return mention_commands.read(said.text, occasion) is not None
