"""Propose categories for items, if neither the asker nor the channel has any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import BaseModel

from bot.calls import Purpose
from bot.core.domain import category
from bot.core.domain.category import LONGEST_DEFINITION, LONGEST_NAME, Category
from bot.core.domain.message import Role
from bot.core.ports import Turn
from bot.core.prompt_data import quoted
from bot.errors import ModelFormError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.calls import Call
    from bot.core.domain.classify_item import Item
    from bot.core.ports import Model, Request

SAMPLE = 120  # items
SHOWN_OF_ITEM = 400  # characters
MAX_OUTPUT = 6_000  # tokens
MOST_PROPOSED = 12


class Proposed(BaseModel):
    """A category as the model proposes it."""

    name: str
    definition: str


class Proposal(BaseModel):
    """The form that the model fills in."""

    categories: list[Proposed]


def sample(items: Sequence[Item]) -> list[Item]:
    """Choose items for the model to look at, evenly from first to last."""
    step = max(1, len(items) / SAMPLE)
    return [items[int(number * step)] for number in range(min(SAMPLE, len(items)))]


async def propose(
    items: Sequence[Item], request: Request, *, model: Model
) -> tuple[tuple[Category, ...], tuple[Call, ...]]:
    """Ask for categories that fit the items. Raises a `ModelError`, also if there are fewer than two."""
    shown = [{"item": item.number, "text": item.text[:SHOWN_OF_ITEM]} for item in sample(items)]
    asked = "Propose categories for messages like these."  # not for people: told to the model
    text = f"{asked}\n\n{quoted('messages', shown)}"
    asking = replace(request, purpose=Purpose.CATEGORIES, turns=(Turn(Role.USER, text),), max_output=MAX_OUTPUT)
    proposal, call = await model.fill(asking, Proposal)
    try:
        return category.checked(map(_category, _named(proposal)[:MOST_PROPOSED])), (call,)
    except UsageError:
        raise ModelFormError("categories", call=call) from None


def _named(proposal: Proposal) -> list[Proposed]:
    unclassified = category.UNCLASSIFIED.casefold()
    return [one for one in proposal.categories if one.name.strip() and one.name.strip().casefold() != unclassified]


def _category(proposed: Proposed) -> Category:
    name, definition = " ".join(proposed.name.split()), " ".join(proposed.definition.split())
    return Category(name=name[:LONGEST_NAME], definition=definition[:LONGEST_DEFINITION])
