"""Slack as the chat platform of the use cases."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.access import Visitor
from bot.core.ports import Standing
from bot.slack import forms, home, lookup
from bot.slack.answer import Outlet, StreamedAnswer
from bot.slack.api import call
from bot.slack.card import Cards
from bot.slack.download import download
from bot.slack.history import History
from bot.slack.left_behind import LOOKED_THROUGH
from bot.slack.lookup import Lookup
from bot.slack.message import Part, mark, mark_of
from bot.slack.people import People, mention
from bot.slack.permalink import permalink
from bot.slack.posts import Posts
from bot.slack.sessions import Sessions
from bot.slack.split import MESSAGE_LIMIT
from bot.slack.streams import Streams
from bot.slack.text import harmless
from bot.slack.upload import Files
from bot.slack.whisper import WhisperedAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.control import Control, Form
    from bot.core.conversation import Place, Said
    from bot.core.home import Section
    from bot.core.ports import Asker, Bookmark, Upload
    from bot.core.reading import Reader, SharedFile, Target, Venue
    from bot.slack.budget import Budget
    from bot.slack.identity import Identity

THREAD = "thread"  # the bookmark of the message that a command's thread hangs on


class SlackChat:
    """Implements `core.ports.Chat` over one client and one connection pool."""

    def __init__(
        self, client: AsyncWebClient, identity: Identity, session: aiohttp.ClientSession, budget: Budget
    ) -> None:
        self._client = client
        self._identity = identity
        self._session = session
        self._budget = budget
        self._out = Outlet(
            client=client,
            identity=identity,
            sessions=Sessions(client, budget),
            streams=Streams(client, budget),
            posts=Posts(client, budget),
            files=Files(client, session),
        )
        self._cards = Cards(client, identity, budget, self._out.posts)
        self._lookup = Lookup(client)
        self._people = People(client)
        self._history = History(client, identity, self._people)

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

    def answer(
        self, place: Place, asker: Asker, bookmark: Bookmark, *, to: str, instead: str = "", title: str = ""
    ) -> StreamedAnswer:
        """Begin an answer in a thread to its message `to`, or a new one `instead` of a message."""
        return StreamedAnswer(self._out, place, asker, bookmark, to=to, instead=instead, title=title)

    @asynccontextmanager
    async def whisper(
        self, place: Place, asker: Asker, bookmark: Bookmark | None = None
    ) -> AsyncIterator[WhisperedAnswer]:
        """Begin an answer for the asker alone."""
        yield WhisperedAnswer(self._client, self._session, self._budget, place, asker, bookmark)

    async def open_thread(self, place: Place, text: str, bookmark: Bookmark) -> Place:
        """Post `text` to the channel, once, and return the thread that hangs on it. Raises `ChatError`."""
        if kept := bookmark.get(THREAD):
            return replace(place, thread=kept)
        thread = await self._find_root(place, bookmark) if bookmark.was_begun else ""
        if not thread:
            part = Part(harmless(text)[:MESSAGE_LIMIT])
            thread = await self._out.posts.post(place, part, mark(bookmark.reference), bookmark.check)
        await bookmark.keep(THREAD, thread)
        return replace(place, thread=thread)

    async def _find_root(self, place: Place, bookmark: Bookmark) -> str:
        """Return the message that a former try of this turn posted before it could keep the bookmark, "" for none."""
        page = await call(
            self._client.conversations_history, channel=place.channel, include_all_metadata=True, limit=LOOKED_THROUGH
        )
        return next((str(found["ts"]) for found in page["messages"] if mark_of(found) == bookmark.reference), "")

    async def post(
        self,
        place: Place,
        text: str,
        bookmark: Bookmark,
        *,
        key: str,
        controls: Sequence[Control] = (),
        to: Sequence[str] = (),
    ) -> str:
        """Post a message, once for a bookmark's `key`; return its id. Raises `NotInChannelError`, `ChatError`."""
        return await self._cards.post(place, text, bookmark, key=key, controls=controls, to=to)

    async def edit(
        self, place: Place, message: str, text: str, bookmark: Bookmark, *, controls: Sequence[Control] = ()
    ) -> None:
        """Change a message of ours. Raises `GoneError`, `ChatError`."""
        await self._cards.edit(place, message, text, bookmark, controls=controls)

    async def react(self, place: Place, message: str, reaction: str, *, instead: str = "") -> None:
        """Put a reaction under a message, `instead` of another one of ours; "" for none. Raises `ChatError`."""
        await self._cards.react(place, message, reaction, instead=instead)

    async def upload(self, place: Place, files: Sequence[Upload], bookmark: Bookmark) -> None:
        """Upload files to a thread or a channel as one message, ten at most in each, once. Raises `ChatError`."""
        await self._out.files.upload(place, files, bookmark)

    def locate(self, link: str, place: Place) -> Target | None:
        """Read a link to a message, a channel or a file of Slack's; None for any other."""
        return lookup.locate(link, place)

    async def venue(self, place: Place, person: str) -> Venue:
        """Describe a channel. Raises `NotInChannelError` for one that the bot can't see, `ChatError`."""
        return await self._lookup.venue(place, person)

    async def reader(self, person: str) -> Reader:
        """Look up somebody's time zone and language. Never raises."""
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
        rank = await self._people.rank(person, anew=True)
        is_member = not place.channel or await self._lookup.is_member(place.channel, person)
        return Standing(is_member=is_member, is_admin=rank.is_admin)

    async def visitor(self, place: Place, person: str) -> Visitor:
        """Tell who somebody is, as known for an hour at most. Raises `ChatError`."""
        us, rank = await self._identity(), await self._people.rank(person)
        return Visitor(
            person,
            is_admin=rank.is_admin,
            is_guest=rank.is_guest,
            is_outsider=rank.organisations.isdisjoint({us.team_id, us.enterprise_id}),
            is_direct=place.channel.startswith("D"),
        )

    async def channels(self, place: Place, person: str) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - the port's
        """Return the ids and names of the channels that both the bot and a person are in. Raises `ChatError`."""
        return await self._lookup.channels(person)

    async def show_home(self, place: Place, person: str, sections: Sequence[Section]) -> None:  # noqa: ARG002 - the port's
        """Show a person's home tab, in the place of what it was. Raises `ChatError`."""
        await home.publish(self._client, person, sections)

    async def show_form(self, form_id: str, form: Form) -> None:
        """Put a form in the place of one that is open. Raises `ChatError`."""
        await forms.update(self._client, form_id, form)
