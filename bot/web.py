"""What the bot serves over HTTP: Slack's endpoint and those of trackers, health, readiness and metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from math import inf
from typing import TYPE_CHECKING, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.errors import RevokedError
from bot.slack.inbound.http import BODY_LIMIT, PATH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence

    from aiohttp.typedefs import Handler
    from aiohttp.web_protocol import RequestHandler

log = logging.getLogger(__name__)

CHECK_TIMEOUT = 5.0  # seconds for one check
CHECK_AGE = 10.0  # seconds for which an answer holds, so that a probe costs Slack's rate limit next to nothing
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
GRACE = 5.0  # seconds that open requests get when the server stops
# Seconds that a sender has: for the headers of a connection's first request, between two requests, for a body.
# Slack itself gives up after 3.
HEADERS_WITHIN, IDLE_WITHIN, BODY_WITHIN = 10.0, 75.0, 10.0
LINGERING = 1.0  # seconds for which what still comes is read after an early answer
LOOK_FOR_SLOW = 1.0  # seconds between two looks for connections that are past it


Refused = Callable[[str, HTTPStatus], None]
"""Is told of a request whose body was not read: its path, and the answer."""


def uncounted(_path: str, _status: HTTPStatus) -> None:
    """Do not count such requests."""


REFUSED: web.AppKey[Refused] = web.AppKey("refused")  # not for people: a name


class Readiness:
    """Checks of what the bot needs, by name."""

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[object]]]) -> None:
        self._checks = checks
        self._found: dict[str, str] = {}
        self._found_at = float("-inf")
        self._looking = asyncio.Lock()

    async def look(self) -> dict[str, str]:
        """Return "ok", or the reason, for each check."""
        async with self._looking:
            if time.monotonic() - self._found_at > CHECK_AGE or set(self._found.values()) != {"ok"}:
                self._found = {name: await _look(name, check) for name, check in self._checks.items()}
                self._found_at = time.monotonic()
            return self._found


async def _look(name: str, check: Callable[[], Awaitable[object]]) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            await check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the probe has to say so
        log.warning("not ready: %s: %s", name, error)
        return _reason(error)
    return "ok"


def _reason(error: Exception) -> str:
    """Name an error by its class and, where a database's driver has one, its own name or code."""
    origin = getattr(error, "orig", error)
    code = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None)
    if isinstance(error, RevokedError):
        code = error.code  # for the operator to act on
    return " ".join(filter(None, (type(error).__name__, code)))


def application(
    readiness: Readiness,
    on_slack: Callable[[web.Request], Awaitable[web.StreamResponse]] | None,
    figures: Callable[[], Awaitable[bytes]],
    pages: Sequence[web.RouteDef] = (),
    refused: Refused = uncounted,
) -> web.Application:
    """Build the routes; `on_slack` is None if Slack uses a socket. `figures` are for Prometheus.

    `pages` are for people's browsers, and for what trackers send; `refused` is told of bodies that are not read.
    """
    app = web.Application(client_max_size=BODY_LIMIT)
    app[REFUSED] = refused

    async def on_healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def on_readyz(_: web.Request) -> web.Response:
        found = await readiness.look()
        return web.json_response(found, status=200 if set(found.values()) == {"ok"} else 503)

    async def on_metrics(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                page = await figures()
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the monitoring has to see it
            return web.Response(status=503, text=_reason(error))
        return web.Response(body=page, headers={"Content-Type": PROMETHEUS})

    app.router.add_get("/healthz", on_healthz)
    app.router.add_get("/metrics", on_metrics)
    app.router.add_get("/readyz", on_readyz)
    if on_slack is not None:
        app.router.add_post(PATH, on_slack)
    app.add_routes(pages)
    return app


class SenderDeadlines:
    """Closes connections whose sender is too slow; aiohttp itself waits forever for a first request."""

    def __init__(self, *, headers: float = HEADERS_WITHIN, body: float = BODY_WITHIN) -> None:
        self._headers, self._body = headers, body
        self._until: dict[RequestHandler, float] = {}

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Read the body in time, or refuse it; while the request is handled, its connection has no deadline."""
        self._until[request.protocol] = inf
        try:
            async with asyncio.timeout(self._body):
                await request.read()  # which aiohttp keeps for the handler
        except TimeoutError:
            return _refuse(request, HTTPStatus.REQUEST_TIMEOUT, "the body took too long")
        except web.HTTPRequestEntityTooLarge:
            return _refuse(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large")
        except (web.RequestPayloadError, HttpProcessingError):  # packed in a way that is not the one that it names
            return _refuse(request, HTTPStatus.BAD_REQUEST, "the body can't be unpacked")
        try:
            return await handler(request)
        finally:
            self._until[request.protocol] = asyncio.get_running_loop().time() + IDLE_WITHIN

    async def close_late(self, server: web.Server) -> None:
        """Close connections past their deadline, until cancelled."""
        while True:
            now = asyncio.get_running_loop().time()
            self._until = {each: self._until.get(each, now + self._headers) for each in server.connections}
            for connection, until in self._until.items():
                if until < now:
                    connection.force_close()
            await asyncio.sleep(LOOK_FOR_SLOW)


def _refuse(request: web.Request, status: HTTPStatus, why: str) -> web.Response:
    request.app.get(REFUSED, uncounted)(request.path, status)
    response = web.Response(status=status, text=why)
    response.force_close()
    return response


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, deadlines: SenderDeadlines | None = None
) -> AsyncIterator[str]:
    """Serve until the block exits, and yield the address; port 0 takes a free one. Raises `OSError`."""
    deadlines = deadlines or SenderDeadlines()
    app.middlewares.append(deadlines.middleware)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE, lingering_time=LINGERING)
    await runner.setup()
    server = cast("web.Server", runner.server)  # there from the set-up on
    closing = asyncio.create_task(deadlines.close_late(server), name="slow connections")
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        closing.cancel()
        await runner.cleanup()
