"""Classify a batch: ask for it, check the answer, split it if it was faulty, and ask again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.calls import Call
from bot.core.classify import model_calls, schema
from bot.core.classify.model_calls import MOST_CALLS
from bot.core.domain.category import Category
from bot.core.domain.classification import Example, Verdict
from bot.core.domain.classify_item import Item
from bot.core.domain.message import Role
from bot.core.ports import Request, Turn
from bot.errors import ModelEmptyError, ModelError, ModelFormError, ModelRefusedError, ModelTooLargeError

if TYPE_CHECKING:
    from bot.core.classify.schema import Filled
    from bot.core.ports import Model

log = logging.getLogger(__name__)

# Faults that one item can cause for its whole batch.
FAULTS = (ModelFormError, ModelRefusedError, ModelTooLargeError, ModelEmptyError)


@dataclass(frozen=True)
class Question:
    """The question about each batch, without its items."""

    request: Request
    categories: tuple[Category, ...]
    several: bool = False
    examples: Callable[[Sequence[Item]], Sequence[Example]] = lambda _: ()

    @property
    def form(self) -> type[Filled]:
        """The form to fill in."""
        return schema.form(self.categories, several=self.several)

    def about(self, items: Sequence[Item]) -> Request:
        """Return the request for a batch."""
        text = schema.prompt(items, self.categories, self.examples(items), several=self.several)
        return replace(self.request, turns=(Turn(Role.USER, text),), max_output=model_calls.max_output(items))

    def read(self, filled: Filled, items: Sequence[Item]) -> dict[int, Verdict]:
        """Return what a filled-in form says of a batch."""
        return schema.verdicts(filled, items, several=self.several)


@dataclass(slots=True)
class BatchOutcome:
    """The verdicts of a batch by number, the calls that it took, and what stopped it, if anything did.

    Without a failure, each item has its verdict, even if that is "unclassified".
    """

    verdicts: dict[int, Verdict] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    failure: ModelError | None = None


async def sort(items: Sequence[Item], question: Question, *, model: Model) -> BatchOutcome:
    """Classify a batch; ask for missing or invalid items in halves, down to single items, each at least twice."""
    outcome = BatchOutcome()
    wanted = question.form
    waiting = [(tuple(items), False)]
    asked = 0
    while waiting and asked < MOST_CALLS:
        part, is_second = waiting.pop(0)
        asked += 1
        found = await _ask(part, question, outcome, model=model, wanted=wanted)
        if outcome.failure:
            return outcome
        outcome.verdicts |= found
        missing = [item for item in part if item.number not in found]
        if len(part) > 1 or not is_second:
            waiting += [(tuple(half), True) for half in model_calls.halves(missing) if half]
    unsorted = [item for item in items if item.number not in outcome.verdicts]
    if unsorted:
        log.warning("%d of %d items got no category in %d calls", len(unsorted), len(items), asked)
        outcome.verdicts |= {item.number: Verdict(item.number) for item in unsorted}
    return outcome


async def _ask(
    items: Sequence[Item], question: Question, outcome: BatchOutcome, *, model: Model, wanted: type[Filled]
) -> dict[int, Verdict]:
    try:
        # In a thread: looking for near examples among a thousand takes a while.
        request = await asyncio.to_thread(question.about, items)
        filled, call = await model.fill(request, wanted)
    except FAULTS as error:
        log.info("a batch of %d is faulty: %s", len(items), type(error).__name__)
        outcome.calls += [error.call] if error.call else []
        return {}
    except ModelError as error:
        outcome.calls += [error.call] if error.call else []
        outcome.failure = error
        return {}
    outcome.calls.append(call)
    return question.read(filled, items)
