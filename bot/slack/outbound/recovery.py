"""What former tries of a turn left in a thread."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.errors import ChatError
from bot.slack.client.api import call_again
from bot.slack.outbound.message import mark_of

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.message import Place

log = logging.getLogger(__name__)

LOOKED_THROUGH = 200  # messages behind the question


async def find(client: AsyncWebClient, place: Place, author: str, *, after: str) -> list[tuple[str, str]]:
    """Return the messages of `author` in a thread behind a message, with the turn that each is marked with.

    Files are left out: they bear no mark. Raises a `ChatError` that may pass.
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
        log.warning("the thread can't be searched for a former answer: %s", error)
        return []
    found = [m for m in page["messages"] if m.get("user") == author and m["ts"] > after and not m.get("files")]
    return [(str(m["ts"]), mark_of(m)) for m in found]
