"""The search of what was said where the bot took part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.core.domain.search import KnownMessage, Query


class MessageSearch(Protocol):
    """Finds stored messages by their words."""

    async def find(
        self, workspace: str, channels: Collection[str], query: Query, *, limit: int
    ) -> tuple[KnownMessage, ...]:
        """Return messages of these channels that have all of the query's terms, `limit` at most, the newest first.

        Whole words come before those that only begin like the last one. Deleted messages have no words.
        """
