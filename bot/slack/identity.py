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
        self.url = ""
        """The workspace's own address, "" as long as Slack did not answer."""

    async def __call__(self) -> AuthorizeResult:
        """Return the identity. Raises `ChatError`, so that Slack delivers again what could not be read."""
        async with self._asking:
            if self._known is None:
                response = await call(self._client.auth_test)
                self.url = str(response.get("url") or "")
                # Bolt's own way takes a user without a bot_id for a person.
                self._known = AuthorizeResult(
                    enterprise_id=response.get("enterprise_id"),
                    team_id=response.get("team_id"),
                    bot_user_id=response.get("user_id"),
                    bot_id=response.get("bot_id"),
                    bot_token=self._client.token,
                )
            return self._known
