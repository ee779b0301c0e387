"""Who the bot is in its workspace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from slack_bolt.authorization import AuthorizeResult

from bot.slack.api import call

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient


class Identity:
    """The bot's identity: asked of Slack once, and again only as long as Slack did not answer."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: AuthorizeResult | None = None
        self._asking = asyncio.Lock()

    async def __call__(self) -> AuthorizeResult:
        """Return the identity. Raises `ChatError`, so that Slack delivers again what could not be read."""
        async with self._asking:
            if self._known is None:
                response = await call(self._client.auth_test)
                self._known = AuthorizeResult.from_auth_test_response(
                    bot_token=self._client.token, auth_test_response=response
                )
            return self._known
