"""A turn's checkpoint behind a part of its work. Who extends it writes only what differs."""

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
        """Name the turn."""
        return self._turn.reference

    @property
    def was_begun(self) -> bool:
        """Tell whether a former try of the turn may have left something behind."""
        return self._turn.was_begun

    @property
    def halted(self) -> asyncio.Event:
        """Return what is set when somebody wants the turn to end early."""
        return self._turn.halted

    @property
    def is_unwanted(self) -> bool:
        """Tell whether nobody wants what the turn does any more."""
        return self._turn.is_unwanted

    def check(self) -> None:
        """Raise when the turn may no longer be ours to run."""
        self._turn.check()

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`."""
        return self._turn.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`. Raises when the turn is no longer ours to run."""
        await self._turn.keep(key, value)
