"""Batches of messages: submitted together, answered when the API has time, at half the price."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from anthropic import Omit

from bot.claude.call import COUNTS, ModelCall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping
    from datetime import datetime

    from anthropic import AsyncAnthropic
    from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse


LOOKED_AT = 50  # batches, the newest, to find one that was handed in before we knew
CLOCKS_APART = timedelta(minutes=5)
ENDED = "ended"


def params(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the arguments of a message into those of a batch's request, which has no headers of its own."""
    dropped = {"extra_headers", "extra_body"}
    return {k: v for k, v in arguments.items() if k not in dropped and not isinstance(v, Omit)}


async def submit(
    anthropic: AsyncAnthropic, asked: Mapping[str, dict[str, Any]], since: datetime | None, taken: Collection[str]
) -> str:
    """Submit requests by their names; return the batch's id. Raises what the SDK raises.

    With `since`, the newest batches are searched first for one that may be these. A batch tells its requests'
    names only when it is done: one that is under way, of as many requests and not among those `taken`, is believed.
    """
    if since is not None:
        page = await anthropic.messages.batches.list(limit=LOOKED_AT)
        for batch in page.data:
            is_new = batch.created_at >= since - CLOCKS_APART and batch.id not in taken
            if is_new and _size(batch) == len(asked) and await _may_hold(anthropic, batch, asked):
                return batch.id
    requests: Any = [{"custom_id": name, "params": one} for name, one in asked.items()]
    return (await anthropic.messages.batches.create(requests=requests)).id


def _size(batch: MessageBatch) -> int:
    counts = batch.request_counts
    return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired


async def _may_hold(anthropic: AsyncAnthropic, batch: MessageBatch, names: Collection[str]) -> bool:
    if batch.processing_status != ENDED:
        return True
    async for result in await anthropic.messages.batches.results(batch.id):
        return result.custom_id in names
    return False


async def cancel(anthropic: AsyncAnthropic, batch: str) -> None:
    """Cancel a batch, unless it is done. Raises what the SDK raises."""
    if (await anthropic.messages.batches.retrieve(batch)).processing_status != ENDED:
        await anthropic.messages.batches.cancel(batch)


async def results(anthropic: AsyncAnthropic, batch: str) -> AsyncIterator[MessageBatchIndividualResponse] | None:
    """Return a batch's results, None while it is not done. Raises what the SDK raises."""
    if (await anthropic.messages.batches.retrieve(batch)).processing_status != ENDED:
        return None
    return await anthropic.messages.batches.results(batch)


def exchange(response: MessageBatchIndividualResponse, purpose: str, model: str) -> ModelCall:
    """Return a result as a model call; a failed one has no stop reason and no tokens."""
    found = ModelCall(purpose, model, is_batch=True)
    if response.result.type == "succeeded":
        message = response.result.message
        found.counts = {
            name: int(count) for name in COUNTS if (count := getattr(message.usage, name, None)) is not None
        }
        found.pieces = [block.text for block in message.content if block.type == "text"]
        found.stop_reason = message.stop_reason
    return found
