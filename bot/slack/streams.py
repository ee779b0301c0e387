"""Slack's own streams: how a message grows while the model writes, as long as the budget and Slack allow it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.errors import ChatBusyError, ChatError
from bot.slack.api import call, call_once, translated
from bot.slack.budget import APPEND, START, STOP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.conversation import Place
    from bot.core.ports import Asker
    from bot.slack.budget import Budget

log = logging.getLogger(__name__)

APPEND_EVERY = 0.9  # seconds for each stream that is open: all streams of a workspace share 100 appends a minute
FOR_ENDINGS = 0.2  # what is kept of the appends for the tails of answers
# Codes that say so for the whole workspace, or for the app.
NO_STREAMS = {"unknown_method", "missing_scope", "not_allowed_token_type", "feature_not_enabled", "access_denied"}
# Codes that say that a message takes no more text: it got too old, or a person pressed Stop.
CONFLICT = "streaming_state_conflict"  # of an edit: the message is still being streamed
OVER = {"message_not_in_streaming_state", "stopped_by_user"}


class Streams:
    """The streams of this process, and where there are none to be had."""

    def __init__(self, client: AsyncWebClient, budget: Budget) -> None:
        self._client = client
        self._budget = budget
        self._without: set[str] = set()
        self._open: dict[str, set[str]] = {}

    def are_known(self, place: Place) -> bool:
        """Tell whether the workspace has streams, for all we know."""
        return place.workspace not in self._without

    def pause(self, place: Place) -> float:
        """Return how many seconds to gather text before the next piece of each stream.

        No less than for a single one, however much Slack allows: each piece is a call that we pay for, too.
        """
        return APPEND_EVERY * max(1.0, len(self._open.get(place.workspace, ())) / max(1.0, self._budget.factor))

    async def admit(self, place: Place) -> bool:
        """Take the call that begins a stream, if there will be one to end it, too."""
        if not self.are_known(place):
            return False
        ends = self._budget.used(STOP, place) + len(self._open.get(place.workspace, ()))
        return ends < self._budget.limit(STOP) and await self._budget.take(START, place)

    async def start(self, place: Place, asker: Asker, chunks: Sequence[dict[str, Any]]) -> str:
        """Begin a stream that was admitted; return its message's `ts`. Raises `ChatError`."""
        try:
            response = await call_once(
                self._client.chat_startStream,
                channel=place.channel,
                thread_ts=place.thread,
                # The asker's own workspace, which in a shared channel is not the one the app is installed in.
                recipient_team_id=asker.home,
                recipient_user_id=asker.person,
                **_content(chunks),
            )
        except ChatBusyError as error:
            await self._budget.refused(START, place, error.retry_after)
            raise
        except ChatError as error:
            if error.code in NO_STREAMS:
                log.warning("this workspace has no streams: %s", error)
                self._without.add(place.workspace)
            raise
        ts = str(response["ts"])
        self._open.setdefault(place.workspace, set()).add(ts)
        return ts

    async def append(self, place: Place, ts: str, chunks: Sequence[dict[str, Any]]) -> bool:
        """Add to a stream, if there is room in the budget; tell whether it was. Raises `ChatError`."""
        if not await self._budget.take(APPEND, place, spare=FOR_ENDINGS):
            return False
        try:
            await call_once(self._client.chat_appendStream, channel=place.channel, ts=ts, **_content(chunks))
        except ChatBusyError as error:
            await self._budget.refused(APPEND, place, error.retry_after)
            return False
        except ChatError:
            self.forget(place, ts)
            raise
        return True

    async def stop(
        self, place: Place, ts: str, chunks: Sequence[dict[str, Any]], check: Callable[[], None], **more: object
    ) -> None:
        """End a stream with the rest of its text, which does not wait for the end to be allowed. Raises `ChatError`."""
        if not await self._budget.take(STOP, place):
            if chunks:
                await self._repeat(APPEND, self._client.chat_appendStream, place, ts, chunks, check)
                chunks = ()
            await self._budget.wait(STOP, place)
        await self._repeat(STOP, self._client.chat_stopStream, place, ts, chunks, check, **more)
        self.forget(place, ts)

    def forget(self, place: Place, ts: str) -> None:
        """Take in that a stream is over, or no longer ours."""
        self._open.get(place.workspace, set()).discard(ts)

    async def _repeat(
        self,
        name: str,
        method: Callable[..., Any],
        place: Place,
        ts: str,
        chunks: Sequence[dict[str, Any]],
        check: Callable[[], None],
        **more: object,
    ) -> None:
        if name is APPEND:
            await self._budget.wait(name, place)

        async def checked() -> None:
            check()  # each time: a rate limit may be waited for, and meanwhile the turn be lost
            try:
                with translated():
                    await method(channel=place.channel, ts=ts, **_content(chunks), **more)
            except ChatBusyError as error:
                await self._budget.refused(name, place, error.retry_after)
                raise

        try:
            await call(checked)
        except ChatError:
            self.forget(place, ts)
            raise


def _content(chunks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Say it in the shorter form where it is text alone."""
    if not chunks:
        return {}
    if all(chunk["type"] == "markdown_text" for chunk in chunks):
        return {"markdown_text": "".join(chunk["text"] for chunk in chunks)}
    return {"chunks": list(chunks)}
