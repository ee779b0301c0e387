"""Slack over Socket Mode: connections that the bot opens, for where Slack can't reach it."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.slack.api import call, translated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slack_bolt.app.async_app import AsyncApp

CONNECTIONS = 2  # while one is refreshed, the other goes on; Slack allows 10 over all replicas


@asynccontextmanager
async def connected(app: AsyncApp, app_token: str) -> AsyncIterator[None]:
    """Hold the connections open. Raises `ChatError` when Slack refuses them at the start."""
    handlers: list[AsyncSocketModeHandler] = []
    # The SDK would try again without end, whatever Slack says.
    await call(app.client.apps_connections_open, app_token=app_token)
    try:
        for _ in range(CONNECTIONS):
            handler = AsyncSocketModeHandler(app, app_token, logger=logging.getLogger("slack_sdk.socket_mode"))
            handlers.append(handler)
            with translated():
                await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's own
        yield
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's own
