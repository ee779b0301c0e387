"""Slack's real-time search, on behalf of the person who asks.

What it returns may not be stored or copied: it goes to the one answer that asked for it.
https://docs.slack.dev/apis/web-api/real-time-search-api
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from bot.core.domain.platform_search import PlatformMessage, SearchGap
from bot.core.domain.rate_limit import Window
from bot.core.expiring_cache import ExpiringCache
from bot.errors import ChatBusyError, ChatError, NotPermittedError
from bot.slack.chat.directory import SlackDirectory
from bot.slack.client.api import call_once
from bot.slack.client.names import ids_in
from bot.slack.client.rate_limit import SEARCH
from bot.slack.client.search_results import author_of, found, messages_in, query_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.slack.client.action_tokens import ActionToken
    from bot.slack.client.rate_limit import Budget
    from bot.slack.workspaces import WorkspaceClient, WorkspaceClients

log = logging.getLogger(__name__)

MOST = 20  # messages of one page, Slack's own limit; a further page would count as a further call
MOST_NAMES = 50  # that are looked up for one search
DEADLINE = 10.0  # seconds for a search, with the look-up of who asks and who is named; a tool has 20
PERSON_PER_MINUTE = 10  # searches on behalf of one person
LONGEST_PAUSE = 60.0  # seconds that a refusal counts for a workspace; a longer one is a person's limit for the day
LEARNED_FOR = 3_600.0  # seconds before a workspace that has no search is asked again
KEPT = 2_000
# Codes that say that a workspace or its plan has no search.
OFF = {"feature_not_enabled", "assistant_search_context_disabled", "unknown_method", "deprecated_endpoint"}
STALE = {"invalid_action_token", "missing_action_token"}


class SlackSearch:
    """Implements `bot.core.ports.ChatSearch`: searches public channels, in a shared channel only that one."""

    def __init__(self, workspaces: WorkspaceClients, budget: Budget) -> None:
        self._workspaces, self._budget = workspaces, budget
        self._directory = SlackDirectory(workspaces)
        self._without = ExpiringCache[SearchGap](KEPT)  # by workspace
        self._windows = ExpiringCache[Window](KEPT)  # by person

    async def messages(
        self, place: Place, asker: Requester, message: str, query: str, limit: int = MOST
    ) -> tuple[PlatformMessage, ...] | SearchGap:
        """Search on behalf of the asker's `message`, the best first. Never raises."""
        token = self._workspaces.of(place.workspace).tokens.of(place.channel, message)
        if token is None or token.person != asker.person:
            return SearchGap.NOT_FRESH
        if not (wanted := query_of(query)):
            return ()
        try:
            async with asyncio.timeout(DEADLINE):
                gap = self._without.get(place.workspace) or await self._gap(place, asker.person)
                return gap or await self._search(place, message, token, wanted, max(1, min(limit, MOST)))
        except ChatError as error:
            log.warning("Slack's search failed: %s", error)
        except TimeoutError:
            log.warning("Slack's search gave no answer within %.0f s", DEADLINE)
        return SearchGap.FAILED

    async def _gap(self, place: Place, person: str) -> SearchGap | None:
        """Return why a person can't search now, None if they can. Raises `ChatError`."""
        who = await self._directory.participant(place, person)
        if who.is_guest or who.is_outsider:
            return SearchGap.NOT_ALLOWED
        is_room = self._window(place, person).take(time.time(), 1, PERSON_PER_MINUTE)
        return None if is_room and await self._budget.take(SEARCH, place) else SearchGap.BUSY

    async def _search(
        self, place: Place, message: str, token: ActionToken, query: str, limit: int
    ) -> tuple[PlatformMessage, ...] | SearchGap:
        """Ask for one page. Raises `ChatError`."""
        workspace = self._workspaces.of(place.workspace)
        arguments = {
            "query": query,
            "action_token": token.value,
            # Lists with commas: Slack was seen to ignore an array, and then searches more than it should.
            "channel_types": "public_channel",
            "content_types": "messages",
            "include_bots": "true",
            "include_message_blocks": "true",  # many apps' messages have no other text
            "limit": str(limit),
        }
        if not place.channel.startswith("D"):
            arguments["context_channel_id"] = place.channel
        # Sent in the body: proxies keep the addresses of requests.
        try:
            response = await call_once(workspace.client.api_call, api_method=SEARCH, data=arguments)
        except ChatError as error:
            return await self._refused(error, place, message, token.person)
        us = (await workspace.identity()).bot_user_id
        wanted = [
            one
            for one in messages_in(response.data)
            if one.get("author_user_id") != us
            and (one["channel_id"], one["message_ts"]) != (place.channel, message)
            and (one["channel_id"] == place.channel or not token.is_shared)
        ]
        return await _read(wanted[:limit], workspace)

    async def _refused(self, error: ChatError, place: Place, message: str, person: str) -> SearchGap:
        """Remember a refusal for as long as it holds, and return what it means. Raises `ChatError` for any other."""
        if isinstance(error, ChatBusyError):
            self._window(place, person).close(time.time(), error.retry_after)
            if error.retry_after <= LONGEST_PAUSE:
                await self._budget.refused(SEARCH, place, error.retry_after)
            return SearchGap.BUSY
        if error.code in STALE:
            self._workspaces.of(place.workspace).tokens.drop(place.channel, message)
            return SearchGap.NOT_FRESH
        if error.code not in OFF and not isinstance(error, NotPermittedError):
            raise error
        log.warning("Slack refuses to search in %s: %s", place.workspace, error)
        gap = SearchGap.OFF if error.code in OFF else SearchGap.NOT_GRANTED
        self._without.keep(place.workspace, gap, LEARNED_FOR)
        return gap

    def _window(self, place: Place, person: str) -> Window:
        """Return a person's own limit. It is not shared with other replicas, which get Slack's refusal instead."""
        key = f"{place.workspace}:{person}"
        window = self._windows.get(key, late=True) or Window()
        self._windows.keep(key, window, LEARNED_FOR)
        return window


async def _read(messages: Sequence[Mapping[str, Any]], workspace: WorkspaceClient) -> tuple[PlatformMessage, ...]:
    """Convert messages, with the names of their authors and of all who are mentioned there."""
    texts = []
    for one in messages:
        texts.append(text_of(one))
        await asyncio.sleep(0)  # long messages take a while, and others have theirs
    authors = [author for one in messages if (author := author_of(one)) and not one.get("author_name")]
    ids = dict.fromkeys([*authors, *(id_ for text in texts for id_ in ids_in(text))])
    names = await workspace.names.of(list(ids)[:MOST_NAMES])
    pairs = zip(messages, texts, strict=True)
    return tuple(read for one, text in pairs if (read := found(one, text, names, workspace.identity.url)))
