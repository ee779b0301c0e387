"""Replies to a post that the bot may not have heard, or that came while it was at work on one of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import HistoryMessage
    from bot.core.ports import ChatHistory

MOST_REPLIES = 200  # that are looked through


async def has_replies(record: Feedback, since: datetime, history: ChatHistory, *, but_of: str = "") -> bool:
    """Return whether anyone but the bot, and one person, has replied to a post since a time. Raises `ChatError`."""
    async for one in _replies(record, history):
        if one.author != but_of and one.at > since:
            return True
    return False


async def first_response(record: Feedback, history: ChatHistory) -> HistoryMessage | None:
    """Return the first reply to a post that counts as a response, None without any. Raises `ChatError`."""
    async for one in _replies(record, history):
        if not (one.is_bot or one.is_for_bot or one.author == record.person):
            return one
    return None


async def _replies(record: Feedback, history: ChatHistory) -> AsyncIterator[HistoryMessage]:
    """Yield what others than the bot replied to a post, the oldest first."""
    looked_through = 0
    async for page in history.thread(record.place, after=record.message):
        for one in page:
            if not one.is_own:
                yield one
        looked_through += len(page)
        if looked_through >= MOST_REPLIES:
            break
