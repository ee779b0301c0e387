"""Slack as the chat platform of the use cases."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import aiohttp

from bot.core.ports import Standing
from bot.errors import ChatError
from bot.slack import lookup
from bot.slack.api import TIMEOUT, call, translated
from bot.slack.delivery import LEFT_BEHIND, Sessions, StreamedAnswer, WhisperedAnswer, mark, mark_of, message
from bot.slack.download import download
from bot.slack.history import History
from bot.slack.lookup import Lookup
from bot.slack.people import People, mention
from bot.slack.permalink import permalink
from bot.slack.text import MESSAGE_LIMIT, harmless

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.conversation import Place, Said
    from bot.core.ports import Asker, Bookmark, Upload
    from bot.core.reading import Reader, SharedFile, Target, Venue
    from bot.slack.identity import Identity

FILES_PER_MESSAGE = 10  # as many as a person can post at once
THREAD = "thread"  # the bookmark of the message that a command's thread hangs on


class SlackChat:
    """Implements `core.ports.Chat` over one client and one connection pool."""

    def __init__(self, client: AsyncWebClient, identity: Identity, session: aiohttp.ClientSession) -> None:
        self._client = client
        self._identity = identity
        self._session = session
        self._sessions = Sessions(client)
        self._lookup = Lookup(client)
        self._history = History(client, identity, People(client))

    def mention(self, person: str) -> str:
        """Write a person's name as Slack links it."""
        return mention(person)

    def read_thread(self, place: Place, after: str = "") -> AsyncIterator[tuple[Said, ...]]:
        """Read a thread page by page, oldest first, behind the message `after`. Raises `ChatError`."""
        return self._history.thread(place, after)

    def read_channel(
        self, place: Place, after: datetime, before: datetime | None = None
    ) -> AsyncIterator[tuple[Said, ...]]:
        """Read a channel's own messages page by page, newest first. Raises `ChatError`."""
        return self._history.channel(place, after, before)

    def permalink(self, place: Place, message: str) -> str:
        """Write the address of a message."""
        return permalink(self._identity.url, place.channel, message, place.thread)

    def answer(self, place: Place, asker: Asker, bookmark: Bookmark, *, to: str) -> StreamedAnswer:
        """Begin an answer in a thread to its message `to`."""
        return StreamedAnswer(self._client, self._identity, self._sessions, place, asker, bookmark, to=to)

    @asynccontextmanager
    async def whisper(self, place: Place, asker: Asker) -> AsyncIterator[WhisperedAnswer]:
        """Begin an answer for the asker alone."""
        yield WhisperedAnswer(self._client, self._session, place, asker)

    async def open_thread(self, place: Place, text: str, bookmark: Bookmark) -> Place:
        """Post `text` to the channel, once, and return the thread that hangs on it. Raises `ChatError`."""
        if kept := bookmark.get(THREAD):
            return replace(place, thread=kept)
        thread = await self._find_root(place, bookmark) if bookmark.was_begun else ""
        if not thread:
            bookmark.check()
            content = message(harmless(text)[:MESSAGE_LIMIT]) | {"metadata": mark(bookmark.reference)}
            response = await call(self._client.chat_postMessage, channel=place.channel, **content)
            thread = str(response["ts"])
        await bookmark.keep(THREAD, thread)
        return replace(place, thread=thread)

    async def _find_root(self, place: Place, bookmark: Bookmark) -> str:
        """Return the message that a former try of this turn posted before it could keep the bookmark, "" for none."""
        page = await call(
            self._client.conversations_history, channel=place.channel, include_all_metadata=True, limit=LEFT_BEHIND
        )
        return next((str(found["ts"]) for found in page["messages"] if mark_of(found) == bookmark.reference), "")

    async def upload(self, place: Place, files: Sequence[Upload], bookmark: Bookmark) -> None:
        """Upload files to a thread or a channel as one message, ten at most in each, once. Raises `ChatError`.

        Slack's three steps, by hand: the files' ids have to be kept before they are shared, as a file bears no mark.
        """
        for first in range(0, len(files), FILES_PER_MESSAGE):
            await self._upload_together(place, files[first : first + FILES_PER_MESSAGE], bookmark)

    async def _upload_together(self, place: Place, files: Sequence[Upload], bookmark: Bookmark) -> None:
        key = " ".join(("files", *(file.name for file in files)))
        if (kept := bookmark.get(key)) and await self._is_shared(kept):
            return
        shared = [{"id": await self._announce(file), "title": file.name} for file in files]
        await bookmark.keep(key, shared[0]["id"])
        bookmark.check()
        await call(
            self._client.files_completeUploadExternal,
            files=shared,
            channel_id=place.channel,
            thread_ts=place.thread or None,
        )

    async def _announce(self, file: Upload) -> str:
        """Bring a file's bytes to Slack, where nobody sees them yet; return its id."""
        target = await call(self._client.files_getUploadURLExternal, filename=file.name, length=len(file.content))
        await self._send(urljoin(self._client.base_url, str(target["upload_url"])), file.content)
        return str(target["file_id"])

    async def _send(self, url: str, data: bytes) -> None:
        with translated():
            async with self._session.post(url, data=data, timeout=aiohttp.ClientTimeout(TIMEOUT)) as response:
                response.raise_for_status()

    async def _is_shared(self, file: str) -> bool:
        """Tell whether a file that was announced has been shared, too; until then Slack does not know it."""
        try:
            return bool((await call(self._client.files_info, file=file))["file"].get("shares"))
        except ChatError as error:
            if error.code != "file_not_found":
                raise
            return False

    def locate(self, link: str, place: Place) -> Target | None:
        """Read a link to a message, a channel or a file of Slack's; None for any other."""
        return lookup.locate(link, place)

    async def venue(self, place: Place, person: str) -> Venue:
        """Describe a channel. Raises `NotInChannelError` for one that the bot can't see, `ChatError`."""
        return await self._lookup.venue(place, person)

    async def reader(self, person: str) -> Reader:
        """Look up somebody's time zone and language. Raises `ChatError`."""
        return await self._lookup.reader(person)

    async def shared_file(self, place: Place, file: str) -> SharedFile:
        """Describe a file. Raises `ChatError`."""
        return await self._lookup.file(place, file)

    async def download(self, place: Place, file_id: str, limit: int) -> bytes:  # noqa: ARG002 - the port's
        """Return a posted file's bytes, `limit` at most. Raises `FileError`, `ChatError`."""
        return await download(self._client, self._session, file_id, limit)

    async def open_direct(self, place: Place, asker: Asker) -> Place:
        """Return the place of direct messages with a person. Raises `ChatError`."""
        response = await call(self._client.conversations_open, users=asker.person)
        return replace(place, channel=str(response["channel"]["id"]), thread="")

    async def standing(self, place: Place, person: str) -> Standing:
        """Look up a person's membership of the channel and rank in the workspace. Raises `ChatError`."""
        user = (await call(self._client.users_info, user=person))["user"]
        is_admin = bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner"))
        return Standing(is_member=await self._lookup.is_member(place.channel, person), is_admin=is_admin)
