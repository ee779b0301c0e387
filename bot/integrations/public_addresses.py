"""Connections to public addresses only, where people choose whom the bot calls.

`open_public` looks at the address of each connection, after its name was resolved: no name and no redirect leads into
the operator's own network.
"""

from __future__ import annotations

import errno
import socket
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import AddrInfoType

# Where a network translates addresses, these lead to the IPv4 address at their end: https://www.rfc-editor.org/rfc/rfc6052
_TRANSLATED = IPv6Network("64:ff9b::/96")
# What `is_global` counts as public and is not: translation within a network (https://www.rfc-editor.org/rfc/rfc8215),
# IPv4 addresses in the oldest form, a site's own in their oldest form (https://www.rfc-editor.org/rfc/rfc3879), and the
# host that Azure's machines ask for their settings
# (https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16).
_INSIDE = (IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"), IPv6Network("fec0::/10"))
_OF_THE_MACHINE = frozenset((IPv4Address("168.63.129.16"),))


def is_public(host: str) -> bool:
    """Return whether an IP address is one of the public internet."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if any(address in network for network in _INSIDE):
            return False
        inner = address.sixtofour or (IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast and address not in _OF_THE_MACHINE


def open_public(address: AddrInfoType) -> socket.socket:
    """Make a connection's socket, as aiohttp's `socket_factory`. Raises `PermissionError` for a private address."""
    family, kind, protocol, _, (host, *_) = address
    if not is_public(str(host)):
        raise PermissionError(errno.EACCES, "not a public address")  # not for people: for the log
    return socket.socket(family, kind, protocol)


@asynccontextmanager
async def public_session(traces: list[aiohttp.TraceConfig]) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a session that connects to public addresses only."""
    connector = aiohttp.TCPConnector(socket_factory=open_public)
    async with aiohttp.ClientSession(connector=connector, trace_configs=traces) as session:
        yield session
