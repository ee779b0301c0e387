"""A checkpoint that forwards to a turn's own; subclasses override what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from bot.core.ports import Checkpoint


class ForwardingCheckpoint:
    """`bot.core.ports.Checkpoint` of a part of a turn's work."""

    def __init__(self, turn: Checkpoint) -> None:
        self._turn = turn

    @property
    def reference(self) -> str:
        """Return the turn's reference."""
        return self._turn.reference

    @property
    def was_begun(self) -> bool:
        """Return whether an earlier attempt at the turn may have left something behind."""
        return self._turn.was_begun

    @property
    def cancelled(self) -> asyncio.Event:
        """Return the event that is set when the turn is cancelled."""
        return self._turn.cancelled

    @property
    def is_discarded(self) -> bool:
        """Return whether the turn's result should be discarded."""
        return self._turn.is_discarded

    def check(self) -> None:
        """Raise if the turn may no longer be ours to run."""
        self._turn.check()

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`."""
        return self._turn.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`. Raises when the turn is no longer ours to run."""
        await self._turn.keep(key, value)
