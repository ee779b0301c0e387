"""What keeps the webhooks of strangers' workspaces out of the operator's own network, over real connections."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from bot.integrations.public_addresses import open_public

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import SocketFactoryType


class LoopbackResolver(AbstractResolver):
    """Says of any name that it is this machine, as a stranger's own name server may."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        assert family in {socket.AF_INET, socket.AF_UNSPEC}
        return [found]

    async def close(self) -> None:
        pass


@pytest.fixture
async def inside() -> AsyncIterator[TestServer]:
    async def take(_: web.Request) -> web.Response:
        return web.Response()

    application = web.Application()
    application.router.add_post("/hook", take)
    server = TestServer(application)
    async with server:
        yield server


def session(socket_factory: SocketFactoryType | None) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(resolver=LoopbackResolver(), socket_factory=socket_factory)
    return aiohttp.ClientSession(connector=connector)


@pytest.mark.parametrize("host", ["hooks.example.com", "127.0.0.1"])
async def test_a_name_never_leads_inside(inside: TestServer, host: str) -> None:
    url = f"http://{host}:{inside.port}/hook"
    async with session(None) as careless, careless.post(url) as response:
        assert response.status == 200
    async with session(open_public) as careful:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await careful.post(url)
    assert isinstance(caught.value.os_error, PermissionError)


INSIDE = (
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104 (refused)
    *("::1", "fd00::1", "fe80::1%1", "::ffff:127.0.0.1"),
)


@pytest.mark.parametrize("host", INSIDE)
def test_addresses_of_networks_are_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with pytest.raises(PermissionError, match="not a public address"):
        open_public((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, 443)))


def test_public_addresses_get_a_socket() -> None:
    with open_public((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("8.8.8.8", 443))) as made:
        assert (made.family, made.type) == (socket.AF_INET, socket.SOCK_STREAM)
