"""Batches of messages: handed in at once, answered in the API's own time, at half the price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anthropic import Omit

from bot.claude.exchange import COUNTS, Exchange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

    from anthropic import AsyncAnthropic
    from anthropic.types.messages import MessageBatchIndividualResponse

    from bot.core.ports import Purpose

LOOKED_AT = 50  # batches, the newest, to find one that was handed in before we knew
ENDED = "ended"


def params(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the arguments of a message into those of a batch's request, which has no headers of its own."""
    dropped = {"extra_headers", "extra_body"}
    return {k: v for k, v in arguments.items() if k not in dropped and not isinstance(v, Omit)}


async def submit(anthropic: AsyncAnthropic, asked: Mapping[str, dict[str, Any]], since: datetime | None) -> str:
    """Hand requests in by their names; return the batch's id. Raises what the SDK raises.

    With `since`, the newest batches are looked through first for one of as many requests that is no older.
    """
    if since is not None:
        page = await anthropic.messages.batches.list(limit=LOOKED_AT)
        for batch in page.data:
            counts = batch.request_counts
            total = counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired
            if batch.created_at >= since and total == len(asked):
                return batch.id
    requests: Any = [{"custom_id": name, "params": one} for name, one in asked.items()]
    return (await anthropic.messages.batches.create(requests=requests)).id


async def cancel(anthropic: AsyncAnthropic, batch: str) -> None:
    """Cancel a batch, unless it is done. Raises what the SDK raises."""
    if (await anthropic.messages.batches.retrieve(batch)).processing_status != ENDED:
        await anthropic.messages.batches.cancel(batch)


async def results(anthropic: AsyncAnthropic, batch: str) -> AsyncIterator[MessageBatchIndividualResponse] | None:
    """Return what a batch has brought, None while it is not done. Raises what the SDK raises."""
    if (await anthropic.messages.batches.retrieve(batch)).processing_status != ENDED:
        return None
    return await anthropic.messages.batches.results(batch)


def exchange(response: MessageBatchIndividualResponse, purpose: Purpose, model: str) -> Exchange:
    """Write a result down as the call that it was; one that failed has no stop reason, and counted nothing."""
    found = Exchange(purpose, model, is_batch=True)
    if response.result.type == "succeeded":
        message = response.result.message
        found.counts = {
            name: int(count) for name in COUNTS if (count := getattr(message.usage, name, None)) is not None
        }
        found.pieces = [block.text for block in message.content if block.type == "text"]
        found.stop_reason = message.stop_reason
    return found
