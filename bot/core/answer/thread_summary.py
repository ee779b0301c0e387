"""Condense the older part of a long thread into a running summary, in the background.

A summary stays the same for many turns, so that the API's cache knows each request's beginning.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.calls import Call, Purpose
from bot.core.addresses import Addresses
from bot.core.domain.message import Place, Role
from bot.core.ports import ChatNames, Request, Turn
from bot.core.prompt_data import quoted
from bot.core.tokens import estimate_tokens, shorten
from bot.core.writing.known_addresses import links_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.domain.message import Message
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Model, ThreadStore

# When a summary is due is a setting: `context` in core/domain/channel_settings.py.
MAX_OUTPUT = 2_000  # tokens
MOST_AT_ONCE = 40_000  # tokens of messages in one request
LONGEST_MESSAGE = 40_000  # tokens of one message; what comes after them is left out of the summary
LONGEST_SUMMARY = 6_000  # characters


@dataclass(frozen=True, slots=True)
class Condensed:
    """A new summary of a thread."""

    place: Place
    since: int  # the number of the last message that the previous summary covers
    until: int  # the number of the last message that it covers
    summary: str
    calls: tuple[Call, ...]


def is_due(conversation: Conversation) -> bool:
    """Return whether a thread has outgrown what can go along with each question."""
    return weight(conversation.messages) > conversation.settings.context


def weight(messages: Sequence[Message]) -> int:
    """Estimate how many tokens messages take of a request."""
    return sum(estimate_tokens(message.text) for message in messages if message.text or message.files)


def older(conversation: Conversation) -> Sequence[Message]:
    """Choose which messages go into the summary next: all but the newest half of the budget, as many as one call takes.

    What stays begins with a person's message, if there is one. Returns () if nothing has to go.
    """
    messages = [message for message in conversation.messages if message.number]
    if weight(messages) <= conversation.settings.context:
        return ()
    end, room = len(messages), conversation.settings.context // 2
    while end and (room := room - weight([messages[end - 1]])) >= 0:
        end -= 1
    end = min(end, len(messages) - 1)
    end = next((number for number in range(end, len(messages)) if messages[number].role is Role.USER), end)
    taken = 0
    for number, message in enumerate(messages[:end]):
        taken += min(weight([message]), LONGEST_MESSAGE)
        if taken > MOST_AT_ONCE and number:
            return messages[:number]
    return messages[:end]


def prompt(summary: str, messages: Sequence[Message], mention: Callable[[str], str]) -> str:
    """Word the request; summary and messages go in as data."""
    said = [
        {
            "by": mention(message.author) if message.role is Role.USER else "you",
            "text": shorten(message.text, LONGEST_MESSAGE)[0],
        }
        | ({"files": [file.name for file in message.files]} if message.files else {})
        for message in messages
        if message.text or message.files
    ]
    data = quoted("thread", {"summary": summary, "messages": said})
    return f"Write the new summary.\n\n{data}"  # not for people: Claude is told this


async def condense(
    place: Place, *, store: ThreadStore, model: Model, names: ChatNames, cancelled: asyncio.Event | None = None
) -> Condensed | None:
    """Summarize what has to go; return None if nothing has. `cancelled` ends it early. Raises a `ModelError`."""
    conversation = await store.load(place)
    messages = older(conversation)
    if not messages:
        return None
    until = messages[-1].number
    if not any(message.text or message.files for message in messages):
        return Condensed(place, conversation.summary_until, until, conversation.summary, ())
    request = Request(
        purpose=Purpose.CONDENSE,
        turns=(Turn(Role.USER, prompt(conversation.summary, messages, names.mention)),),
        max_output=MAX_OUTPUT,
        person=place.opaque("summary"),
        settings=conversation.settings.model_copy(update={"instructions": "", "thinking": "off", "effort": ""}),
    )
    completion = await model.write(request, lambda _: None, cancelled=cancelled)
    summary = completion.text.strip()[:LONGEST_SUMMARY]
    summary = await asyncio.to_thread(with_known_addresses, summary, conversation.summary, messages)
    return Condensed(place, conversation.summary_until, until, summary, (completion.call,))


def with_known_addresses(summary: str, before: str, messages: Sequence[Message]) -> str:
    """Return a new summary whose addresses stood in what it sums up: answers take them for people's own."""
    said = (message.text if message.role is Role.USER else links_of(message.text) for message in messages)
    return Addresses(before, *said).part_others(summary)
