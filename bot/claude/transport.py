"""httpx2's requests by aiohttp, which read a stream of events at the pace at which it can be shown.

The chat platform takes a piece of an answer once a second at most. Handing each token by itself through the layers of
HTTP and of Anthropic's SDK was a third of a turn's computing. The SDK's own transport has no way to gather them.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
from yarl import URL

from bot.claude import encode_files

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterator

CONNECTIONS = 1_000  # at most, as in the SDK's own
LONGEST = 0.2  # seconds for which what comes is gathered
MUCH = 65_536  # bytes that are handed on at once
# https://docs.claude.com/en/docs/build-with-claude/streaming
FIRST, LAST = b"event: content_block_delta", b"event: message_stop"


class Transport(httpx2.AsyncBaseTransport):
    """Sends requests, through `proxy` if there is one. To be made where a loop runs.

    Raises httpx2's `ConnectTimeout` and `ReadTimeout`, by which the SDK knows a limit that was passed, and else what
    aiohttp raises, which it wraps until a response begins.
    """

    def __init__(self, certificates: ssl.SSLContext, proxy: str | None = None) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=certificates)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, proxy=proxy
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request whose body has been read; return the response as soon as it begins."""
        parts = encode_files.parts(request.content)
        is_whole = len(parts) == 1
        if not is_whole:
            request.headers["Content-Length"] = str(encode_files.length(parts))
        limits = request.extensions["timeout"]  # seconds; httpx2 always sets it
        timeout = aiohttp.ClientTimeout(
            connect=limits["pool"], sock_connect=limits["connect"], sock_read=limits["read"]
        )
        with limited():
            response = await self._session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers,
                data=(request.content or None) if is_whole else encode_files.body(parts),
                allow_redirects=False,
                timeout=timeout,
            )
        return httpx2.Response(response.status, headers=response.raw_headers, stream=Body(response), request=request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()


class Body(httpx2.AsyncByteStream):
    """What a response brings. Of a stream of events, the first words are read at once, then what has gathered since."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._gathering: Gathering | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self._next():
            if self._gathering is None and FIRST in chunk and LAST not in chunk:
                self._gather()
            yield chunk

    async def _next(self) -> bytes:
        with limited():
            return await self._response.content.readany()

    def _gather(self) -> None:
        connection = self._response.connection  # None where all has come
        if connection is None or not isinstance(socket := connection.transport, asyncio.Transport):
            return
        if isinstance(own := socket.get_protocol(), asyncio.Protocol):
            self._gathering = Gathering(socket, own)

    async def aclose(self) -> None:
        """Release the connection, or close it if there is more to come."""
        if self._gathering is not None:
            self._gathering.end()
        self._response.release()


class Gathering(asyncio.Protocol):
    """Wraps a connection's own protocol, and passes on what has gathered instead of each piece.

    Pieces are handed on after as long as the words have been coming, and after a fifth of a second at most; with the
    last event at once, after which the connection's own protocol is back in its place.
    """

    def __init__(self, transport: asyncio.Transport, own: asyncio.Protocol) -> None:
        self._transport, self._own = transport, own
        self._pieces: list[bytes] = []
        self._size = 0
        self._loop = asyncio.get_running_loop()
        self._begun = self._handed_on = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        transport.set_protocol(self)

    def data_received(self, data: bytes) -> None:
        """Take a piece."""
        self._pieces.append(data)
        self._size += len(data)
        if LAST in data:  # where it comes in two pieces, it waits as the others do
            self.end()
        elif self._size >= MUCH:
            self._hand_on()
        elif self._timer is None:
            pause = min(LONGEST, self._handed_on - self._begun)
            self._timer = self._loop.call_at(self._handed_on + pause, self._hand_on)

    def end(self) -> None:
        """Pass on what is left, and unwrap the protocol."""
        if self._transport.get_protocol() is self:
            self._transport.set_protocol(self._own)
        self._hand_on()

    def _hand_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._handed_on = self._loop.time()
        if self._pieces:
            gathered = b"".join(self._pieces)
            self._pieces.clear()
            self._size = 0
            self._own.data_received(gathered)

    def eof_received(self) -> bool | None:
        """Pass on that the server is done."""
        self.end()
        return self._own.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        """Pass on that the connection is gone."""
        self.end()
        self._own.connection_lost(error)

    def pause_writing(self) -> None:
        """Pass on that sending must pause."""
        self._own.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that sending can resume."""
        self._own.resume_writing()


def proxy_of(url: str) -> str | None:
    """Return the proxy that the environment names for an address, unless NO_PROXY spares it.

    By HTTPS_PROXY or HTTP_PROXY, else by ALL_PROXY. As for httpx2, one without a scheme is spoken to by HTTP.
    """
    address, proxies = urlsplit(url), getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(address.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


@contextmanager
def limited() -> Iterator[None]:
    """Translate a passed limit into httpx2's own errors."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except aiohttp.SocketTimeoutError as error:
        raise httpx2.ReadTimeout(str(error)) from error
