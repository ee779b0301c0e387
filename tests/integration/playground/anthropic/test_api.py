"""The local Messages API: who gets in, what it offers, what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import anthropic
import pytest

from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.rules import MAX_BODY_BYTES
from tests.support.scripted import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from anthropic import AsyncAnthropic

    from bot.playground.anthropic.reply import Event, ModelRequest

OLD_VERSION = {"anthropic-version": "2023-06-01"}


class FailingModel:
    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        raise KeyError(asked.text)
        yield


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104 - must be refused
def test_only_loopback_is_served(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        MessagesServer(ScriptedModel(), host=host)


async def test_wrong_key_is_turned_away(client: AsyncAnthropic, question: Any) -> None:
    with pytest.raises(anthropic.AuthenticationError):
        await client.with_options(api_key="stolen").messages.create(**question)
    with pytest.raises(anthropic.AuthenticationError):
        await client.with_options(api_key="stolen").models.retrieve("claude-haiku-5-5")


async def test_older_key_header_is_let_in(model: ScriptedModel, question: Any) -> None:
    model.answer("Hello")
    async with model.serving() as environment, aiohttp.ClientSession() as session:
        headers = {"x-api-key": environment["ANTHROPIC_API_KEY"], **OLD_VERSION}
        url = f"{environment['ANTHROPIC_BASE_URL']}/v1/messages"
        async with session.post(url, json=question, headers=headers) as response:
            assert (await response.json())["content"] == [{"type": "text", "text": "Hello"}]


@pytest.mark.parametrize(
    ("path", "body", "status", "kind"),
    [
        ("/v1/messages", b"{", 400, "invalid_request_error"),
        ("/v1/messages", b"[" * 100_000, 400, "invalid_request_error"),
        ("/v1/messages", b'{"model": "\\ud800"}', 400, "invalid_request_error"),
        ("/v1/messages", b"\xff", 400, "invalid_request_error"),
        ("/v1/complete", b"{}", 404, "not_found_error"),
        ("/v1/models", b"{}", 405, "invalid_request_error"),
    ],
)
async def test_failures_have_the_wire_form(
    model: ScriptedModel, path: str, body: bytes, status: int, kind: str
) -> None:
    async with model.serving() as environment, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {environment['ANTHROPIC_API_KEY']}", **OLD_VERSION}
        async with session.post(environment["ANTHROPIC_BASE_URL"] + path, data=body, headers=headers) as response:
            answer = await response.json()
            assert (response.status, answer["type"], answer["error"]["type"]) == (status, "error", kind)
            assert answer["request_id"] == response.headers["request-id"]


# aiohttp's advice to the SDK's transport.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_too_large_body_is_refused(client: AsyncAnthropic, question: Any) -> None:
    question["messages"] = [{"role": "user", "content": "x" * MAX_BODY_BYTES}]
    with pytest.raises(anthropic.ContentTooLargeError) as caught:
        await client.messages.create(**question)
    assert "'request_too_large'" in caught.value.message


async def test_version_header_is_required(model: ScriptedModel, question: Any) -> None:
    async with model.serving() as environment, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {environment['ANTHROPIC_API_KEY']}"}
        url = f"{environment['ANTHROPIC_BASE_URL']}/v1/messages"
        async with session.post(url, json=question, headers=headers) as response:
            assert "anthropic-version" in (await response.json())["error"]["message"]


async def test_model_that_fails_is_server_error(question: Any, connect: Any) -> None:
    async with MessagesServer(FailingModel()) as server, connect(server.environment()) as client:
        with pytest.raises(anthropic.InternalServerError):
            await client.messages.create(**question)
        with pytest.raises(anthropic.InternalServerError):
            async with client.messages.stream(**question) as stream:
                await stream.get_final_message()


async def test_temperature_needs_the_older_version(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    question |= {"model": "claude-haiku-4-5", "extra_body": {"temperature": 0.2}}
    with pytest.raises(anthropic.BadRequestError, match="temperature"):
        await client.messages.create(**question)
    model.answer("Hello")
    message = await client.messages.create(**question, extra_headers=OLD_VERSION)
    assert message.model == "claude-haiku-4-5-20251001"
    assert model.requests[0].body["temperature"] == 0.2
    assert model.requests[0].headers["anthropic-version"] == "2023-06-01"


async def test_later_model_refuses_temperature(client: AsyncAnthropic, question: Any) -> None:
    with pytest.raises(anthropic.BadRequestError, match="non-default"):
        await client.messages.create(**question, extra_headers=OLD_VERSION, extra_body={"temperature": 0.2})


@pytest.mark.filterwarnings("ignore:The model:DeprecationWarning")
async def test_retired_model_is_not_found(client: AsyncAnthropic, question: Any) -> None:
    with pytest.raises(anthropic.NotFoundError, match="model: claude-3-5-haiku-20241022"):
        await client.messages.create(**question | {"model": "claude-3-5-haiku-20241022"})


async def test_too_long_prompt_is_refused(client: AsyncAnthropic, question: Any) -> None:
    question |= {"model": "claude-haiku-4-5", "messages": [{"role": "user", "content": "word " * 200_000}]}
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        await client.messages.create(**question)


async def test_tokens_are_counted_alike(client: AsyncAnthropic, model: ScriptedModel, question: Any) -> None:
    model.answer("Hello")
    counted = await client.messages.count_tokens(model=question["model"], messages=question["messages"])
    message = await client.messages.create(**question)
    assert counted.input_tokens == message.usage.input_tokens > 0


async def test_models_are_listed_by_pages(client: AsyncAnthropic) -> None:
    listed = [info async for info in client.models.list(limit=4)]
    assert len(listed) == len({info.id for info in listed}) > 4
    assert {info.lifecycle for info in listed} == {"active", "deprecated"}


async def test_retired_models_are_listed_on_demand(client: AsyncAnthropic) -> None:
    page = await client.models.list(lifecycle=["retired"])
    assert {info.lifecycle for info in page.data} == {"retired"}
    assert "claude-3-haiku-20240307" in {info.id for info in page.data}


async def test_model_tells_its_limits(client: AsyncAnthropic) -> None:
    info = await client.models.retrieve("claude-haiku-4-5")
    assert (info.id, info.max_input_tokens, info.max_tokens) == ("claude-haiku-4-5-20251001", 200_000, 64_000)
    assert info.capabilities is not None
    assert info.capabilities.thinking.types.enabled.supported
    assert not info.capabilities.effort.supported
    with pytest.raises(anthropic.NotFoundError):
        await client.models.retrieve("claude-9")
