"""The last look at a turn's lease, over a real connection: what a turn that was lost sends does not leave."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.slack.client.lease_check import fenced
from bot.work import LeaseLostError
from tests.support.turn import begin_turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
async def stage() -> AsyncIterator[tuple[str, bytearray]]:
    """A server that takes down each byte, and answers what ends with bye; give its URL and the bytes."""
    got = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            got.extend(piece)
            if got.endswith(b"bye"):
                writer.write(OK)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", got


class Lease:
    """A lease that is lost behind so many looks at it."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def check(self) -> None:
        self.looks -= 1
        if self.looks < 0:
            raise LeaseLostError


@asynccontextmanager
async def turn(looks: int) -> AsyncIterator[aiohttp.ClientSession]:
    """Be a turn, whose lease is lost behind so many looks."""
    async with aiohttp.ClientSession(trace_configs=[fenced(aiohttp.TraceConfig())]) as session:
        begin_turn(Lease(looks).check)
        yield session


async def test_a_turn_of_ours_may_speak(stage: tuple[str, bytearray]) -> None:
    url, got = stage
    async with turn(looks=2) as session, session.post(url, data="words, and bye") as response:
        assert response.status == 200
    assert got.startswith(b"POST / HTTP/1.1")
    assert got.endswith(b"words, and bye")


async def test_nothing_leaves_a_lost_turn(stage: tuple[str, bytearray]) -> None:
    url, got = stage
    async with turn(looks=0) as session:
        with pytest.raises(LeaseLostError):
            await session.post(url, data="words, and bye")
        with pytest.raises(LeaseLostError):
            await session.get(url)
    assert not got


async def test_a_turn_lost_behind_its_headers_is_silent(stage: tuple[str, bytearray]) -> None:
    url, got = stage
    async with turn(looks=1) as session:
        with pytest.raises(aiohttp.ClientConnectionError, match="LeaseLostError"):
            await session.post(url, data="words, and bye")
        with pytest.raises(LeaseLostError):  # and goes on to be
            await session.post(url, data="words, and bye")
    assert not got


async def test_outside_of_a_turn_nobody_looks(stage: tuple[str, bytearray]) -> None:
    url, got = stage
    async with (
        aiohttp.ClientSession(trace_configs=[fenced(aiohttp.TraceConfig())]) as session,
        session.post(url, data="words, and bye") as response,
    ):
        assert response.status == 200
    assert got.endswith(b"words, and bye")
