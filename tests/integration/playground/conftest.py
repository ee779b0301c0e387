"""A local workspace with Slack's own SDK as its client, a bot that records what it is told, and Anthropic's SDK."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from anthropic import AsyncAnthropic, DefaultAioHttpClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.page.content import OfferedCommand, Page
from bot.playground.server import Server
from bot.playground.slack.rules import Rules
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    Connect = Callable[[dict[str, str]], AbstractAsyncContextManager[AsyncAnthropic]]


class ScriptedClock:
    """The real time, plus what the test adds to it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Told:
    """One request that the bot got."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass
class RecordingBot:
    """A bot reached over HTTP: answers what was queued, else 200."""

    requests: list[Told] = field(default_factory=list)
    answers: deque[web.Response | asyncio.Event] = field(default_factory=deque)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(Told(headers, await request.read()))
        self.told.set()
        answer = self.answers.popleft() if self.answers else web.Response()
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = web.Response()
        return answer

    def events(self) -> list[dict[str, Any]]:
        return [told.json["event"] for told in self.requests if told.body.startswith(b"{")]


@pytest.fixture
def rules() -> Rules:
    """Slack's rules without its waits between retries."""
    return Rules(retry_delays=(0.0, 0.0, 0.0))


@pytest.fixture
def clock() -> ScriptedClock:
    return ScriptedClock()


@pytest.fixture
async def local(rules: Rules, clock: ScriptedClock) -> AsyncIterator[ScriptedWorkspace]:
    page = Page(commands=(OfferedCommand("/code", "<request>", "Write code"),), notice="The rehearsal model answers.")
    async with ScriptedWorkspace(rules, page) as local:
        local.workspace.clock = clock
        yield local


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(local: ScriptedWorkspace, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Slack's SDK with the bot's token."""
    environment = local.environment("http")
    return AsyncWebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"], session=session)


@pytest.fixture
async def bot(local: ScriptedWorkspace) -> AsyncIterator[RecordingBot]:
    """A bot to which the workspace delivers."""
    bot = RecordingBot()
    server = Server([web.post("/slack/events", bot.take)])
    await server.start()
    local.deliver_to(f"{server.url}/slack/events")
    yield bot
    await server.stop()


@pytest.fixture
def general(local: ScriptedWorkspace) -> str:
    return local.channel("general")


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
