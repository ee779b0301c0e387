"""Ports that forward to another of their kind. Who extends one writes only what differs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from bot.core.domain.settings import DEFAULTS

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from bot.calls import Call
    from bot.core.domain.settings import ChannelSettings
    from bot.core.ports import Checkpoint, Completion, Filled, Model, Request


class ForwardingCalls(ABC):
    """The part of `bot.core.ports.Model` that asks somebody. Each call goes to what `_callee` returns."""

    @abstractmethod
    async def _callee(self) -> Model:
        """Return the model that is called."""

    async def offered(self) -> Mapping[str, str]:
        """Return the models that can be chosen."""
        return await (await self._callee()).offered()

    async def write(
        self,
        request: Request,
        sink: Callable[[str], None],
        think: Callable[[str], None] | None = None,
        halt: asyncio.Event | None = None,
    ) -> Completion:
        """Answer in free text. Raises a `ModelError`."""
        return await (await self._callee()).write(request, sink, think, halt)

    async def fill(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Answer by filling in a form. Raises a `ModelError`."""
        return await (await self._callee()).fill(request, form)

    async def submit(
        self,
        requests: Mapping[str, Request],
        form: type[BaseModel],
        *,
        since: datetime | None = None,
        taken: Collection[str] = (),
    ) -> str:
        """Hand requests in as a batch; return its id. Raises a `ModelError`."""
        return await (await self._callee()).submit(requests, form, since=since, taken=taken)

    async def cancel(self, batch: str) -> None:
        """Let the model do no more of a batch. Raises a `ModelError`."""
        await (await self._callee()).cancel(batch)

    async def collect(
        self, batch: str, form: type[Filled], like: Request
    ) -> Mapping[str, tuple[Filled | None, Call]] | None:
        """Return a batch's filled forms by their names; None while it is not done. Raises a `ModelError`."""
        return await (await self._callee()).collect(batch, form, like)


class ForwardingModel(ForwardingCalls):
    """`bot.core.ports.Model`, all of it, in front of another model."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def _callee(self) -> Model:
        return self._model

    def room(self, max_output: int, settings: ChannelSettings = DEFAULTS) -> int:
        """Tell how many tokens of input fit."""
        return self._model.room(max_output, settings)

    def faults(self, settings: ChannelSettings) -> Mapping[str, str]:
        """Tell which settings the channel's model does not take, and why."""
        return self._model.faults(settings)

    def successor(self, model: str) -> str:
        """Return the replacement of a model that has retired, "" for any other."""
        return self._model.successor(model)

    def price(
        self, input_tokens: int, output_tokens: int, settings: ChannelSettings = DEFAULTS, *, is_batch: bool = False
    ) -> float | None:
        """Tell what so many tokens cost in dollars; None where the price is unknown."""
        return self._model.price(input_tokens, output_tokens, settings, is_batch=is_batch)

    def ceiling(self, request: Request, *, is_batch: bool = False) -> int | None:
        """Tell what a request costs at most, in millionths of a dollar; None where the price is unknown."""
        return self._model.ceiling(request, is_batch=is_batch)


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
