"""The real SDK in front of the local Messages API."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from anthropic import AsyncAnthropic, DefaultAioHttpClient

from tests.stage.scripted import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    Connect = Callable[[dict[str, str]], AbstractAsyncContextManager[AsyncAnthropic]]


@asynccontextmanager
async def connected(environment: dict[str, str]) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(
        base_url=environment["ANTHROPIC_BASE_URL"],
        api_key=environment["ANTHROPIC_API_KEY"],
        max_retries=0,
        http_client=DefaultAioHttpClient(),
    ) as client:
        yield client


@pytest.fixture
def connect() -> Connect:
    return connected


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
async def client(model: ScriptedModel) -> AsyncIterator[AsyncAnthropic]:
    async with model.serving() as environment, connected(environment) as client:
        yield client


@pytest.fixture
def question() -> dict[str, Any]:
    return {
        "model": "claude-haiku-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": "How are you?"}],
    }
