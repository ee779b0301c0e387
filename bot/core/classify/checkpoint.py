"""Share one checkpoint among all turns of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.domain.classification import ClassifyRun
    from bot.core.ports.classify_store import ClassifyRunStore
    from bot.turn import RunningTurn


class RunCheckpoint:
    """The checkpoint of all turns that work on one run: they write in one message. Errors refer to the run's name."""

    def __init__(self, run: ClassifyRun, turn: RunningTurn, runs: ClassifyRunStore) -> None:
        self.reference, self.turn = run.id[:8], turn
        self._run, self._runs = run, runs
        self._state = dict(run.state)

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`."""
        return self._state.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`. Raises if the turn's lease is lost."""
        self.turn.check()
        await self._runs.keep(self._run.id, key, value)
        self._state[key] = value
