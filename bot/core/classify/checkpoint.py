"""Share one checkpoint among all turns of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forward import ForwardingCheckpoint

if TYPE_CHECKING:
    from bot.core.domain.classification import ClassifyRun
    from bot.core.ports import Checkpoint
    from bot.core.ports.classify_store import ClassifyRunStore


class RunCheckpoint(ForwardingCheckpoint):
    """The checkpoint of all turns that work on one run: they write in one message."""

    def __init__(self, run: ClassifyRun, turn: Checkpoint, runs: ClassifyRunStore) -> None:
        super().__init__(turn)
        self._run, self._runs = run, runs
        self._state = dict(run.state)

    @property
    def reference(self) -> str:
        """The run's name, which errors refer to."""
        return self._run.id[:8]

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`."""
        return self._state.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`. Raises if the turn's lease is lost."""
        self.check()
        await self._runs.keep(self._run.id, key, value)
        self._state[key] = value
