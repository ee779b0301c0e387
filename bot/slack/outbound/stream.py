"""Slack's own streams: how a message grows while the model writes, as long as the budget and Slack allow it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.errors import ChatBusyError, ChatError
from bot.slack.client.api import call_once, call_within
from bot.slack.client.rate_limit import APPEND, START, STOP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.slack.client.rate_limit import Budget

log = logging.getLogger(__name__)

APPEND_EVERY = 0.9  # seconds for each stream that is open: all streams of a workspace share 100 appends a minute
FOR_ENDINGS = 0.2  # what is kept of the appends for the tails of answers
# Codes that say so for the whole workspace, or for the app.
NO_STREAMS = {"unknown_method", "missing_scope", "not_allowed_token_type", "feature_not_enabled", "access_denied"}
# Codes that say so for the kind of channel.
NOT_HERE = {"channel_type_not_supported", "method_not_supported_for_channel_type", "not_supported"}
# Codes that say that a message takes no more text: it got too old, or a person pressed Stop.
CONFLICT = "streaming_state_conflict"  # of an edit: the message is still being streamed
OVER = {"message_not_in_streaming_state", "stopped_by_user", "message_not_found"}


class Streams:
    """The streams of this process, and where there are none to be had.

    A stream keeps the mode of its first content, so everything goes as chunks, from the start to the stop's last blocks
    (a top-level `blocks` there was seen to be refused). A refusal of the kind of channel counts for all of that kind,
    as long as none of it has taken a stream; else for the channel alone.
    """

    def __init__(self, client: AsyncWebClient, budget: Budget) -> None:
        self._client = client
        self._budget = budget
        self._without: set[tuple[str, str]] = set()
        self._with: set[tuple[str, str]] = set()
        self._open: dict[str, set[str]] = {}

    def are_known(self, place: Place) -> bool:
        """Return whether a place has streams, for all we know."""
        return self._without.isdisjoint({(place.workspace, where) for where in ("", _kind(place), place.channel)})

    def pause(self, place: Place) -> float:
        """Return how many seconds to gather text before the next piece of each stream.

        No less than for a single one, however much Slack allows: each piece is a call that we pay for, too.
        """
        return APPEND_EVERY * max(1.0, len(self._open.get(place.workspace, ())) / max(1.0, self._budget.factor))

    async def admit(self, place: Place) -> bool:
        """Take the call that begins a stream, if there will be one to end it, too."""
        if not self.are_known(place):
            return False
        is_room = self._budget.room(STOP, place) > len(self._open.get(place.workspace, ()))
        return is_room and await self._budget.take(START, place)

    async def start(self, place: Place, asker: Requester, chunks: Sequence[dict[str, Any]]) -> str:
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
            self._learn(error, place)
            raise
        self._with.add((place.workspace, _kind(place)))
        ts = str(response["ts"])
        self._open.setdefault(place.workspace, set()).add(ts)
        return ts

    def _learn(self, error: ChatError, place: Place) -> None:
        """Remember a refusal that holds for more than this one stream."""
        if error.code in NO_STREAMS:
            log.warning("this workspace has no streams: %s", error)
            self._without.add((place.workspace, ""))
        elif error.code in NOT_HERE:
            log.info("this kind of channel has no streams: %s", error)
            kind = (place.workspace, _kind(place))
            self._without.add((place.workspace, place.channel) if kind in self._with else kind)

    async def append(self, place: Place, ts: str, chunks: Sequence[dict[str, Any]]) -> bool:
        """Add to a stream, if the rate limit has room; return whether it had. Raises `ChatError`."""
        if not await self._budget.take(APPEND, place, reserve=FOR_ENDINGS):
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
        try:
            if not await self._budget.take(STOP, place):
                if chunks:
                    await self._budget.wait(APPEND, place)
                    append = self._client.chat_appendStream
                    await call_within(self._budget, APPEND, place, append, check, ts=ts, **_content(chunks))
                    chunks = ()
                await self._budget.wait(STOP, place)
            # Of a stop that has arrived, the second one is told that the stream is over.
            stop = self._client.chat_stopStream
            await call_within(self._budget, STOP, place, stop, check, ts=ts, **_content(chunks), **more)
        finally:
            self.forget(place, ts)

    def forget(self, place: Place, ts: str) -> None:
        """Take in that a stream is over, or no longer ours."""
        self._open.get(place.workspace, set()).discard(ts)


def _kind(place: Place) -> str:
    """Return what kind of channel a place is in: Slack's ids begin with it."""
    return place.channel[:1]


def _content(chunks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"chunks": list(chunks)} if chunks else {}
