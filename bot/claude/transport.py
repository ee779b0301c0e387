"""httpx2's requests by aiohttp, which read a stream of events at the pace at which it can be shown.

The chat platform takes a piece of an answer once a second at most. To wake up for each token, and to hand each by
itself through the layers of HTTP and of Anthropic's SDK, was a third of a turn's computing. The SDK's own transport has
no way to wait with the next look at the socket.
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

from bot.claude import enclosure

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterator

CONNECTIONS = 1_000  # at most, as in the SDK's own
LONGEST = 0.2  # seconds between two looks at what has come
MUCH = 65_536  # bytes that one look brought: there is more to be had at once
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
        parts = enclosure.parts(request.content)
        is_whole = len(parts) == 1
        if not is_whole:
            request.headers["Content-Length"] = str(enclosure.length(parts))
        limits = request.extensions["timeout"]  # seconds; httpx2 always sets it
        timeout = aiohttp.ClientTimeout(
            connect=limits["pool"], sock_connect=limits["connect"], sock_read=limits["read"]
        )
        with limited():
            response = await self._session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers,
                data=(request.content or None) if is_whole else enclosure.body(parts),
                allow_redirects=False,
                timeout=timeout,
            )
        return httpx2.Response(response.status, headers=response.raw_headers, stream=Body(response), request=request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()


class Body(httpx2.AsyncByteStream):
    """What a response brings. Of a stream of events, the first words are read at once, then what has gathered since.

    The socket is looked at again after as long as the words have been coming, so that nobody waits for a short answer's
    end either, and after a fifth of a second at most. Meanwhile the system keeps what comes, or asyncio, which takes it
    in at once over TLS, but does not decipher it.
    """

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop, begun = asyncio.get_running_loop(), None
        while chunk := await self._next():
            yield chunk
            if begun is None and FIRST in chunk:
                begun = loop.time()
            if begun is not None and LAST not in chunk and len(chunk) < MUCH:
                await self._rest(min(LONGEST, loop.time() - begun))

    async def _next(self) -> bytes:
        with limited():
            return await self._response.content.readany()

    async def _rest(self, seconds: float) -> None:
        """Look away from the socket, if all has not come yet."""
        connection = self._response.connection
        if connection is None or (socket := connection.transport) is None:
            return
        socket.pause_reading()
        try:
            await asyncio.sleep(seconds)
        finally:
            socket.resume_reading()  # whoever gets the connection next must not wait in vain

    async def aclose(self) -> None:
        """Give the connection back, or close it where there is more to come."""
        self._response.release()


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
    """Tell by httpx2's own errors that a limit was passed."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except aiohttp.SocketTimeoutError as error:
        raise httpx2.ReadTimeout(str(error)) from error
