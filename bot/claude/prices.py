"""What calls cost, by the prices of the catalog: what was spent, and what a call may cost at most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bot.calls import MICROS

if TYPE_CHECKING:
    from decimal import Decimal

    from bot.calls import Call
from bot.claude.catalog import ModelCard, catalog, find

TOKENS_PER_PRICE = 1_000_000


def cost(card: ModelCard, call: Call) -> Decimal | None:
    """Return what a call cost in dollars, with cache entries of five minutes; None where the price is unknown."""
    if card.prices is None:
        return None
    prompt = call.input_tokens + call.cache_read_tokens + call.cache_write_tokens
    dollars = (
        call.input_tokens * card.prices.input
        + call.cache_read_tokens * card.prices.cache_read
        + call.cache_write_tokens * card.prices.cache_write_5m
        + call.output_tokens * card.prices.output
    ) / TOKENS_PER_PRICE
    if call.is_batch:
        dollars *= catalog().batch_share
    fees = call.web_searches * catalog().search_fee
    is_long = card.long_context is not None and prompt > card.long_context.above
    return fees + (dollars * card.long_context.factor if card.long_context and is_long else dollars)


def micros(call: Call) -> int | None:
    """Return what a call cost in millionths of a dollar, rounded up; None where its model or the price is unknown."""
    card = find(call.model)
    dollars = cost(card, call) if card else None
    return None if dollars is None else math.ceil(dollars * MICROS)


def ceiling(
    card: ModelCard, input_tokens: int, output_tokens: int, *, is_batch: bool = False, searches: int = 0
) -> int | None:
    """Return the most that a call can cost in millionths of a dollar: all of its prompt is written to the cache.

    With `searches`, the API reads the prompt again after each of its own steps, from its cache: ten steps at most, at
    a tenth of the price each, so twice the prompt.

    None where the price is unknown.
    """
    if card.prices is None:
        return None
    read = max(card.prices.input, card.prices.cache_write_5m)
    prompt = input_tokens * 2 if searches else input_tokens
    dollars = (prompt * read + output_tokens * card.prices.output) / TOKENS_PER_PRICE
    if card.long_context is not None and input_tokens > card.long_context.above:
        dollars *= card.long_context.factor
    fees = searches * catalog().search_fee
    return math.ceil((dollars * (catalog().batch_share if is_batch else 1) + fees) * MICROS)


def price(card: ModelCard, input_tokens: int, output_tokens: int, *, is_batch: bool = False) -> Decimal | None:
    """Return what tokens of short prompts cost in dollars, none of them cached; None where the price is unknown."""
    if card.prices is None:
        return None
    dollars = (input_tokens * card.prices.input + output_tokens * card.prices.output) / TOKENS_PER_PRICE
    return dollars * catalog().batch_share if is_batch else dollars
