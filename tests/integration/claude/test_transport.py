from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import httpx2
import pytest
from aiohttp import web

from bot.claude.transport import FIRST, LAST, LONGEST, Transport, proxy_of
from bot.slack.http import BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN_EVERY = 0.01  # seconds
OPENING, WORD, CLOSING = b"event: message_start\n\n", FIRST + b"\ndata: {}\n\n", LAST + b"\n\n"

Speaking = Callable[[web.StreamResponse], Awaitable[None]]


@asynccontextmanager
async def asked(
    speak: Speaking, *, kind: str = "text/event-stream", silence: float = 5
) -> AsyncIterator[httpx2.Response]:
    """Ask a server whose answer `speak` writes; `silence` is how long to wait for the next piece of it."""

    async def on_request(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind, "X-Asked": (await request.read()).decode()})
        await response.prepare(request)
        await speak(response)
        return response

    runner = web.ServerRunner(web.Server(on_request))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with httpx2.AsyncClient(transport=Transport(ssl.create_default_context()), timeout=silence) as client:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/messages?a=%2F"
        async with client.stream("POST", url, content=b"question") as response:
            yield response
    await runner.cleanup()


async def test_the_first_words_come_at_once() -> None:
    heard = asyncio.Event()

    async def speak(response: web.StreamResponse) -> None:
        for piece in (OPENING, WORD):
            heard.clear()
            await response.write(piece)
            await heard.wait()

    async with asked(speak) as response:
        assert response.headers["X-Asked"] == "question"
        chunks = response.aiter_raw()
        for piece in (OPENING, WORD):
            assert await anext(chunks) == piece
            heard.set()


async def test_later_words_come_together() -> None:
    words, loop = 100, asyncio.get_running_loop()

    async def speak(response: web.StreamResponse) -> None:
        for piece in (OPENING, *[WORD] * words, CLOSING):
            await response.write(piece)
            await asyncio.sleep(TOKEN_EVERY)

    async with asked(speak) as response:
        begun = loop.time()
        chunks = [chunk async for chunk in response.aiter_raw()]
        lasted = loop.time() - begun
    assert b"".join(chunks) == OPENING + WORD * words + CLOSING
    # The pauses double from one token's length up to the longest.
    assert len(chunks) <= 12 + lasted / LONGEST < words / 3


async def test_the_end_is_not_waited_for() -> None:
    async def speak(response: web.StreamResponse) -> None:
        await response.write(OPENING + WORD + CLOSING)

    async with asked(speak) as response, asyncio.timeout(LONGEST):
        assert await response.aread() == OPENING + WORD + CLOSING


async def test_much_is_read_without_a_loss() -> None:
    """More than the system's buffers hold, so that the sender has to wait."""
    much = WORD.ljust(BODY_LIMIT, b"\n")

    async def speak(response: web.StreamResponse) -> None:
        for _ in range(16):
            await response.write(much)

    async with asked(speak) as response:
        assert await response.aread() == much * 16


async def test_other_bodies_come_as_they_are() -> None:
    async def speak(response: web.StreamResponse) -> None:
        await response.write(b'{"a": 1}')

    async with asked(speak, kind="application/json") as response:
        await response.aread()
        assert response.json() == {"a": 1}


async def test_silence_after_the_first_words_ends() -> None:
    over = asyncio.Event()

    async def speak(response: web.StreamResponse) -> None:
        await response.write(OPENING + WORD)
        await over.wait()

    async with asked(speak, silence=0.3) as response:
        with pytest.raises(httpx2.ReadTimeout):
            await response.aread()
        over.set()


async def test_a_broken_stream_is_an_error() -> None:
    async def speak(response: web.StreamResponse) -> None:
        await response.write(OPENING + WORD)
        raise ConnectionResetError

    async with asked(speak) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.aread()


async def test_leaving_early_closes_the_connection() -> None:
    closed = asyncio.Event()

    async def speak(response: web.StreamResponse) -> None:
        try:
            while True:
                await response.write(WORD)
                await asyncio.sleep(TOKEN_EVERY)
        finally:
            closed.set()

    async with asked(speak) as response:
        chunks = response.aiter_raw()
        await anext(chunks)
        reading = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        await response.aclose()
        async with asyncio.timeout(5):
            await closed.wait()


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://api.anthropic.com", "http://proxy:3128"),
        ("http://api.anthropic.com", None),
        ("https://claude.intern.example", None),
    ],
)
def test_the_environment_names_the_proxy(monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "localhost,.intern.example")
    assert proxy_of(url) == proxy


async def test_requests_go_through_the_proxy() -> None:
    seen: list[str] = []

    async def on_request(request: web.BaseRequest) -> web.Response:
        seen.append(request.headers["Host"])
        return web.Response(text="by proxy")

    runner = web.ServerRunner(web.Server(on_request))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    transport = Transport(ssl.create_default_context(), f"http://127.0.0.1:{runner.addresses[0][1]}")
    async with httpx2.AsyncClient(transport=transport) as client:
        assert (await client.get("http://claude.example/v1/models")).text == "by proxy"
    assert seen == ["claude.example"]
    await runner.cleanup()
