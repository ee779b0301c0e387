"""Senders that take too long, over real sockets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.web import IDLE_WITHIN, SenderDeadlines, listening
from tests.support.clock import around_the_loop, turn_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

POST = b"POST / HTTP/1.1\r\nHost: bot\r\n"


@asynccontextmanager
async def sending(deadlines: SenderDeadlines, piece: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """Send a piece of a request to a server that answers "read", and nothing more."""
    app = web.Application()

    async def on_post(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="read")

    app.router.add_post("/", on_post)
    async with listening(app, "127.0.0.1", 0, deadlines) as url:
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(piece)
        try:
            yield reader
        finally:
            writer.close()


async def test_headers_that_never_end_are_cut() -> None:
    async with sending(SenderDeadlines(headers=0.1), POST) as reader:
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            await around_the_loop()
            turn_clock(1)
        assert await ended == b""


async def test_a_body_that_never_ends_is_refused() -> None:
    async with sending(SenderDeadlines(body=0.1), POST + b"Content-Length: 100\r\n\r\nbeginning") as reader:
        await around_the_loop()
        turn_clock(1)
        assert (await reader.readline()).split()[1] == b"408"
        assert (await reader.read()).endswith(b"the body took too long")


async def test_a_body_of_another_packing_is_refused() -> None:
    packed = POST + b"Content-Encoding: gzip\r\nContent-Length: 7\r\n\r\nnotgzip"
    async with sending(SenderDeadlines(), packed) as reader:
        assert (await reader.readline()).split()[1] == b"400"
        assert (await reader.read()).endswith(b"the body can't be unpacked")


async def test_a_whole_request_keeps_its_connection() -> None:
    async with sending(SenderDeadlines(headers=30), POST + b"Content-Length: 0\r\n\r\n" + POST) as reader:
        answer = await reader.readuntil(b"read")
        assert answer.startswith(b"HTTP/1.1 200")
        with_more = asyncio.create_task(reader.read())
        turn_clock(31)  # more than the headers of a first request may take
        await around_the_loop()
        assert not with_more.done()
        turn_clock(IDLE_WITHIN)
        assert await with_more == b""
