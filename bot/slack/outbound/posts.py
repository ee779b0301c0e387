"""Messages of ours: posted, changed and deleted, within the rate budget."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.errors import ChatError, GoneError
from bot.slack.client.api import call_again, call_within
from bot.slack.client.rate_limit import DELETE, POST, UPDATE
from bot.slack.outbound.buttons import without
from bot.slack.outbound.message import NOTICE_LIMIT, message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.message import Place
    from bot.slack.client.rate_limit import Budget
    from bot.slack.outbound.message import Part

log = logging.getLogger(__name__)

# Codes by which Slack refuses a message for its blocks; then a table goes as the Markdown that it was.
BAD_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long"}
# … and for its length, which Slack has its own ways to count.
TOO_LONG = {"msg_too_long", "msg_blocks_too_long"}
GONE = {"thread_not_found", "message_not_found"}


class Posts:
    """Posts, changes and deletes messages. `check` is called before each try: the turn may have been lost meanwhile."""

    def __init__(self, client: AsyncWebClient, budget: Budget) -> None:
        self._client = client
        self._budget = budget

    async def post(self, place: Place, part: Part, mark: Mapping[str, Any], check: Callable[[], None]) -> str:
        """Post a message to a thread, or to a channel; return its `ts`. Raises `GoneError`, `ChatError`."""
        response = await self._laid(
            POST,
            self._client.chat_postMessage,
            place,
            part,
            check,
            thread_ts=place.thread or None,
            metadata=mark,
        )
        return str(response["ts"])

    async def update(
        self,
        place: Place,
        ts: str,
        part: Part,
        mark: Mapping[str, Any],
        check: Callable[[], None],
        *,
        is_paid: bool = False,
    ) -> None:
        """Change what a message says. Raises `GoneError`, `ChatError`. `is_paid`: its call is already counted."""
        await self._laid(UPDATE, self._client.chat_update, place, part, check, is_paid=is_paid, ts=ts, metadata=mark)

    async def remove_control(
        self, place: Place, span: tuple[str, str], name: str, value: str, check: Callable[[], None]
    ) -> None:
        """Take a button out of the messages of a span, which keep all else. Raises `GoneError`, `ChatError`.

        `value`: only one that carries this, "" for any.
        """
        page = await call_again(
            self._client.conversations_replies,
            channel=place.channel,
            ts=place.thread,
            oldest=span[0],
            latest=span[1],
            inclusive=True,
            include_all_metadata=True,
        )
        found = [one for one in page["messages"] if span[0] <= str(one.get("ts", "")) <= span[1]]
        if not found:
            raise GoneError("message_not_found")
        for one in found:
            laid = one.get("blocks") or []
            if (rest := without(laid, name, value)) != laid:
                text = str(one.get("text") or "")[:NOTICE_LIMIT]
                arguments = {"ts": one["ts"], "text": text, "blocks": rest, "metadata": one.get("metadata")}
                await self._call(UPDATE, self._client.chat_update, place, check, is_paid=False, **arguments)

    async def take_update(self, place: Place) -> bool:
        """Take the call for a change that is only for now, unless the budget is short."""
        return await self._budget.take(UPDATE, place, reserve=0.5)

    async def delete(self, place: Place, ts: str, check: Callable[[], None]) -> None:
        """Delete a message. Raises `ChatError`, but not for one that is gone."""
        try:
            await self._call(DELETE, self._client.chat_delete, place, check, is_paid=False, ts=ts)
        except GoneError:
            log.info("the message was gone already")

    async def _laid(
        self,
        name: str,
        method: Callable[..., Awaitable[Any]],
        place: Place,
        part: Part,
        check: Callable[[], None],
        *,
        is_paid: bool = False,
        **arguments: object,
    ) -> Any:  # noqa: ANN401 (the SDK's own)
        """Send a part with its tables, without them where Slack refuses its blocks, at last with its text alone."""
        bare = message(replace(part, footer="", controls=()), has_tables=False)
        laid = [message(part), message(part, has_tables=False), bare]
        laid += [bare | {"blocks": []}] if 0 < len(part.text) <= NOTICE_LIMIT else []
        for number, content in enumerate(laid):
            if content in laid[:number]:
                continue
            try:
                return await self._call(name, method, place, check, is_paid=is_paid, **arguments, **content)
            except ChatError as error:
                if error.code not in BAD_BLOCKS or content == laid[-1]:
                    raise
                log.warning("%s goes with fewer blocks: %s", name, error)
            is_paid = False
        raise AssertionError("the last one returns or raises")  # pragma: no cover

    async def _call(
        self,
        name: str,
        method: Callable[..., Awaitable[Any]],
        place: Place,
        check: Callable[[], None],
        *,
        is_paid: bool,
        **arguments: object,
    ) -> Any:  # noqa: ANN401 (the SDK's own)
        if not is_paid:
            await self._budget.wait(name, place)
        try:
            return await call_within(self._budget, name, place, method, check, **arguments)
        except ChatError as error:
            if error.code in GONE:
                raise GoneError(error.code) from error
            raise
