from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from math import inf
from statistics import median
from typing import TYPE_CHECKING

import aiohttp
import httpx2
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.claude.transport import FIRST, LAST, LONGEST, Body, Transport, proxy_of
from bot.slack.inbound.http import BODY_LIMIT
from tests.support.clock import around_the_loop, stopped_clock, turn_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TOKEN_EVERY = 0.01  # seconds
SILENCE = 30.0  # seconds to wait for the next piece
OPENING, WORD, CLOSING = b"event: message_start\n\n", FIRST + b"\ndata: {}\n\n", LAST + b"\n\n"

Speaking = Callable[[web.StreamResponse], Awaitable[None]]


@asynccontextmanager
async def asked(speak: Speaking, *, kind: str = "text/event-stream") -> AsyncIterator[httpx2.Response]:
    """Ask a server whose answer `speak` writes."""

    async def on_request(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind, "X-Asked": (await request.read()).decode()})
        await response.prepare(request)
        await speak(response)
        return response

    async with (
        serving(on_request) as address,
        httpx2.AsyncClient(transport=Transport(ssl.create_default_context()), timeout=SILENCE) as client,
        client.stream("POST", f"{address}/v1/messages?a=%2F", content=b"question") as response,
    ):
        yield response


@asynccontextmanager
async def serving(
    on_request: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], certificate: Path | None = None
) -> AsyncIterator[str]:
    """Serve on a free port, by TLS if there is a certificate; yield the address."""
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    runner = web.ServerRunner(web.Server(on_request), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture(params=["http", "https"])
def certificate(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """A file with the key and the certificate of 127.0.0.1; None for no TLS."""
    if request.param == "http":
        return None
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    named = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = builder.add_extension(named, critical=True).sign(key, SHA256())
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return file


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
    words = 100

    async def speak(response: web.StreamResponse) -> None:
        for piece in (OPENING, *[WORD] * words, CLOSING):
            await response.write(piece)
            await around_the_loop()
            turn(TOKEN_EVERY)

    with stopped_clock() as turn:
        async with asked(speak) as response:
            chunks = [chunk async for chunk in response.aiter_raw()]
    assert b"".join(chunks) == OPENING + WORD * words + CLOSING
    # The pauses double from one token's length up to the longest.
    assert 3 < len(chunks) <= 12 + words * TOKEN_EVERY / LONGEST < words / 3


async def test_the_end_is_not_waited_for() -> None:
    async def speak(response: web.StreamResponse) -> None:
        await response.write(OPENING + WORD + CLOSING)

    with stopped_clock():
        async with asked(speak) as response:
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

    async with asked(speak) as response:
        chunks = response.aiter_raw()
        assert await anext(chunks) == OPENING + WORD
        turn_clock(SILENCE)
        with pytest.raises(httpx2.ReadTimeout):
            await anext(chunks)
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
        async with asyncio.timeout(30):
            await closed.wait()


async def test_a_connection_is_used_for_several_answers(certificate: Path | None) -> None:
    words, callers = 30, []

    async def on_request(request: web.BaseRequest) -> web.StreamResponse:
        callers.append(request.transport and request.transport.get_extra_info("peername"))
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (OPENING, *[WORD] * words, CLOSING):
            await response.write(piece)
            await asyncio.sleep(TOKEN_EVERY)
        return response

    transport = Transport(ssl.create_default_context(cafile=certificate))
    async with serving(on_request, certificate) as address, httpx2.AsyncClient(transport=transport) as client:
        for _ in range(2):
            assert (await client.get(address)).content == OPENING + WORD * words + CLOSING
    assert callers[0] == callers[1]


async def test_what_came_before_a_close_is_read(certificate: Path | None) -> None:
    """The server is done, and gone, while nobody looks at the socket."""
    words = 1_000

    async def on_request(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        response.force_close()
        await response.prepare(request)
        for piece in (OPENING + WORD, WORD, WORD * words + CLOSING):
            await response.write(piece)
            await asyncio.sleep(TOKEN_EVERY)
        return response

    transport = Transport(ssl.create_default_context(cafile=certificate))
    async with serving(on_request, certificate) as address, httpx2.AsyncClient(transport=transport) as client:
        assert (await client.get(address)).content == OPENING + WORD * (words + 2) + CLOSING


async def test_a_stream_left_early_is_handed_back(certificate: Path | None) -> None:
    over = asyncio.Event()

    async def on_request(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(WORD)
        await over.wait()
        return response

    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=certificate))
    async with serving(on_request, certificate) as address, aiohttp.ClientSession(connector=connector) as session:
        async with session.get(address) as response:
            assert response.connection is not None
            socket = response.connection.transport
            assert isinstance(socket, asyncio.Transport)
            own, body = socket.get_protocol(), Body(response)
            assert await anext(aiter(body)) == WORD
            assert socket.get_protocol() is not own
            await body.aclose()
            assert socket.get_protocol() is own
        over.set()


async def test_the_last_event_comes_at_once(certificate: Path | None) -> None:
    """Many streams, each of which ends at another moment between two pieces."""
    streams, ends = 20, dict[str, float]()
    loop = asyncio.get_running_loop()

    async def on_request(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (OPENING, *[WORD] * (30 + int(request.path[1:])), CLOSING):
            ends[request.path] = loop.time()
            await response.write(piece)
            await asyncio.sleep(TOKEN_EVERY)
        return response

    async def lateness(client: httpx2.AsyncClient, address: str, number: int) -> float:
        async with client.stream("GET", f"{address}/{number}") as response:
            async for chunk in response.aiter_raw():
                if LAST in chunk:
                    return loop.time() - ends[f"/{number}"]
        return inf

    transport = Transport(ssl.create_default_context(cafile=certificate))
    async with serving(on_request, certificate) as address, httpx2.AsyncClient(transport=transport) as client:
        reading = asyncio.gather(*(lateness(client, address, number) for number in range(streams)))
        with stopped_clock() as turn:
            while not reading.done():
                await around_the_loop()
                turn(TOKEN_EVERY)
        late = await reading
    assert median(late) < LONGEST / 8


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({"HTTPS_PROXY": "http://proxy:3128"}, "https://api.anthropic.com", "http://proxy:3128"),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "http://api.anthropic.com", None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "https://claude.intern.example", None),
        ({"HTTPS_PROXY": "proxy:3128"}, "https://api.anthropic.com", "http://proxy:3128"),
        ({"ALL_PROXY": "http://proxy:3128"}, "https://api.anthropic.com", "http://proxy:3128"),
        ({"ALL_PROXY": "http://proxy:3128"}, "https://claude.intern.example", None),
    ],
)
def test_the_environment_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str, proxy: str | None
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", "localhost,.intern.example")
    monkeypatch.delenv("no_proxy", raising=False)
    assert proxy_of(url) == proxy


async def test_requests_go_through_the_proxy() -> None:
    seen: list[tuple[str, str | None]] = []

    async def on_request(request: web.BaseRequest) -> web.Response:
        seen.append((request.headers["Host"], request.headers.get("Proxy-Authorization")))
        return web.Response(text="by proxy")

    async with serving(on_request) as address:
        transport = Transport(ssl.create_default_context(), address.replace("//", "//user:p%40ss@"))
        async with httpx2.AsyncClient(transport=transport) as client:
            assert (await client.get("http://claude.example/v1/models")).text == "by proxy"
    assert seen == [("claude.example", "Basic " + b64encode(b"user:p@ss").decode())]
