"""Agent sessions: a thread's status ("Working…") and its title."""

from __future__ import annotations

import asyncio
import logging
from contextvars import Context
from typing import TYPE_CHECKING

from cachetools import FIFOCache

from bot.core.domain.message import Place
from bot.errors import ChatBusyError, ChatError
from bot.slack.client.api import call_again, call_once
from bot.slack.client.rate_limit import STATUS

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.slack.client.rate_limit import Budget

log = logging.getLogger(__name__)

NO_SESSIONS = {"unknown_method", "missing_scope", "not_allowed_token_type", "feature_not_enabled"}
# What is kept of the limit for clearing: a status that was set has to be cleared.
FOR_CLEARING = 0.5
CLEARING = 5.0  # seconds that it may take to take off the status of a turn that was lost
# Tries to take a status off, which Slack would show for an hour. Most limits that Slack asks to wait for last a minute.
TRIES = 5
MOST_SHOWN = 10_000
TITLE_LIMIT = 200  # characters; https://docs.slack.dev/reference/methods/agents.sessions.setStatus


class Sessions:
    """The sessions of all workspaces, given up for good where a workspace does not know them.

    No answer fails for want of a status: Slack's errors are not raised here.
    """

    def __init__(self, client: AsyncWebClient, budget: Budget) -> None:
        self._client = client
        self._budget = budget
        self._without: set[str] = set()
        self._shown = FIFOCache[Place, None](MOST_SHOWN)

    def may_show(self, place: Place) -> bool:
        """Return whether a thread may show a status that this process has set."""
        return place in self._shown

    def note(self, place: Place) -> None:
        """Take in that a thread shows a status, as Slack sets one with each stream."""
        self._shown[place] = None

    async def begin(self, place: Place, check: Callable[[], None], title: str = "") -> bool:
        """Show that the bot is at work, if the rate limit has room; return whether it may be shown now.

        `title` names the session; a person may change it later, so it is only given at a thread's beginning. `check`
        raises when the turn may no longer be ours, and so does this.

        A call can be on its way for longer than the lease lasts: this process was frozen with it, or the network was
        slow. Slack then gets it after a successor has ended the turn and cleared the status, which would stay forever.
        Only the sender can know that. So this waits for Slack's answer, even when it is cancelled, and looks at the
        lease again. If the turn is still ours, no one else has begun it, and its end clears the status. If not, the
        status is cleared at once, unfenced. Slack has seen the first call before it gets the second. At worst, the
        turn that runs there now has no status; or the status stays after all, if this process dies between the two.
        """
        if place.workspace in self._without or not await self._budget.take(STATUS, place, reserve=FOR_CLEARING):
            return False
        check()
        was_shown = self.may_show(place)
        self.note(place)  # for all we know, until Slack has answered
        sending = asyncio.create_task(self._set(place, "processing", title), name="status")
        try:
            if not (is_shown := await asyncio.shield(sending)) and not was_shown:
                self.ended(place)
            return is_shown
        finally:
            await asyncio.wait([sending])
            if not sending.exception():  # else the fence held it back
                await self._take_off_if_lost(place, check)

    async def end(self, place: Place, check: Callable[[], None] = lambda: None) -> None:
        """Take the status off, however often that has to be tried within some minutes. `check` is as for `begin`."""
        for tries_left in reversed(range(TRIES)):
            if place.workspace in self._without:
                break
            await self._budget.wait(STATUS, place)  # as long as Slack has asked to wait, too
            check()
            if await self._is_off(place):
                break
            if not tries_left:
                log.warning("a status may stay for an hour")
        self.ended(place)

    def ended(self, place: Place) -> None:
        """Take in that a thread shows no status, as Slack takes it off with the end of a stream."""
        self._shown.pop(place, None)

    async def _is_off(self, place: Place) -> bool:
        """Ask for the status to be taken off; return whether there is nothing more to be done about it."""
        try:
            await call_again(
                self._client.agents_sessions_setStatus,
                channel_id=place.channel,
                thread_ts=place.thread,
                status="active",
            )
        except ChatBusyError as error:
            await self._budget.refused(STATUS, place, error.retry_after)
            return False
        except ChatError as error:
            self._refused(place, error)
            return not error.is_transient
        return True

    async def _take_off_if_lost(self, place: Place, check: Callable[[], None]) -> None:
        try:
            check()
        except Exception:
            # The fence is a variable of the turn's context: this runs in a context without it.
            await asyncio.create_task(self._take_off(place), name="no_status", context=Context())
            raise

    async def _take_off(self, place: Place) -> None:
        try:
            async with asyncio.timeout(CLEARING):
                await self.end(place)
        except TimeoutError:
            log.warning("the status of a turn that was lost may stay")

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
            self._refused(place, error)
            return error.is_transient  # it may have arrived
        return True

    def _refused(self, place: Place, error: ChatError) -> None:
        if error.code in NO_SESSIONS:
            self._without.add(place.workspace)
        log.info("the status can't be changed: %s", error)
