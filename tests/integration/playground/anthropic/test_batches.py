"""Message batches through the real SDK: answered one by one, cancelled, and billed at half the price."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from anthropic import APIStatusError

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types.messages import MessageBatch

    from tests.support.scripted import ScriptedModel


def request(name: str, text: str, **params: Any) -> Any:
    body = {"model": "claude-haiku-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": text}]}
    return {"custom_id": name, "params": body | params}


async def ended(client: AsyncAnthropic, batch: MessageBatch) -> MessageBatch:
    """Wait until a batch is over."""
    async with asyncio.timeout(30):
        while (batch := await client.messages.batches.retrieve(batch.id)).processing_status != "ended":
            continue
    return batch


async def results(client: AsyncAnthropic, batch: MessageBatch) -> dict[str, Any]:
    return {line.custom_id: line.result async for line in await client.messages.batches.results(batch.id)}


async def test_a_batch_is_answered_whole(client: AsyncAnthropic, model: ScriptedModel) -> None:
    for text in ("one", "two"):
        model.answer(text.upper(), to=text)
    batch = await client.messages.batches.create(requests=[request("a", "one"), request("b", "two")])
    assert (batch.processing_status, batch.request_counts.processing) == ("in_progress", 2)
    batch = await ended(client, batch)
    assert (batch.request_counts.succeeded, batch.request_counts.processing) == (2, 0)
    found = await results(client, batch)
    assert {name: result.message.content[0].text for name, result in found.items()} == {"a": "ONE", "b": "TWO"}
    assert {result.message.usage.service_tier for result in found.values()} == {"batch"}


async def test_a_faulty_request_fails_alone(client: AsyncAnthropic, model: ScriptedModel) -> None:
    model.answer("fine")
    batch = await client.messages.batches.create(requests=[request("a", "x", max_tokens=-1), request("b", "y")])
    found = await results(client, await ended(client, batch))
    assert (found["a"].error.error.type, found["b"].type) == ("invalid_request_error", "succeeded")


async def test_a_cancelled_batch_keeps_what_is_done(client: AsyncAnthropic, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer("done", to="one")
    model.answer(gate, "never", to="two")
    batch = await client.messages.batches.create(requests=[request("a", "one"), request("b", "two")])
    await model.until_asked(2)
    assert (await client.messages.batches.cancel(batch.id)).processing_status == "canceling"
    batch = await ended(client, batch)
    assert (batch.request_counts.succeeded, batch.request_counts.canceled) == (1, 1)
    assert (await results(client, batch))["b"].type == "canceled"
    await client.messages.batches.delete(batch.id)
    with pytest.raises(APIStatusError, match="not found"):
        await client.messages.batches.retrieve(batch.id)


@pytest.mark.parametrize(
    "requests",
    [[], [request("a", "x"), request("a", "y")], [request("no spaces", "x")], [{"custom_id": "a"}]],
)
async def test_a_malformed_batch_is_refused(client: AsyncAnthropic, requests: Any) -> None:
    with pytest.raises(APIStatusError) as refused:
        await client.messages.batches.create(requests=requests)
    assert refused.value.status_code == 400


async def test_results_come_at_the_end(client: AsyncAnthropic, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer(gate, "late")
    batch = await client.messages.batches.create(requests=[request("a", "x")])
    assert batch.results_url is None
    assert [one.id async for one in client.messages.batches.list()] == [batch.id]
    gate.set()
    assert (await ended(client, batch)).results_url
