"""Tells people, during a turn, about its budget or its model."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot import turn
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.ephemeral import send_ephemeral
from bot.errors import ChatError

if TYPE_CHECKING:
    from bot.core.ports import Chat

log = logging.getLogger(__name__)


async def tell_person(chat: Chat, place: Place, person: str, sentence: str) -> None:
    """Tell one person something during a turn; if that fails, the turn goes on."""
    channel = Place(place.workspace, place.channel)
    try:
        await send_ephemeral(channel, Requester(person, place.workspace), sentence, answers=chat.answers)
    except ChatError as error:
        log.warning("could not tell anyone: %s", error)


async def tell_thread(chat: Chat, place: Place, person: str, sentence: str) -> None:
    """Tell everyone in the turn's thread; without one, its person, or else the channel."""
    context = turn.current()
    if context is None or (person and not place.thread):
        await tell_person(chat, place, person, sentence)
        return
    try:
        await chat.posts.post(place, sentence, context.job, key="renewed")
    except ChatError as error:
        log.warning("could not tell anyone: %s", error)
