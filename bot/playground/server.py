"""A web server on loopback that starts and stops cleanly, and can start again."""

from __future__ import annotations

import ipaddress
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

LOOPBACK_NAMES = frozenset({"localhost"})
BODY = 64 * 1024 * 1024
# Seconds that open requests get to finish when the server stops.
SHUTDOWN = 1.0


class Server:
    """Serves routes on one loopback address; `port` 0 picks a free one and keeps it for a `start` after `stop`.

    Raises `ValueError` for a host that is not loopback: anyone who can reach the port can use the workspace.
    """

    def __init__(self, routes: Iterable[web.RouteDef], host: str = "127.0.0.1", port: int = 0) -> None:
        if not is_loopback(host):
            raise ValueError(f"The playground answers on this machine only: {host} is not a loopback address.")
        self._routes = tuple(routes)
        self._host = host
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base URL, without a trailing slash."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Start serving. Raises `OSError` if the port is taken."""
        application = web.Application(middlewares=[_guard], client_max_size=BODY)
        application.add_routes(self._routes)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN)
        await runner.setup()
        self._runner = runner
        listener = _listener(self._host, self.port)
        self.port = listener.getsockname()[1]
        await web.SockSite(runner, listener).start()

    async def stop(self) -> None:
        """Stop serving, and close every connection."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is loopback."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in LOOPBACK_NAMES


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    listener.setblocking(False)  # noqa: FBT003 - its only parameter, by position only
    return listener


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse other web sites: DNS rebinding and cross-origin posts."""
    origin = request.headers.get("Origin")
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        return web.Response(status=HTTPStatus.FORBIDDEN, text="This server answers on this machine only.")
    if origin is not None and origin != f"http://{request.host}":
        return web.Response(status=HTTPStatus.FORBIDDEN, text="This server answers its own page only.")
    return await handler(request)
