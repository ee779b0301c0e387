"""A turn for what runs in one, without an inbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot import turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class StandInJob:
    """A job that is ours, or whose lease `check` knows; it keeps what it is given for as long as the test lasts."""

    was_begun = False
    is_discarded = False

    def __init__(self, check: Callable[[], None] = lambda: None, reference: str = "t-1") -> None:
        self.check, self.reference = check, reference
        self.cancelled = asyncio.Event()
        self._kept: dict[str, str] = {}

    @property
    def turn(self) -> StandInJob:
        return self

    def get(self, key: str) -> str | None:
        return self._kept.get(key)

    async def keep(self, key: str, value: str) -> None:
        self._kept[key] = value


def begin_turn(
    check: Callable[[], None] = lambda: None, *, reference: str = "t-1", cost_center: turn.CostCenter = turn.NO_ONE
) -> turn.TurnContext:
    """Let this task work on a turn, as the inbox's runner does."""
    context = turn.begin(StandInJob(check, reference))
    context.spending.cost_center = cost_center
    return context


def no_one(_payload: Mapping[str, Any]) -> turn.CostCenter:
    """Charge no one: here no job asks a model."""
    return turn.NO_ONE
