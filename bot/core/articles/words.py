"""What an article is made of: the question and the accepted answers of a thread, without names and secrets."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from bot.core.domain.tool import Passage
from bot.core.knowledge.chat_sources import MOST_MESSAGES, settled
from bot.core.privacy.redaction.find import PLACEHOLDER
from bot.core.privacy.redaction.placeholder import Redaction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.domain.message import HistoryMessage, Place
    from bot.core.ports import Chat

HIDDEN = "[…]"  # stands for what is left out
LEAST_NAME = 2  # letters of a name that is left out

_MENTION = re.compile(r"<[@!#][^<>\n]{1,80}>")


async def accepted(place: Place, chat: Chat) -> Sequence[HistoryMessage]:
    """Return a thread's question and its accepted answers, () without an answer. Raises `ChatError`."""
    messages: list[HistoryMessage] = []
    async for page in chat.history.thread(place):
        messages += page
        if len(messages) >= MOST_MESSAGES:
            break
    return settled(messages[:MOST_MESSAGES]) or ()


async def passages(messages: Sequence[HistoryMessage], place: Place, chat: Chat, country: str) -> tuple[Passage, ...]:
    """Return messages as the model gets them, without the names of people, their addresses, numbers, and secrets."""
    people = {one.author for one in messages if one.author}
    names = {*await chat.names.called(place, people, [one.words for one in messages])}
    names |= {one.name for one in messages} | {name for one in messages for name in one.names.values()}
    texts = await asyncio.to_thread(lambda: [anonymous(one.text, names, country) for one in messages])
    titles = ["Question", *(f"Answer {number}" for number in range(1, len(texts)))]  # not for people: for the model
    return tuple(
        Passage(title.lower().replace(" ", "-"), title, text) for title, text in zip(titles, texts, strict=True)
    )


def anonymous(text: str, names: Collection[str], country: str) -> str:
    """Leave out of a text whom it names, and what identifies people or opens doors."""
    hidden = PLACEHOLDER.sub(HIDDEN, Redaction(country).redact(_MENTION.sub(HIDDEN, text)))
    wanted = {part for name in names for part in (name, *name.split()) if len(part) >= LEAST_NAME}
    any_name = "|".join(map(re.escape, sorted(wanted, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)@?(?:{any_name})(?!\w)", HIDDEN, hidden) if wanted else hidden
