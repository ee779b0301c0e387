"""What calls cost, by the prices of the catalog: what was spent, and what a call may cost at most."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.calls import MICROS
from bot.claude.catalog import ModelCard, catalog, find

if TYPE_CHECKING:
    from bot.calls import Call

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
    return fees + dollars * _factor(card, prompt)


def micros(call: Call) -> int | None:
    """Return what a call cost in millionths of a dollar, rounded up; None where its model or the price is unknown."""
    card = find(call.model)
    dollars = cost(card, call) if card else None
    return None if dollars is None else math.ceil(dollars * MICROS)


def ceiling(
    card: ModelCard, input_tokens: int, output_tokens: int, *, is_batch: bool = False, searches: int = 0, steps: int = 0
) -> int | None:
    """Return the most that a call can cost in millionths of a dollar: all of its prompt is written to the cache.

    After each of its own `steps`, the API reads the prompt again, from its cache, and counts it again.

    None where the price is unknown.
    """
    if card.prices is None:
        return None
    read = input_tokens * steps
    dollars = (
        input_tokens * max(card.prices.input, card.prices.cache_write_5m)
        + read * card.prices.cache_read
        + output_tokens * card.prices.output
    ) / TOKENS_PER_PRICE
    dollars *= _factor(card, input_tokens + read)
    fees = searches * catalog().search_fee
    return math.ceil((dollars * (catalog().batch_share if is_batch else 1) + fees) * MICROS)


def _factor(card: ModelCard, prompt: int) -> Decimal:
    """Return how many times its price a call costs, by all of the prompt's tokens, as the API counts them."""
    step = card.long_context
    return step.factor if step is not None and prompt > step.above else Decimal(1)


def price(card: ModelCard, input_tokens: int, output_tokens: int, *, is_batch: bool = False) -> Decimal | None:
    """Return what tokens of short prompts cost in dollars, none of them cached; None where the price is unknown."""
    if card.prices is None:
        return None
    dollars = (input_tokens * card.prices.input + output_tokens * card.prices.output) / TOKENS_PER_PRICE
    return dollars * catalog().batch_share if is_batch else dollars
