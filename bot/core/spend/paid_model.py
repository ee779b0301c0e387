"""A model with budgets: each call's cost is reserved before it and settled after it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot import turn
from bot.core.domain.budget import BudgetKind, Refusal
from bot.core.domain.message import Place
from bot.core.ports.model import NO_LISTENERS
from bot.core.spend import budgets as budget
from bot.errors import OverBudgetError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from bot.calls import Call
    from bot.core.domain.budget import Cap
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.ports import BatchRequest, Completion, Filled, Listeners, Model, Request
    from bot.core.ports.budgets import SpendStore

log = logging.getLogger(__name__)

# Longer than a call takes with all its tries, and than a batch: those end after a day.
CALL_LASTS, BATCH_LASTS = timedelta(minutes=10), timedelta(hours=26)
UNKNOWN_PRICE = N_(
    "There is a budget here, and I don't know what the model {model} costs, so I can't stay within it; {helpers} "
    "can choose another model or remove the budget."
)


def paid(
    model: Model,
    spend_store: SpendStore,
    *,
    notify: Callable[[Place, str, str], Awaitable[None]],
    helpers: Callable[[], str],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Model:
    """Return a model that keeps within budgets.

    `notify` shows a sentence to one person; `helpers` names who can raise a budget, as that person reads it.
    """
    calls = PaidCalls(model, spend_store, notify, helpers, clock)
    return replace(
        model, write=calls.write, fill=calls.fill, submit=calls.submit, collect=calls.collect, afford=calls.afford
    )


class PaidCalls:
    """The calls to a model that cost money; without caps in the channel's settings, they pass through."""

    def __init__(
        self,
        model: Model,
        spend_store: SpendStore,
        notify: Callable[[Place, str, str], Awaitable[None]],
        helpers: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._model, self._spend_store, self._notify, self._helpers, self._clock = (
            model,
            spend_store,
            notify,
            helpers,
            clock,
        )

    async def write(
        self,
        request: Request,
        on_text: Callable[[str], None],
        listeners: Listeners = NO_LISTENERS,
        cancelled: asyncio.Event | None = None,
    ) -> Completion:
        """Answer in free text. Raises `OverBudgetError` where a budget is used up, and as the model does."""
        async with self._paid(request):
            return await self._model.write(request, on_text, listeners, cancelled)

    async def fill(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Answer by filling in a form. Raises `OverBudgetError`, and as the model does."""
        async with self._paid(request):
            return await self._model.fill(request, form)

    async def submit(self, batch: BatchRequest) -> str:
        """Submit a batch; its cost stays reserved until it is collected. Raises as `fill` does."""
        reserved = await self._reserve(batch.settings, [*batch.requests.values()], BATCH_LASTS, is_batch=True)
        submitted = ""
        try:
            submitted = await self._model.submit(batch)
        finally:
            if reserved and submitted:
                await self._spend_store.rename(reserved, _batched(submitted))
            elif reserved:
                await self._settle(reserved, 0)
        return submitted

    async def collect(
        self, batch: str, form: type[Filled], like: Request
    ) -> Mapping[str, tuple[Filled | None, Call]] | None:
        """Return a batch's filled forms, and settle what it cost; None while it is not done."""
        found = await self._model.collect(batch, form, like)
        if found is not None:
            await self._settle(_batched(batch), sum(call.cost_micros or 0 for _, call in found.values()))
        return found

    async def afford(self, request: Request) -> None:
        """Raise `OverBudgetError` for a request that would be refused now."""
        caps = budget.caps(request.settings, turn.spending(), self._clock())
        micros = self._most([request], caps)
        if caps and (refused := await self._spend_store.check(caps, micros)) is not None:
            raise OverBudgetError(budget.refusal(refused, micros, self._helpers()))

    @asynccontextmanager
    async def _paid(self, request: Request) -> AsyncIterator[None]:
        reserved = await self._reserve(request.settings, [request], CALL_LASTS)
        if not reserved:
            yield
            return
        with turn.metered() as calls:
            try:
                yield
            finally:
                await self._settle(reserved, sum(call.cost_micros or 0 for call in calls))

    async def _reserve(
        self, settings: ChannelSettings, requests: list[Request], lasting: timedelta, *, is_batch: bool = False
    ) -> str:
        """Reserve what requests may cost; return the reservation, "" where nothing is. Raises `OverBudgetError`."""
        spending = turn.spending()
        caps = budget.caps(settings, spending, self._clock())
        if not caps:
            return ""
        micros = self._most(requests, caps, is_batch=is_batch)
        reserved = await self._spend_store.reserve(caps, micros, lasting)
        if isinstance(reserved, Refusal):
            raise OverBudgetError(budget.refusal(reserved, micros, self._helpers()))
        spending.was_counted = True
        paid_by = spending.cost_center
        for cap, spent in reserved.reached:
            if paid_by.person:
                place = Place(paid_by.workspace, paid_by.channel, paid_by.thread)
                await self._notify(place, paid_by.person, budget.notice(cap, spent))
        return reserved.id

    def _most(self, requests: Sequence[Request], caps: Sequence[Cap], *, is_batch: bool = False) -> int:
        """Return what requests cost at most, 0 if no cap needs it. Raises `OverBudgetError` if that is unknown."""
        if all(cap.account.kind is BudgetKind.TURNS for cap in caps):
            return 0
        worst = [self._model.facts.ceiling(request, is_batch=is_batch) for request in requests]
        if None in worst:
            raise OverBudgetError(_(UNKNOWN_PRICE, model=requests[0].settings.model, helpers=self._helpers()))
        return sum(cost or 0 for cost in worst)

    async def _settle(self, reserved: str, micros: int) -> None:
        """Settle, also while the turn is being cancelled. What can't be settled is released when it expires."""
        try:
            await asyncio.shield(self._spend_store.settle(reserved, micros))
        except Exception as error:  # noqa: BLE001 (whatever it was, the answer is there; the ledger makes up for it)
            log.warning("not settled: %s", type(error).__name__)


def _batched(batch: str) -> str:
    return f"batch:{batch}"
