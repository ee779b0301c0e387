"""Slack's history: threads and channels, read page by page as messages."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from bot.errors import ChatError, GoneError, UnfinishedError
from bot.slack.client import lookup
from bot.slack.client.api import call
from bot.slack.client.blocks_to_text import flat
from bot.slack.client.history_message import said, written_at
from bot.slack.client.message_kinds import is_said, string_of
from bot.slack.client.names import ids_in, spelled
from bot.slack.client.permalink import permalink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from datetime import datetime

    from bot.core.domain.message import HistoryMessage, Place
    from bot.slack.workspaces import WorkspaceClient, WorkspaceClients

log = logging.getLogger(__name__)

PAGE = 200  # messages; Slack advises no more at a time
MOST_PAGES = 250
MOST_EMPTY = 5  # pages without a new message, one after the other
GONE = {"thread_not_found", "message_not_found"}


class SlackHistory:
    """Implements `bot.core.ports.ChatHistory`; a rate limit is waited for, as far as `api.call` waits."""

    locate = staticmethod(lookup.locate)
    written_at = staticmethod(written_at)

    def __init__(self, workspaces: WorkspaceClients) -> None:
        self._workspaces = workspaces

    async def thread(
        self, place: Place, after: str = "", before: str = ""
    ) -> AsyncIterator[tuple[HistoryMessage, ...]]:
        """Yield a thread's messages between the `ts` `after` and `before`, each once, each page oldest first."""
        workspace = self._workspaces.of(place.workspace)
        where: dict[str, object] = {"channel": place.channel, "ts": place.thread, "include_all_metadata": True}
        where.update({name: ts for name, ts in (("oldest", after), ("latest", before)) if ts})
        async for page in _pages(workspace.client.conversations_replies, where):
            # Slack puts the thread's first message before each page, whatever was asked for.
            found = await _said([message for message in page if string_of(message.get("ts")) > after], workspace)
            yield tuple(one for one in found if not before or one.id < before)

    async def channel(
        self, place: Place, after: datetime, before: datetime | None = None
    ) -> AsyncIterator[tuple[HistoryMessage, ...]]:
        """Yield a channel's own messages between two times, newest first; without replies in threads."""
        workspace = self._workspaces.of(place.workspace)
        where = {"channel": place.channel, "oldest": _ts(after)} | ({"latest": _ts(before)} if before else {})
        async for page in _pages(workspace.client.conversations_history, where):
            yield tuple(reversed(await _said(page, workspace)))

    def permalink(self, place: Place, message: str) -> str:
        """Write the address of a message."""
        return permalink(self._workspaces.of(place.workspace).identity.url, place.channel, message, place.thread)


async def _pages(
    method: Callable[..., Awaitable[Any]], where: Mapping[str, object]
) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield a method's pages, each message once. Raises `UnfinishedError` if they lead nowhere.

    Slack has been seen to repeat messages and cursors, to send empty pages in between, and to say that there is more
    without a cursor.
    """
    cursors, seen, empty = {""}, set[str](), 0
    cursor = ""
    for _ in range(MOST_PAGES):
        page = await _page(method, **where, limit=PAGE, cursor=cursor or None)
        new = {ts: one for one in _messages(page) if (ts := string_of(one.get("ts"))) and ts not in seen}
        seen |= new.keys()
        empty = 0 if new else empty + 1
        yield list(new.values())
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor and not page.get("has_more"):
            return
        if cursor in cursors or empty > MOST_EMPTY:
            raise UnfinishedError("pages_without_end")
        cursors.add(cursor)
    raise UnfinishedError("too_many_pages")


async def _said(page: list[dict[str, Any]], workspace: WorkspaceClient) -> tuple[HistoryMessage, ...]:
    """Read a page's messages, oldest first, with the names of all who speak and are mentioned there."""
    messages = sorted((message for message in page if is_said(message)), key=lambda message: str(message["ts"]))
    ours = await workspace.ours.among(messages)
    texts = []
    for message in messages:
        texts.append(flat(message, has_controls=message["ts"] not in ours))
        await asyncio.sleep(0)  # a page of long messages takes a while, and others have theirs
    people = {str(message["user"]) for message in messages if message.get("user") and not message.get("bot_id")}
    for message in messages:
        if isinstance(profile := message.get("user_profile"), dict) and message.get("user"):
            workspace.people.learn(str(message["user"]), profile)
    names = await workspace.names.of(sorted(people.union(*map(ids_in, texts))))
    us = (await workspace.identity()).bot_user_id or ""
    return tuple(
        said(message, spelled(text, names), names, is_own=message["ts"] in ours, us=us)
        for message, text in zip(messages, texts, strict=True)
    )


async def _page(method: Callable[..., Awaitable[Any]], **arguments: object) -> Any:  # noqa: ANN401 (the SDK's own)
    try:
        return await call(method, **arguments)
    except ChatError as error:
        if error.code in GONE:
            raise GoneError(error.code) from error
        raise


def _messages(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages = page.get("messages")
    return [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []


def _ts(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"
