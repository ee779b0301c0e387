"""Our client in front of the local Messages API, over the transport that it really uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
import stamina

from bot.claude.catalog import today
from bot.claude.client import CallDeadlines, Claude, connect
from bot.claude.retry import TRIES
from tests.support.scripted import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager

    from bot.claude.model_facts import Clock


class Connect(Protocol):
    """Opens a client of the scripted model; by default with deadlines that no test reaches."""

    def __call__(
        self,
        model: str = "claude-haiku-5-5",
        deadlines: CallDeadlines | None = ...,
        *,
        api_key: str = ...,
        clock: Clock = ...,
    ) -> AbstractAsyncContextManager[Claude]: ...


@pytest.fixture(autouse=True)
def tries_without_pause() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=TRIES, cap=True):
        yield


@pytest.fixture
def scripted() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
async def connecting(scripted: ScriptedModel) -> AsyncIterator[Connect]:
    async with scripted.serving() as environment:

        def opened(
            model: str = "claude-haiku-5-5",
            deadlines: CallDeadlines | None = None,
            *,
            api_key: str = environment["ANTHROPIC_API_KEY"],
            clock: Clock = today,
        ) -> AbstractAsyncContextManager[Claude]:
            return connect(
                api_key=api_key,
                model=model,
                base_url=environment["ANTHROPIC_BASE_URL"],
                deadlines=deadlines,
                clock=clock,
            )

        yield opened


@pytest.fixture
async def claude(connecting: Connect) -> AsyncIterator[Claude]:
    async with connecting() as client:
        yield client
