"""The counters of rate limits that all replicas share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.core.domain.rate_limit import Lease


class Quota(Protocol):
    """Counts calls for all replicas. Both methods raise what the database raises."""

    async def lease(self, key: str, wanted: int, limit: int, back: tuple[int, int]) -> Lease:
        """Take up to `wanted` calls of `limit` a minute; `back` are so many calls of a slot that were never made."""

    async def close(self, key: str, seconds: float) -> None:
        """Stop all calls for so many seconds, and lower the limit for a while."""
