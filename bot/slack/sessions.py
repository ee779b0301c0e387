"""Agent sessions: a thread's status ("Working…") and its title."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.errors import ChatBusyError, ChatError
from bot.slack.api import call_once
from bot.slack.budget import STATUS

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.conversation import Place
    from bot.slack.budget import Budget

log = logging.getLogger(__name__)

NO_SESSIONS = {"unknown_method", "missing_scope", "not_allowed_token_type", "feature_not_enabled"}
# What is kept of the limit for clearing: a status that was set has to be cleared.
FOR_CLEARING = 0.5
TITLE_LIMIT = 200  # characters; https://docs.slack.dev/reference/methods/agents.sessions.setStatus


class Sessions:
    """The sessions of all workspaces, given up for good where a workspace does not know them.

    Nothing here raises: no answer fails for want of a status.
    """

    def __init__(self, client: AsyncWebClient, budget: Budget) -> None:
        self._client = client
        self._budget = budget
        self._without: set[str] = set()

    async def begin(self, place: Place, title: str = "") -> bool:
        """Show that the bot is at work, if there is room in the budget; tell whether Slack took it.

        `title` names the session; a person may change it later, so it is only given at a thread's beginning.
        """
        if place.workspace in self._without or not await self._budget.take(STATUS, place, spare=FOR_CLEARING):
            return False
        return await self._set(place, "processing", title)

    async def end(self, place: Place) -> None:
        """Take the status off."""
        if place.workspace not in self._without:
            await self._budget.wait(STATUS, place)
            await self._set(place, "active")

    async def _set(self, place: Place, status: str, title: str = "") -> bool:
        try:
            await call_once(
                self._client.agents_sessions_setStatus,
                channel_id=place.channel,
                thread_ts=place.thread,
                status=status,
                title=title[:TITLE_LIMIT] or None,
            )
        except ChatBusyError as error:
            await self._budget.refused(STATUS, place, error.retry_after)
            return False
        except ChatError as error:
            if error.code in NO_SESSIONS:
                self._without.add(place.workspace)
            log.info("no status shown: %s", error)
            return False
        return True
