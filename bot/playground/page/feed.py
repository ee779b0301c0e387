"""The stream of changes to one listening page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.playground.slack.records import (
    Deleted,
    Edited,
    Posted,
    PromptsSet,
    Reacted,
    SessionTitled,
    StatusSet,
    StreamChanged,
    ViewClosed,
    ViewShown,
)

if TYPE_CHECKING:
    from bot.playground.slack.records import Change


class Feed:
    """The changes that one listening page has not received yet: keys only, so a slow page gets the latest state."""

    def __init__(self) -> None:
        self.ended = False
        self._noted: dict[tuple[str, str, str], None] = {}
        self._woken = asyncio.Event()

    def note(self, change: Change) -> None:
        """Record a change until the page takes it."""
        match change:
            case Posted(message) | Edited(message) | StreamChanged(message) | Deleted(message) | Reacted(message):
                self._noted["message", message.channel, message.ts] = None
            case StatusSet(channel, thread_ts) | SessionTitled(channel, thread_ts) | PromptsSet(channel, thread_ts):
                self._noted["session", channel, thread_ts] = None
            case ViewShown(user, _) | ViewClosed(user, _):
                self._noted["views", user, ""] = None
            case _:
                return
        self._woken.set()

    def end(self) -> None:
        """End the stream."""
        self.ended = True
        self._woken.set()

    async def next(self, patience: float) -> list[tuple[str, str, str]]:
        """Take the recorded changes; wait for the first one up to `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._woken.wait()
        except TimeoutError:
            return []
        self._woken.clear()
        noted, self._noted = list(self._noted), {}
        return noted
