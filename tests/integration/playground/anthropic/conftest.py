"""The real SDK in front of the local Messages API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scripted import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anthropic import AsyncAnthropic

    from tests.integration.playground.conftest import Connect


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
async def client(model: ScriptedModel, connect: Connect) -> AsyncIterator[AsyncAnthropic]:
    async with model.serving() as environment, connect(environment) as client:
        yield client


@pytest.fixture
def question() -> dict[str, Any]:
    return {
        "model": "claude-haiku-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": "How are you?"}],
    }
