"""A model with a queue of answers and a history of what it was asked, behind the local Messages API.

A turn with tools has several rounds; each is an answer of its own, in order:

    model.answer("Let me look.", ToolCall("find_messages", {"query": "launch"}), ToolCall("remember", {"text": "…"}))
    model.answer(Search("Lumenpad export"), "It exports PDF.", Cite("PDF: one file"))
    model.answer(ThinkingDelta("Hm."), ToolCall("find_messages", '{"query": '), StreamFault.CUT)

    asked = await model.until_asked(2)
    asked.tools["find_messages"]        # as it was declared
    asked.tool_results[0].text          # also .id, .content, .is_error
    asked.body["messages"]              # the conversation as it was sent

What a message ends with follows from its parts: `tool_use` after tool calls, `pause_turn` after a `Search` or `Fetch`
that `waits`, else `end_turn`. A part may also be a function of the request that returns parts, such as
`lambda asked: [ToolCall("remember", {"text": asked.tool_results[0].text})]`: that is how to obey what was found.
Searches and fetches go to the web in `bot/playground/anthropic/web/`, or to the pages given with them, within the
limits that the request's own tools set.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.console import Console
from bot.playground.anthropic.reply import Event, MessageStop, ModelRequest, StreamFault, TextDelta
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.anthropic.server_tools import ServerCall
from bot.playground.anthropic.web import WebPage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator


@dataclass(frozen=True, slots=True)
class Search:
    """A web search, among the `pages` if any are given. It fails with `error`, a code; one that `waits` stays open."""

    query: str
    pages: Sequence[WebPage] | None = None
    error: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Fetch:
    """A web fetch, as `Search`."""

    url: str
    pages: Sequence[WebPage] | None = None
    error: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Cite:
    """A citation of the newest search's result of this number, or of the newest fetch, for the text just written."""

    quote: str
    number: int = 0


# A gate (asyncio.Event) holds the answer until it is set; a str is streamed word by word; a dict is sent as JSON.
Plain = str | dict[str, Any] | Event | Search | Fetch | Cite | asyncio.Event | MessagesApiError
Part = Plain | Callable[[ModelRequest], Iterable[Plain]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A queued answer. `to`: only for a request whose newest question holds this text, in every round of its tools."""

    parts: tuple[Part, ...]
    to: str


class ScriptedModel:
    """Answers with what the test has queued. A request that nothing was queued for gets a 400 and is kept apart.

    `requests` holds everything it was asked, oldest first; `abandoned` counts the answers that were left
    before their end: by the client, or by the server at `max_tokens`. `console` is what the organization's admin has
    set, such as whether it has web search.
    """

    def __init__(self) -> None:
        self.console = Console()
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
        answer = next((answer for answer in self._answers if answer.to in asked.question), None)
        if answer is None:
            self.unscripted.append(asked)
            raise MessagesApiError(400, f"ScriptedModel has no answer for request {len(self.requests)}")
        self._answers.remove(answer)
        is_left = True
        try:
            async with aclosing(_play(answer.parts, asked)) as events:
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
        async with MessagesServer(self, console=lambda: self.console) as server:
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


async def _play(parts: Iterable[Part], asked: ModelRequest) -> AsyncGenerator[Event, None]:
    calls: list[ServerCall] = []
    for part in _told(parts, asked):
        match part:
            case str():
                for word in re.findall(r"\s*\S+\s*|\s+", part):
                    yield TextDelta(word)
            case dict():
                yield TextDelta(json.dumps(part, ensure_ascii=False))
            case Search() | Fetch():
                calls.append(_looked_up(part, asked))
                yield calls[-1]
            case Cite():
                yield asked.citing_web(calls[-1], part.quote, part.number)
            case asyncio.Event():
                await part.wait()
            case MessagesApiError():
                raise part
            case _:
                yield part


def _told(parts: Iterable[Part], asked: ModelRequest) -> Iterable[Plain]:
    for part in parts:
        if callable(part):
            yield from part(asked)
        else:
            yield part


def _looked_up(part: Search | Fetch, asked: ModelRequest) -> ServerCall:
    if part.waits:
        name, given = (
            ("web_search", {"query": part.query}) if isinstance(part, Search) else ("web_fetch", {"url": part.url})
        )
        return ServerCall(name, given)
    if isinstance(part, Search):
        return asked.server.search(part.query, among=part.pages, error=part.error)
    return asked.server.fetch(part.url, among=part.pages, error=part.error)
