"""Calls to a Slack that takes them and never answers. The loop's clock is turned, so that nobody waits.

Reported of posts that time out (https://github.com/slackapi/python-slack-sdk/issues/1673), and of a hung upload that
held up all that came after it (https://github.com/SolaceLabs/solace-agent-mesh-core-plugins/pull/169).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from bot.core.domain.message import Place, Upload
from bot.errors import ChatError
from bot.slack.client.api import TIMEOUT, call, call_once, http_session, web_client
from bot.slack.client.tokens import Client, StaticToken
from bot.slack.outbound import upload
from bot.slack.outbound.ephemeral import withdraw
from tests.integration.slack.outbound.conftest import InMemoryCheckpoint
from tests.support.clock import around_the_loop, turn_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@dataclass(slots=True)
class SilentSlack:
    """Says where to bring a file, and nothing else; `asked` are the paths that were called."""

    url: str = ""
    asked: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("files.getUploadURLExternal"):
            return web.json_response({"ok": True, "file_id": "F1", "upload_url": f"{self.url}/bytes"})
        self.asked.put_nowait(request.path)
        await self.is_over.wait()
        return web.Response()


@pytest.fixture
async def slack() -> AsyncIterator[SilentSlack]:
    silent = SilentSlack()
    runner = web.ServerRunner(web.Server(silent.answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    silent.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield silent
    silent.is_over.set()
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with http_session() as one:
        yield one


async def by_base_client(url: str, session: aiohttp.ClientSession) -> object:
    return await call(web_client("xoxb-1", f"{url}/api/", session).auth_test)


async def by_client_of_workspace(url: str, session: aiohttp.ClientSession) -> object:
    client = Client(StaticToken("xoxb-1"), f"{url}/api/", session)
    return await call_once(client.chat_postMessage, channel="C1", text="Hello")


async def by_response_url(url: str, session: aiohttp.ClientSession) -> None:
    await withdraw(f"{url}/response", session)


@pytest.mark.parametrize("ask", [by_base_client, by_client_of_workspace, by_response_url])
async def test_a_silent_slack_is_left(
    slack: SilentSlack, session: aiohttp.ClientSession, ask: Callable[[str, aiohttp.ClientSession], Awaitable[object]]
) -> None:
    asking = asyncio.ensure_future(ask(slack.url, session))
    await slack.asked.get()
    turn_clock(TIMEOUT + 1)
    with pytest.raises(ChatError, match="TimeoutError") as caught:
        await asking
    assert caught.value.is_transient
    assert slack.asked.empty()  # it may have arrived, so it is not sent twice


async def test_a_file_gets_more_time(slack: SilentSlack, session: aiohttp.ClientSession) -> None:
    files = upload.Files(web_client("xoxb-1", f"{slack.url}/api/", session), session)
    uploading = asyncio.create_task(files.upload(Place("T1", "C1"), [Upload("a.csv", b"a,b")], InMemoryCheckpoint()))
    assert await slack.asked.get() == "/bytes"
    turn_clock(TIMEOUT + 1)
    await around_the_loop()
    assert not uploading.done()
    turn_clock(upload.DEADLINE)
    with pytest.raises(ChatError, match="TimeoutError"):
        await uploading
