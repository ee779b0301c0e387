"""A paid model hammered by a hundred turns, on both databases: what is spent never gets over the cap."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot import turn
from bot.calls import Call, Purpose
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Place
from bot.core.ports import Completion, Model, ModelFacts, Request
from bot.core.spend import paid_model
from bot.db.budgets import SqlSpendStore
from bot.errors import ModelUnavailableError, OverBudgetError
from bot.turn import CostCenter
from tests.support.turn import begin_turn

if TYPE_CHECKING:
    from bot.core.ports.budgets import SpendStore
    from bot.db.engine import Database

HERE = Place("T1", "C1")
CAP, WORST = 5_000, 100  # in millionths of a dollar
SETTINGS = ChannelSettings(person_budget=CAP / 1_000_000)


class Spender:
    """A model whose calls cost the worst, or less; told of as Claude's client tells."""

    def __init__(self, cost: int, worst: int | None = WORST) -> None:
        self.cost, self.worst, self.spent, self.fails = cost, worst, 0, False

    def model(self) -> Model:
        """Return the model, which can do nothing but write."""
        none = cast("Any", None)
        facts = cast("ModelFacts", self)
        return Model(facts, offered=none, write=self.write, fill=none, submit=none, collect=none, cancel=none)

    def ceiling(self, _request: Request, **_way: bool) -> int | None:
        return self.worst

    async def write(self, *_: Any, **__: Any) -> Completion:
        await asyncio.sleep(0)
        call = Call(
            Purpose.ANSWER, "m", datetime.now(UTC), 1, None, 1, 1, 0, 0, None, None, "ok", cost_micros=self.cost
        )
        self.spent += self.cost
        turn.note(call)
        if self.fails:
            raise ModelUnavailableError("away", call=call)
        return Completion("", truncated=False, call=call)


async def quiet(_place: Place, _person: str, _sentence: str) -> None:
    """Tell nobody."""


def paid(spend_store: SpendStore, spender: Spender) -> Model:
    return paid_model.paid(spender.model(), spend_store, notify=quiet, helpers=lambda: "an admin")


async def ask(model: Model, settings: ChannelSettings = SETTINGS) -> bool:
    """Ask once, as a turn of its own; tell whether the budget allowed it."""
    begin_turn(cost_center=CostCenter(HERE.workspace, HERE.channel, person="U1"))
    try:
        await model.write(Request(Purpose.ANSWER, (), 1, "U1", settings), lambda _: None)
    except OverBudgetError:
        return False
    return True


@pytest.mark.parametrize("cost", [WORST, 70])
async def test_a_hundred_turns_keep_the_cap(database: Database, cost: int) -> None:
    spender = Spender(cost)
    model = paid(SqlSpendStore(database), spender)
    asked = await asyncio.gather(*(asyncio.create_task(ask(model)) for _ in range(100)))
    assert spender.spent == sum(asked) * cost
    assert spender.spent <= CAP
    assert sum(asked) >= CAP // WORST


async def test_a_failed_call_is_paid_for(database: Database) -> None:
    spender, twice = Spender(WORST), ChannelSettings(person_budget=2 * WORST / 1_000_000)
    spender.fails = True
    model = paid(SqlSpendStore(database), spender)
    for _ in range(2):
        with pytest.raises(ModelUnavailableError):
            await ask(model, twice)
    assert not await ask(model, twice)


async def test_no_cap_takes_no_transaction() -> None:
    spender = Spender(WORST, worst=None)
    no_purse = cast("Any", object())
    assert await ask(paid(no_purse, spender), ChannelSettings())
    assert spender.spent == WORST


async def test_an_unknown_price_keeps_no_budget(database: Database) -> None:
    spender = Spender(WORST, worst=None)
    assert not await ask(paid(SqlSpendStore(database), spender))
    assert spender.spent == 0
