"""The scripted model itself."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
import pytest

from tests.support.scripted import ScriptedModel

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic


async def test_answers_come_in_order(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("First")
    model.answer("Second")
    texts = [(await client.messages.create(**question)).to_dict()["content"] for _ in range(2)]
    assert texts == [[{"type": "text", "text": "First"}], [{"type": "text", "text": "Second"}]]


async def test_answers_find_their_request(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("About trains", to="train")
    model.answer("About ships", to="ship")
    question["messages"] = [{"role": "user", "content": "When does the ship leave?"}]
    message = await client.messages.create(**question)
    assert message.to_dict()["content"] == [{"type": "text", "text": "About ships"}]


async def test_requests_are_kept_parsed(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("Fine.")
    await client.messages.create(**question, system="Be brief.")
    asked = await model.until_asked()
    assert asked.system == ["Be brief."]
    assert asked.turns == [("user", "How are you?")]
    assert asked.text == "How are you?"
    assert asked.headers["anthropic-version"] == "2026-10-21"


async def test_unscripted_request_fails_the_test(question: Any, connect: Any) -> None:
    model = ScriptedModel()
    serving = model.serving()
    async with connect(await serving.__aenter__()) as client:
        with pytest.raises(anthropic.BadRequestError, match="no answer for request 1"):
            await client.messages.create(**question)
    with pytest.raises(AssertionError, match="How are you"):
        await serving.__aexit__(None, None, None)
    assert model.unscripted == model.requests


async def test_waiting_ends_with_the_request(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    gate = asyncio.Event()
    model.answer(gate, "Fine.")
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(client.messages.create(**question))
        await model.until_asked()
        assert not answer.done()
        gate.set()
    assert model.abandoned == 0


async def test_server_stops_beside_open_gate(question: Any, connect: Any) -> None:
    model = ScriptedModel()
    model.answer("So far", asyncio.Event())
    async with asyncio.timeout(30), AsyncExitStack() as stack:
        server = AsyncExitStack()
        environment = await server.enter_async_context(model.serving())
        client = await stack.enter_async_context(connect(environment))
        stream = await stack.enter_async_context(client.messages.stream(**question))
        texts = stream.text_stream
        assert await anext(texts) == "So "
        await server.aclose()
        with pytest.raises(httpx2.ReadError):
            [piece async for piece in texts]
    assert model.abandoned == 1
