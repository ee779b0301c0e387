"""Ephemeral messages to one person, which a thread does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain.thread import Record

if TYPE_CHECKING:
    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.core.ports import ChatAnswers


async def send_ephemeral(place: Place, asker: Requester, sentence: str, *, answers: ChatAnswers) -> Record:
    """Show a sentence only to the asker; return the record of a turn that does nothing else. Raises `ChatError`."""
    async with answers.ephemeral(place, asker) as visible:
        await visible.replace(sentence)
    return Record(place, asker.person)
