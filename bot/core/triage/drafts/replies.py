"""Replies to a post that came while its answer was being drafted, or before someone sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.domain.feedback import Feedback
    from bot.core.ports import ChatHistory

MOST_REPLIES = 200  # that are looked through


async def has_replies(record: Feedback, since: datetime, history: ChatHistory, *, but_of: str = "") -> bool:
    """Return whether anyone but the bot, and one person, has replied to a post since a time. Raises `ChatError`."""
    looked_through = 0
    async for page in history.thread(record.place, after=record.message):
        if any(not one.is_own and one.author != but_of and one.at > since for one in page):
            return True
        looked_through += len(page)
        if looked_through >= MOST_REPLIES:
            break
    return False
