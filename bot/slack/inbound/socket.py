"""Slack over Socket Mode: connections that the bot opens, where Slack can't reach it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from time import time
from typing import TYPE_CHECKING

from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.slack.client.api import call, translated
from bot.slack.inbound import payload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slack_bolt.app.async_app import AsyncApp
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)

PING_EVERY = 3.0  # seconds; as late is it seen that a connection was cut without a word
MOVING = 15.0  # seconds that a connection waits for another one to have moved


class SocketConnection(SocketModeClient):
    """A connection that moves to a new socket only while no other does.

    The SDK closes the old socket before it opens the new one, and Slack may ask all connections to move at once.
    """

    def __init__(self, app_token: str, web_client: AsyncWebClient, moving: asyncio.Lock) -> None:
        logger = logging.getLogger("slack_sdk.socket_mode")
        super().__init__(app_token, logger, web_client, ping_interval=PING_EVERY)
        self._moving = moving

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - the SDK's signature
        """Move when it is our turn, or when another's move takes too long."""
        try:
            async with asyncio.timeout(MOVING):
                await self._moving.acquire()
        except TimeoutError:
            await super().connect_to_new_endpoint(force)
            return
        try:
            await super().connect_to_new_endpoint(force)
        finally:
            self._moving.release()


@asynccontextmanager
async def connected(app: AsyncApp, app_token: str, connections: int) -> AsyncIterator[None]:
    """Keep so many connections open. Raises `ChatError` when Slack refuses them at the start."""
    # The SDK would retry forever, whatever Slack says.
    await call(app.client.apps_connections_open, app_token=app_token)
    moving = asyncio.Lock()
    opened: list[SocketConnection] = []
    try:
        for _ in range(connections):
            connection = SocketConnection(app_token, app.client, moving)
            connection.socket_mode_request_listeners.append(partial(on_request, app))
            opened.append(connection)
            with translated():
                await connection.connect()  # type: ignore[no-untyped-call]
        yield
    finally:
        for connection in opened:
            await connection.close()  # type: ignore[no-untyped-call]


async def on_request(app: AsyncApp, connection: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
    """Dispatch a delivery. What was not accepted is not acknowledged, so that Slack redelivers it."""
    started = time()
    try:
        payload.check(request.payload)
        bolt_request = AsyncBoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))
    except payload.UNREADABLE as error:
        log.warning("discarded a delivery that can't be read: %s", type(error).__name__)
        await connection.send_socket_mode_response({"envelope_id": request.envelope_id})
        return
    response = await app.async_dispatch(bolt_request)
    if response.status == HTTPStatus.BAD_REQUEST:  # no better when it comes again
        response = BoltResponse(status=HTTPStatus.OK)
    await send_async_response(connection, request, response, started)
