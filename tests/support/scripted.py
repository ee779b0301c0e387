"""A model with a queue of answers and a history of what it was asked, behind the local Messages API."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import Event, MessageStop, ModelRequest, StreamFault, TextDelta
from bot.playground.anthropic.rules import MessagesApiError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

# A gate (asyncio.Event) holds the answer until it is set; a str is streamed word by word; a dict is sent as JSON.
Part = str | dict[str, Any] | Event | asyncio.Event | MessagesApiError


@dataclass(frozen=True, slots=True)
class Answer:
    """A queued answer. `to`: only for a request whose newest turn holds this text."""

    parts: tuple[Part, ...]
    to: str


class ScriptedModel:
    """Answers with what the test has queued. A request that nothing was queued for gets a 400 and is kept apart.

    `requests` holds everything it was asked, oldest first; `abandoned` counts the answers that were left
    before their end: by the client, or by the server at `max_tokens`.
    """

    def __init__(self) -> None:
        self.requests: list[ModelRequest] = []
        self.unscripted: list[ModelRequest] = []
        self.abandoned = 0
        self._answers: deque[Answer] = deque()
        self._changed = asyncio.Condition()

    def answer(self, *parts: Part, to: str = "") -> None:
        """Queue one answer."""
        self._answers.append(Answer(parts, to))

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        self.requests.append(asked)
        await self._notify()
        answer = next((answer for answer in self._answers if answer.to in asked.text), None)
        if answer is None:
            self.unscripted.append(asked)
            raise MessagesApiError(400, f"ScriptedModel has no answer for request {len(self.requests)}")
        self._answers.remove(answer)
        is_left = True
        try:
            async with aclosing(_play(answer.parts)) as events:
                async for event in events:
                    is_left = not isinstance(event, MessageStop | StreamFault)
                    yield event
            is_left = False
        except MessagesApiError:
            is_left = False
            raise
        finally:
            if is_left:
                self.abandoned += 1
                await self._notify()

    async def until_asked(self, count: int = 1) -> ModelRequest:
        """Wait until `count` requests have come in all; return the last of these. The caller sets the deadline."""
        await self._until(lambda: len(self.requests) >= count)
        return self.requests[count - 1]

    async def until_abandoned(self, count: int = 1) -> None:
        """Wait until the client has left `count` answers before their end. The caller sets the deadline."""
        await self._until(lambda: self.abandoned >= count)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[dict[str, str]]:
        """Serve the model; gives the settings by which an SDK finds it. Raises for requests that were not scripted."""
        async with MessagesServer(self) as server:
            yield server.environment()
        self.expect_no_more()

    def expect_no_more(self) -> None:
        """Raise `AssertionError` for requests that nothing was queued for."""
        if self.unscripted:
            texts = "\n".join(f"- {asked.text[:200]!r}" for asked in self.unscripted)
            raise AssertionError(f"The scripted model was asked what no answer was queued for:\n{texts}")

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(condition)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def _play(parts: tuple[Part, ...]) -> AsyncGenerator[Event, None]:
    for part in parts:
        match part:
            case str():
                for word in re.findall(r"\s*\S+\s*|\s+", part):
                    yield TextDelta(word)
            case dict():
                yield TextDelta(json.dumps(part, ensure_ascii=False))
            case asyncio.Event():
                await part.wait()
            case MessagesApiError():
                raise part
            case _:
                yield part
