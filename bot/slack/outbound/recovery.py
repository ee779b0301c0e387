"""What earlier tries of a turn left in Slack: messages with the turn's mark, or a stream that no one ended."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.errors import ChatError
from bot.slack.client.api import call, call_again
from bot.slack.client.turn_mark import mark_of

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.message import Place
    from bot.slack.outbound.answer_context import AnswerContext

log = logging.getLogger(__name__)

LOOKED_THROUGH = 200  # messages


async def find_answer(context: AnswerContext, *, first: str, discarded: str) -> list[str]:
    """Return the messages of an answer in its thread, except the `first` one and one that was `discarded`.

    They have the turn's mark. A stream gets its mark only with its end, so where no first message is known, messages
    without a mark count, too. An answer that replaces another one takes over the messages of that one's turn. Raises a
    `ChatError` that may pass.
    """
    author = (await context.out.identity()).bot_user_id or ""
    after = "" if context.instead else context.question
    found = await find_in_thread(context.out.client, context.place, author, after=after)
    turns = {context.checkpoint.reference}
    if context.instead:
        turns |= {turn for ts, turn in found if ts == context.instead and turn}
    elif not first:
        turns |= {""}
    return [ts for ts, turn in found if ts not in {first, discarded} and turn in turns]


async def find_in_thread(client: AsyncWebClient, place: Place, author: str, *, after: str) -> list[tuple[str, str]]:
    """Return the messages of `author` in a thread after a message, each with the turn that it is marked with.

    Files are left out: they have no mark. Raises a `ChatError` that may pass.
    """
    try:
        page = await call_again(
            client.conversations_replies,
            channel=place.channel,
            ts=place.thread,
            oldest=after or None,
            include_all_metadata=True,
            limit=LOOKED_THROUGH,
        )
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("the thread can't be searched for an earlier answer: %s", error)
        return []
    found = [m for m in page["messages"] if m.get("user") == author and m["ts"] > after and not m.get("files")]
    return [(str(m["ts"]), mark_of(m)) for m in found]


async def find_in_channel(client: AsyncWebClient, place: Place, marked: str) -> str:
    """Return the latest message of a channel with a mark, "" for none. Raises `ChatError`."""
    page = await call(
        client.conversations_history, channel=place.channel, include_all_metadata=True, limit=LOOKED_THROUGH
    )
    return next((str(one["ts"]) for one in page["messages"] if mark_of(one) == marked), "")
