"""The accounts that budgets are kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from bot.core.domain.budget import Cap, Refusal, Reservation


class SpendStore(Protocol):
    """Keeps the accounts for all replicas. Each method is one short transaction."""

    async def reserve(self, caps: Sequence[Cap], micros: int, lasting: timedelta) -> Reservation | Refusal:
        """Reserve so much with every cap, or with none of them. What is not settled in time is free again.

        A cap of turns counts one turn at once. Reservations count against a cap as if they were spent.
        """

    async def rename(self, reservation: str, name: str) -> None:
        """Let a reservation be known by another name, from which whoever settles it can find it."""

    async def settle(self, reservation: str, micros: int) -> None:
        """Count what was really spent, and let the rest go. A reservation that is gone counts nothing."""
