"""The bot's identity in its workspace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from slack_bolt.authorization import AuthorizeResult

from bot.errors import NotServedError
from bot.slack.client.api import call

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.slack.client.tokens import Installed


class Identity(Protocol):
    """The bot's identity in one workspace. `url` is the workspace's own address, "" while it is not known."""

    url: str

    async def __call__(self) -> AuthorizeResult:
        """Return the identity. Raises `RevokedError`, `ChatError`."""


class AskedIdentity:
    """The bot's identity: asked of Slack once, and again only until Slack has answered.

    `workspace` and `name` are what people call the workspace and the bot, "" until then.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: AuthorizeResult | None = None
        self._asking = asyncio.Lock()
        self.url = self.workspace = self.name = ""

    async def __call__(self) -> AuthorizeResult:
        """Return the identity. Raises `ChatError`, so that Slack redelivers what could not be read."""
        async with self._asking:
            if self._known is None:
                response = await call(self._client.auth_test)
                self.url, self.workspace, self.name = (str(response.get(key) or "") for key in ("url", "team", "user"))
                # Bolt's own way takes a user without a bot_id for a person.
                self._known = AuthorizeResult(
                    enterprise_id=response.get("enterprise_id"),
                    team_id=response.get("team_id"),
                    bot_user_id=response.get("user_id"),
                    bot_id=response.get("bot_id"),
                    bot_token=self._client.token,
                )
            return self._known


class InstalledIdentity:
    """The bot's identity as of its installation, with the current token."""

    def __init__(self, workspace: str, installed: Installed, *, is_served: bool = True) -> None:
        self._workspace = workspace
        self._installed = installed
        self._is_served = is_served
        self.url = ""

    async def __call__(self) -> AuthorizeResult:
        """Return the identity. Raises `RevokedError` if the bot is not installed or not served, `ChatError`."""
        if not self._is_served:
            raise NotServedError("not_served", is_transient=True)  # the operator may have mistyped
        one = await self._installed.current(self._workspace)
        self.url = one.url
        return AuthorizeResult(
            enterprise_id=one.organisation or None,
            team_id=one.workspace,
            bot_user_id=one.bot_user,
            bot_id=one.bot_id,
            bot_token=one.token,
        )
