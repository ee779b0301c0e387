"""Each way in which the API fails, as it surfaces in the SDK."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
import pytest

from bot.playground.anthropic.reply import Ping, StreamFault
from bot.playground.anthropic.rules import MessagesApiError
from tests.support.clock import turn_clock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anthropic import AsyncAnthropic

    from tests.support.scripted import ScriptedModel


async def drain(client: AsyncAnthropic, question: Any, into: list[str], apart: float = 0) -> Any:
    """Read an answer, whose pieces come so many seconds `apart`."""
    async with client.messages.stream(**question) as stream:
        async for piece in stream.text_stream:
            into.append(piece)
            turn_clock(apart)
        return await stream.get_final_message()


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "invalid_request_error", anthropic.BadRequestError),
        (401, "authentication_error", anthropic.AuthenticationError),
        (402, "billing_error", anthropic.PaymentRequiredError),
        (403, "permission_error", anthropic.PermissionDeniedError),
        (404, "not_found_error", anthropic.NotFoundError),
        (413, "request_too_large", anthropic.ContentTooLargeError),
        (429, "rate_limit_error", anthropic.RateLimitError),
        (500, "api_error", anthropic.InternalServerError),
        (504, "timeout_error", anthropic.GatewayTimeoutError),
        (529, "overloaded_error", anthropic.OverloadedError),
    ],
)
async def test_status_becomes_its_error(
    client: AsyncAnthropic, model: ScriptedModel, question: Any, status: int, kind: str, error: type[Exception]
) -> None:
    asks: tuple[Callable[[], Awaitable[Any]], ...] = (
        partial(drain, client, question, []),
        partial(client.messages.create, **question),
    )
    for ask in asks:
        model.answer(MessagesApiError(status, "Not now", headers={"retry-after": "7"}))
        with pytest.raises(error) as caught:
            await ask()
        failure = caught.value
        assert isinstance(failure, anthropic.APIStatusError)
        assert (failure.type, failure.api_message) == (kind, "Not now")
        assert failure.response.headers["retry-after"] == "7"
        assert str(failure.request_id).startswith("req_")


async def test_error_event_has_status_200(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("So far", MessagesApiError(529, "Overloaded"))
    pieces: list[str] = []
    with pytest.raises(anthropic.APIStatusError) as caught:
        await drain(client, question, pieces)
    assert pieces == ["So ", "far"]
    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


async def test_error_event_may_come_first(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer(Ping(), MessagesApiError(500, "Internal server error"))
    with pytest.raises(anthropic.APIStatusError) as caught:
        await drain(client, question, [])
    assert (caught.value.status_code, caught.value.type) == (200, "api_error")


async def test_cut_connection_is_httpx_error(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("So far", StreamFault.CUT)
    pieces: list[str] = []
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        await drain(client, question, pieces)
    assert pieces == ["So ", "far"]


async def test_corrupt_chunk_is_json_error(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("So far", StreamFault.CORRUPT)
    pieces: list[str] = []
    with pytest.raises(json.JSONDecodeError):
        await drain(client, question, pieces)
    assert pieces == ["So ", "far"]


async def test_early_end_has_no_stop_reason(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("So far", StreamFault.END)
    message = await drain(client, question, [])
    assert message.stop_reason is None


async def test_empty_stream_is_assertion_error(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer(StreamFault.END)
    with pytest.raises(AssertionError):
        await drain(client, question, [])


@pytest.mark.parametrize("fault", [StreamFault.CUT, StreamFault.END])
async def test_broken_whole_answer_is_connection_error(
    client: AsyncAnthropic, model: ScriptedModel, question: Any, fault: StreamFault
) -> None:
    model.answer("So far", fault)
    with pytest.raises(anthropic.APIConnectionError):
        await client.messages.create(**question)


async def test_corrupt_whole_answer_is_no_message(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer(StreamFault.CORRUPT)
    with pytest.raises(json.JSONDecodeError):
        await client.messages.create(**question)


async def test_deadline_aborts_a_stalled_answer(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("So far", asyncio.Event())
    pieces: list[str] = []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await drain(client, question, pieces, apart=30)
    async with asyncio.timeout(30):
        await model.until_abandoned()
    assert pieces == ["So ", "far"]


async def test_cancelling_aborts_the_request(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer(asyncio.Event())
    task = asyncio.create_task(drain(client, question, []))
    async with asyncio.timeout(30):
        await model.until_asked()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.until_abandoned()
    assert model.abandoned == 1
