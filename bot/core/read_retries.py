"""How long reading from the platform can take, and what to retry."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar, cast

from bot.errors import ChatBusyError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from bot.errors import BotError

T = TypeVar("T")

TRIES = 3  # in a row, of what failed and may pass
PAUSE = 1.0  # seconds before the second one, twice as long before each next


class Patience:
    """A time budget for reading, `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = asyncio.get_running_loop().time() + seconds
        self._failed = 0

    def pause(self, error: BotError) -> float | None:
        """Return how many seconds to wait before the next attempt, None for no retry."""
        self._failed += 1
        if isinstance(error, ChatBusyError):
            pause = error.retry_after
        elif error.is_transient and self._failed < TRIES:
            pause = PAUSE * 2 ** (self._failed - 1)
        else:
            return None
        return pause if asyncio.get_running_loop().time() + pause < self._ends_at else None

    def again(self) -> Patience:
        """Return a budget of the remaining time, for a concurrent reading."""
        return Patience(self._ends_at - asyncio.get_running_loop().time())

    async def each(self, pages: AsyncIterator[T]) -> AsyncGenerator[T]:
        """Yield each page that arrives in time. Raises `TimeoutError`, and what reading raises."""
        async with aclosing(cast("AsyncGenerator[T]", pages)):
            while True:
                try:
                    async with asyncio.timeout_at(self._ends_at):
                        page = await anext(pages)
                except StopAsyncIteration:
                    return
                self._failed = 0
                yield page
