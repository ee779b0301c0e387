"""Slack as the chat platform of the use cases."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.domain.people import ChannelMembership, Participant
from bot.errors import ChatError
from bot.slack.client import lookup
from bot.slack.client.api import call
from bot.slack.client.download import describe, download
from bot.slack.client.names import ids_in, spelled
from bot.slack.client.people import mention
from bot.slack.client.permalink import permalink
from bot.slack.client.text import harmless
from bot.slack.client.turn_mark import mark
from bot.slack.outbound import home, modal_view
from bot.slack.outbound.answer import StreamedAnswer
from bot.slack.outbound.answer_context import AnswerContext
from bot.slack.outbound.ephemeral import EphemeralAnswer
from bot.slack.outbound.message import Part
from bot.slack.outbound.recovery import find_in_channel
from bot.slack.outbound.split import MESSAGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Sequence
    from datetime import datetime

    import aiohttp

    from bot.core.domain.interaction import Control, Form, Section
    from bot.core.domain.message import FileRef, HistoryMessage, Place, Upload
    from bot.core.domain.people import Reader, Requester, SharedFile, Target, Venue
    from bot.core.ports import Checkpoint, FileReader
    from bot.slack.client.rate_limit import Budget
    from bot.slack.workspaces import WorkspaceClient, WorkspaceClients

THREAD = "thread"  # the checkpoint of the message that a command's thread hangs on


class SlackChat:
    """Implements `core.ports.Chat`: each call goes by the token of the place's workspace."""

    def __init__(
        self, teams: WorkspaceClients, session: aiohttp.ClientSession, budget: Budget, files: FileReader
    ) -> None:
        self._teams = teams
        self._session = session
        self._budget = budget
        self.files = files

    def _of(self, place: Place) -> WorkspaceClient:
        return self._teams.of(place.workspace)

    def mention(self, person: str) -> str:
        """Write a person's name as Slack links it."""
        return mention(person)

    async def spelled(self, place: Place, text: str) -> str:
        """Replace the ids of groups and channels in a text with their names. Never raises."""
        ids = [one for one in ids_in(text) if not one.startswith(("U", "W"))]
        return spelled(text, await self._of(place).names.of(ids)) if ids else text

    async def names(self, place: Place, people: Collection[str], texts: Iterable[str] = ()) -> dict[str, str]:
        """Return what people are called, and those whom texts mention, by their mentions. Never raises."""
        mentioned = (one for text in texts for one in ids_in(text) if one.startswith(("U", "W")))
        wanted = dict.fromkeys([*people, *mentioned])
        found = await self._of(place).names.of(wanted)
        return {mention(one): name for one, name in found.items() if name != one}

    async def group_names(self, place: Place) -> Collection[str]:
        """Return what the workspace's user groups are called, `@oncall`. Never raises."""
        return await self._of(place).names.groups()

    async def own_name(self, place: Place) -> str:
        """Return what the bot is called. Never raises."""
        try:
            us = (await self._of(place).identity()).bot_user_id or ""
        except ChatError:
            return ""
        name = (await self._of(place).names.of([us])).get(us, us)
        return name if name != us else ""

    def read_thread(self, place: Place, after: str = "", before: str = "") -> AsyncIterator[tuple[HistoryMessage, ...]]:
        """Read a thread page by page, oldest first, between two messages. Raises `ChatError`."""
        return self._of(place).history.thread(place, after, before)

    def read_channel(
        self, place: Place, after: datetime, before: datetime | None = None
    ) -> AsyncIterator[tuple[HistoryMessage, ...]]:
        """Read a channel's own messages page by page, newest first. Raises `ChatError`."""
        return self._of(place).history.channel(place, after, before)

    def permalink(self, place: Place, message: str) -> str:
        """Write the address of a message."""
        return permalink(self._of(place).identity.url, place.channel, message, place.thread)

    def answer(
        self, place: Place, asker: Requester, checkpoint: Checkpoint, *, to: str, instead: str = "", title: str = ""
    ) -> StreamedAnswer:
        """Begin an answer in a thread to its message `to`, or a new one `instead` of a message."""
        return StreamedAnswer(AnswerContext(self._of(place).out, place, asker, checkpoint, to, instead, title))

    @asynccontextmanager
    async def whisper(
        self, place: Place, asker: Requester, checkpoint: Checkpoint | None = None
    ) -> AsyncIterator[EphemeralAnswer]:
        """Begin an answer for the asker alone."""
        client = self._of(place).client
        yield EphemeralAnswer(client, self._session, self._budget, place, asker, checkpoint)

    async def open_thread(self, place: Place, text: str, checkpoint: Checkpoint) -> Place:
        """Post `text` to the channel, once, and return the thread that hangs on it. Raises `ChatError`."""
        if kept := checkpoint.get(THREAD):
            return replace(place, thread=kept)
        out = self._of(place).out
        # What an earlier try of the turn posted before it could keep it.
        thread = await find_in_channel(out.client, place, checkpoint.reference) if checkpoint.was_begun else ""
        if not thread:
            part = Part(harmless(text)[:MESSAGE_LIMIT])
            thread = await out.posts.post(place, part, mark(checkpoint.reference), checkpoint.check)
        await checkpoint.keep(THREAD, thread)
        return replace(place, thread=thread)

    async def post(
        self,
        place: Place,
        text: str,
        checkpoint: Checkpoint,
        *,
        key: str,
        controls: Sequence[Control] = (),
        to: Sequence[str] = (),
    ) -> str:
        """Post a message, once for a checkpoint's `key`; return its id. Raises `NotInChannelError`, `ChatError`."""
        return await self._of(place).cards.post(place, text, checkpoint, key=key, controls=controls, to=to)

    async def edit(
        self, place: Place, message: str, text: str, checkpoint: Checkpoint, *, controls: Sequence[Control] = ()
    ) -> None:
        """Change a message of ours. Raises `GoneError`, `ChatError`."""
        await self._of(place).cards.edit(place, message, text, checkpoint, controls=controls)

    async def react(self, place: Place, message: str, reaction: str, *, instead: str = "") -> None:
        """Put a reaction under a message, `instead` of another one of ours; "" for none. Raises `ChatError`."""
        await self._of(place).cards.react(place, message, reaction, instead=instead)

    async def upload(self, place: Place, files: Sequence[Upload], checkpoint: Checkpoint) -> None:
        """Upload files to a thread or a channel as one message, ten at most in each, once. Raises `ChatError`."""
        await self._of(place).out.files.upload(place, files, checkpoint)

    def locate(self, link: str, place: Place) -> Target | None:
        """Read a link to a message, a channel or a file of Slack's; None for any other."""
        return lookup.locate(link, place)

    async def venue(self, place: Place, person: str) -> Venue:
        """Describe a channel. Raises `NotInChannelError` for one that the bot can't see, `ChatError`."""
        return await self._of(place).lookup.venue(place, person)

    async def reader(self, place: Place, person: str) -> Reader:
        """Look up somebody's time zone and language. Never raises."""
        return await self._of(place).lookup.reader(person)

    async def shared_file(self, place: Place, file: str) -> SharedFile:
        """Describe a file. Raises `ChatError`."""
        return await self._of(place).lookup.file(place, file)

    async def describe(self, place: Place, file: FileRef) -> FileRef:
        """Look up what a file is. Raises `FileError`, `ChatError`."""
        return replace(await describe(self._of(place).client, file), is_shared=file.is_shared)

    async def download(self, place: Place, file_id: str, limit: int) -> bytes:
        """Return a posted file's bytes, `limit` at most. Raises `FileError`, `ChatError`."""
        return await download(self._of(place).client, self._session, file_id, limit)

    async def open_direct(self, place: Place, asker: Requester) -> Place:
        """Return the place of direct messages with a person. Raises `ChatError`."""
        response = await call(self._of(place).client.conversations_open, users=asker.person)
        return replace(place, channel=str(response["channel"]["id"]), thread="")

    async def standing(self, place: Place, person: str) -> ChannelMembership:
        """Look up a person's membership of the channel and rank in the workspace. Raises `ChatError`."""
        rank = await self._of(place).people.rank(person, anew=True)
        is_member = not place.channel or await self._of(place).lookup.is_member(place.channel, person)
        return ChannelMembership(is_member=is_member, is_admin=rank.is_admin)

    async def visitor(self, place: Place, person: str) -> Participant:
        """Tell who somebody is, as known for an hour at most. Raises `ChatError`."""
        team = self._of(place)
        us, rank = await team.identity(), await team.people.rank(person)
        return Participant(
            person,
            is_admin=rank.is_admin,
            is_guest=rank.is_guest,
            is_outsider=rank.organisations.isdisjoint({us.team_id, us.enterprise_id}),
            is_direct=place.channel.startswith("D"),
        )

    async def channels(self, place: Place, person: str) -> tuple[tuple[str, str], ...]:
        """Return the ids and names of the channels that both the bot and a person are in. Raises `ChatError`."""
        return await self._of(place).lookup.channels(person)

    async def show_home(self, place: Place, person: str, sections: Sequence[Section]) -> None:
        """Show a person's home tab, in the place of what it was. Raises `ChatError`."""
        await home.publish(self._of(place).client, person, sections)

    async def show_form(self, place: Place, form_id: str, form: Form) -> None:
        """Put a form in the place of one that is open. Raises `ChatError`."""
        await modal_view.update(self._of(place).client, form_id, form)
