"""Fetches pages of the web for knowledge: from public hosts, one request at a time at each, with pauses.

A page is followed through redirects within its site only, a robots.txt to other sites, too. Hosts in the operator's own
network are called where the operator names them; no other site leads there. No cookies are kept, and nothing but the
address is sent.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from cachetools import LRUCache, TTLCache
from yarl import URL

from bot import __version__
from bot.core.domain.page import FetchedFile
from bot.core.domain.site_scope import asks_for_login, normalized
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.integrations.public_addresses import open_public

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from typing import Self

    from bot.core.domain.knowledge import KnownPage
    from bot.core.domain.site_scope import SiteScope

log = logging.getLogger(__name__)

TIMEOUT = 30.0  # seconds for one request with its answer
PACE, OWN_PACE = 1.0, 0.05  # seconds between requests to one host, and to one of the operator's own
SLOWEST = 5.0  # seconds that a host may ask for between requests
SHORTEST_REST, LONGEST_REST = 30.0, 3_600.0  # seconds that a busy host may ask for
HOPS = 5
LARGEST, LARGEST_PDF, LARGEST_FILE, LARGEST_ROBOTS = 5_000_000, 20_000_000, 20_000_000, 500_000  # bytes, unpacked
ROBOTS_KEPT = 3_600.0  # seconds: https://www.rfc-editor.org/rfc/rfc9309#section-2.4 allows a day
MOST_HOSTS = 1_000
# Not `text/markdown`, for which services make Markdown that loses code: https://github.com/cloudflare/workers-sdk/issues/15177
ACCEPTED = "text/html,application/xhtml+xml,text/plain;q=0.9,application/pdf;q=0.8,*/*;q=0.1"
USER_AGENT = (
    f"Parley/{__version__} (reads documentation to answer a team's questions)"  # not for people: for operators of sites
)

_HTML = frozenset(("text/html", "application/xhtml+xml"))
_TEXTS = frozenset(("text/plain", "text/markdown", "text/x-markdown", "text/x-rst", "text/x-asciidoc", "text/asciidoc"))
_VAGUE = frozenset(("", "application/octet-stream", "binary/octet-stream"))
_ENDINGS = (".md", ".markdown", ".mdx", ".txt", ".rst", ".adoc", ".pdf")
_PDF = "application/pdf"


@dataclass(slots=True)
class _Host:
    """A host's turn: its requests wait for each other. `free_at` is by the loop's clock."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    pace: float = PACE


class WebPages:
    """Implements `core.ports.pages.PageFetcher`. `hosts` may be private, each as "host" or "host:port"."""

    def __init__(self, hosts: frozenset[str] = frozenset(), *, traces: Sequence[aiohttp.TraceConfig] = ()) -> None:
        self._own_hosts, self._traces = hosts, traces
        self._hosts: LRUCache[str, _Host] = LRUCache(MOST_HOSTS)
        self._robots: TTLCache[str, bytes] = TTLCache(MOST_HOSTS, ROBOTS_KEPT)

    async def __aenter__(self) -> Self:
        self._public = self._session(aiohttp.TCPConnector(socket_factory=open_public))
        self._private = self._session(aiohttp.TCPConnector())
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(self._public.close(), self._private.close())

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            headers={"User-Agent": USER_AGENT, "Accept": ACCEPTED, "Accept-Encoding": "gzip"},
            trace_configs=list(self._traces),
        )

    async def fetch(self, address: str, scope: SiteScope, known: KnownPage | None = None) -> FetchedFile | None:
        """Return a page within a scope; None if it is as it was when it was `known`. Raises `PageError`."""
        async with self._answer(address, scope.whole, known) as (response, found):
            if response.status == HTTPStatus.NOT_MODIFIED:
                return None
            media_type = _readable(response, found)
            return FetchedFile(
                address=found,
                media_type=media_type,
                data=await _read(response, LARGEST_PDF if media_type == _PDF else LARGEST),
                charset=response.charset or "",
                etag=response.headers.get("ETag", "")[:200],
                last_modified=response.headers.get("Last-Modified", "")[:100],
                is_private=_is_private(response),
            )

    async def robots(self, address: str, scope: SiteScope) -> bytes:
        """Return the robots.txt that holds for an address, b"" if there is none. Raises `PageError`.

        One that exists and can't be read forbids all, and redirects are followed to other sites, too:
        https://www.rfc-editor.org/rfc/rfc9309#section-2.3.1
        """
        parts = urlsplit(address)
        asked = f"{parts.scheme}://{parts.netloc}/robots.txt"
        if (kept := self._robots.get(asked)) is not None:
            return kept
        try:
            async with self._answer(asked, scope.whole, is_anywhere=True) as (response, _):
                found = await _read(response, LARGEST_ROBOTS, cut=True)
        except PageError as error:
            if error.fault in {faults.PRIVATE_ADDRESS, faults.BUSY}:
                raise
            if error.is_transient:
                log.info("a robots.txt could not be read: %s", error.fault)
                raise PageError(faults.ROBOTS_AWAY, is_whole=True, is_transient=True) from None
            found = b""
        self._robots[asked] = found
        return found

    async def download(self, address: str, scope: SiteScope) -> bytes:
        """Return what is at an address of a site, of any kind. Raises `PageError`."""
        async with self._answer(address, scope.whole) as (response, _):
            return await _read(response, LARGEST_FILE)

    def slow_down(self, address: str, seconds: float) -> None:
        """Leave at least so many seconds between requests to an address's host from now on, up to a bound."""
        host = self._host(address)
        host.pace = min(max(host.pace, seconds), SLOWEST)

    def _host(self, address: str) -> _Host:
        name = urlsplit(address).netloc
        found: _Host | None = self._hosts.get(name)
        if found is None:
            found = self._hosts[name] = _Host(pace=OWN_PACE if self._is_own(address) else PACE)
        return found

    def _is_own(self, address: str) -> bool:
        parts = urlsplit(address)
        return bool({parts.netloc, parts.hostname} & self._own_hosts)

    @asynccontextmanager
    async def _answer(
        self, address: str, scope: SiteScope, known: KnownPage | None = None, *, is_anywhere: bool = False
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, str]]:
        """Ask for an address, through redirects; enter with what answers, and its address. Raises `PageError`.

        `is_anywhere`: they may leave the site, but not for a host of the operator's, unless they came from one.
        """
        headers = {"If-None-Match": known.etag} if known and known.etag else {}
        headers |= {"If-Modified-Since": known.last_modified} if known and known.last_modified else {}
        is_own = True
        for _ in range(HOPS + 1):
            is_own = is_own and self._is_own(address)
            async with self._request(address, headers, self._private if is_own else self._public) as response:
                if not response.headers.get("Location") or response.status // 100 != 3:  # noqa: PLR2004 (of HTTP)
                    if fault := _fault(response):
                        raise fault
                    yield response, address
                    return
                address = _next(response, scope, is_anywhere=is_anywhere)
        raise PageError(faults.CIRCLE)

    @asynccontextmanager
    async def _request(
        self, address: str, headers: dict[str, str], session: aiohttp.ClientSession
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask once, when it is the host's turn. Raises `PageError`."""
        host, loop = self._host(address), asyncio.get_running_loop()
        async with host.turn:
            await asyncio.sleep(host.free_at - loop.time())
            try:
                async with session.get(URL(address, encoded=True), headers=headers, allow_redirects=False) as response:
                    yield response
            except aiohttp.ClientConnectorError as error:
                raise _unreached(error) from None
            except TimeoutError:
                raise PageError(faults.TOO_SLOW, is_transient=True) from None
            except (aiohttp.ClientError, OSError, ValueError) as error:
                log.info("a page could not be fetched: %s", type(error).__name__)
                raise PageError(faults.UNREACHABLE, is_transient=True) from None
            finally:
                host.free_at = loop.time() + host.pace


def _next(response: aiohttp.ClientResponse, scope: SiteScope, *, is_anywhere: bool) -> str:
    """Return where a redirect leads. Raises `PageError` if that is not on the site, or asks for a login."""
    here, there = str(response.url), response.headers["Location"]
    found = scope.own(there, here)
    if not found:
        if asks_for_login(there, is_elsewhere=True):
            raise PageError(faults.LOGIN, is_gone=True)
        if is_anywhere and (elsewhere := normalized(there, here)):
            return elsewhere
        raise PageError(faults.ELSEWHERE, is_gone=True)
    if asks_for_login(found, is_elsewhere=False) and not asks_for_login(here, is_elsewhere=False):
        raise PageError(faults.LOGIN, is_gone=True)
    return found


_GONE = {HTTPStatus.NOT_FOUND: faults.GONE, HTTPStatus.GONE: faults.GONE, HTTPStatus.UNAUTHORIZED: faults.LOGIN}
_WELL = {HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION, HTTPStatus.NOT_MODIFIED}
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}


def _fault(response: aiohttp.ClientResponse) -> PageError | None:
    status = response.status
    if status in _WELL:
        return None
    if status in _GONE:
        return PageError(_GONE[HTTPStatus(status)], is_gone=True)
    if _is_busy(response):
        rest = _rest(response.headers.get("Retry-After", ""), response.headers.get("X-RateLimit-Reset", ""))
        return PageError(faults.BUSY, is_transient=True, is_whole=True, retry_after=rest)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
        return PageError(faults.AWAY, is_transient=True)
    return PageError(faults.FORBIDDEN if status == HTTPStatus.FORBIDDEN else faults.REFUSED)


def _is_busy(response: aiohttp.ClientResponse) -> bool:
    """Return whether a host wants to be left alone for a while. GitHub's limit is a 403, too.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    status, headers = response.status, response.headers
    is_limited = status == HTTPStatus.FORBIDDEN and headers.get("X-RateLimit-Remaining") == "0"
    is_resting = status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in headers
    return is_limited or is_resting or status == HTTPStatus.TOO_MANY_REQUESTS


def _rest(said: str, until: str) -> float:
    """Return for how many seconds a host wants to be left alone: so many, to a date, or `until` seconds of 1970."""
    seconds = SHORTEST_REST
    if said.strip().isdecimal():
        seconds = float(said[:10])
    elif said:
        with suppress(ValueError, TypeError):
            seconds = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
    elif until.isdecimal():
        seconds = float(until[:12]) - time.time()
    return min(max(seconds, SHORTEST_REST), LONGEST_REST)


def _readable(response: aiohttp.ClientResponse, address: str) -> str:
    """Return the type to read an answer as. Raises `PageError` for a kind that is not read."""
    media_type = response.content_type.lower() if "Content-Type" in response.headers else ""
    if media_type in _HTML:
        return "text/html"
    if media_type == _PDF or media_type in _TEXTS:
        return media_type
    if media_type in _VAGUE and urlsplit(address).path.lower().endswith(_ENDINGS):
        return _PDF if address.lower().endswith(".pdf") else "text/plain"
    raise PageError(faults.KIND)


def _is_private(response: aiohttp.ClientResponse) -> bool:
    """Return whether a server asks that no one keeps a page.

    https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag#xrobotstag
    """
    said = ",".join(response.headers.getall("X-Robots-Tag", [])).lower()
    rules = {rule.strip().removeprefix("parley:").strip() for rule in said.split(",")}
    return bool(rules & {"noindex", "none"})


async def _read(response: aiohttp.ClientResponse, largest: int, *, cut: bool = False) -> bytes:
    """Read an answer up to a size; of a larger one, the start if it may be `cut`. Raises `PageError`."""
    data = bytearray()
    async for piece in response.content.iter_any():
        data += piece
        if len(data) > largest:
            if cut:
                return bytes(data[:largest])
            raise PageError(faults.TOO_LARGE)
    return bytes(data)


def _unreached(error: aiohttp.ClientConnectorError) -> PageError:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return PageError(faults.CERTIFICATE)
    if isinstance(error.os_error, PermissionError):
        return PageError(faults.PRIVATE_ADDRESS, is_gone=True, is_whole=True)
    return PageError(faults.UNREACHABLE, is_transient=True)
