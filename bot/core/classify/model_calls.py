"""How a run is cut into calls to the model: how many items and tokens one takes, and how many are made at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.domain.classify_item import Item

ITEMS_PER_CALL = 50  # in one call: with many more, models begin to lose their place
TOKENS_PER_CALL = 8_000  # of items in one call
TOKENS_PER_ITEM = 60  # of output: a number, a category, a confidence and a few words
TOKENS_TO_SPARE = 4_000  # of output, for models that think before each answer
TOKENS_AROUND_ITEM = 12  # of input: the JSON about its text
CALLS_AT_ONCE = 8  # of all runs of a process
# A single bad item among fifty is found in 13 calls; a model that is never right must not cost a hundred.
MOST_CALLS = 16  # for one batch


@dataclass(frozen=True, slots=True)
class Expected:
    """What a run will probably take."""

    calls: int
    input_tokens: int
    output_tokens: int


def tokens(item: Item) -> int:
    """Estimate the tokens of input that an item takes, from above."""
    return estimate_tokens(item.excerpt) + TOKENS_AROUND_ITEM


def batches(items: Iterable[Item]) -> Iterator[tuple[Item, ...]]:
    """Cut items into batches, in their order, each of at most 50 items and 8,000 tokens, unless one item has more."""
    batch: list[Item] = []
    size = 0
    for item in items:
        needed = tokens(item)
        if batch and (len(batch) >= ITEMS_PER_CALL or size + needed > TOKENS_PER_CALL):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(item)
        size += needed
    if batch:
        yield tuple(batch)


def halves(items: Sequence[Item]) -> tuple[Sequence[Item], Sequence[Item]]:
    """Split a batch in two; a batch of one item has an empty second half."""
    middle = (len(items) + 1) // 2
    return items[:middle], items[middle:]


def max_output(items: Sequence[Item]) -> int:
    """Return how many tokens of output to allow for a batch."""
    return TOKENS_TO_SPARE + TOKENS_PER_ITEM * len(items)


def expected(items: Iterable[Item], prompt_tokens: int) -> Expected:
    """Estimate, from above, what a run takes; `prompt_tokens` are those of each call apart from its items."""
    calls = input_tokens = output_tokens = 0
    for batch in batches(items):
        calls += 1
        input_tokens += prompt_tokens + sum(map(tokens, batch))
        output_tokens += TOKENS_PER_ITEM * len(batch)
    return Expected(calls, input_tokens, output_tokens)
