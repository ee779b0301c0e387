"""The accounts of budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from bot.core.domain.budget import Cap, Refusal, Reservation


class SpendStore(Protocol):
    """Keeps the accounts for all replicas. Each method is one short transaction."""

    async def reserve(self, caps: Sequence[Cap], micros: int, lasting: timedelta) -> Reservation | Refusal:
        """Reserve an amount with every cap, or with none. What is not settled in time is released.

        A cap of turns counts one turn at once. Reservations count against a cap as if they were spent.
        """

    async def check(self, caps: Sequence[Cap], micros: int) -> Refusal | None:
        """Return what would refuse to reserve an amount, None if nothing would. It reserves and counts nothing."""

    async def rename(self, reservation: str, name: str) -> None:
        """Give a reservation another name, by which it can be found and settled."""

    async def settle(self, reservation: str, micros: int) -> None:
        """Count what was really spent, and release the rest. An expired reservation counts nothing."""
