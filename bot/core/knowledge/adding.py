"""Add a source: what may serve a place, and what is there already.

A private channel's words never serve another place: its threads are a source only in itself, and a file serves a wider
place only if everyone there can open it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.channel_reader import allow_file
from bot.core.domain.knowledge import KnowledgeSource, NewSource, SourceKind
from bot.core.domain.message import Place
from bot.core.domain.route import NOT_FOUND
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.reading import SourceReader
from bot.core.knowledge.source_text import UNCLEAR, SourceText, read
from bot.core.ports import Chat
from bot.core.ports.knowledge import KnowledgeSources
from bot.errors import ChatError, NotAllowedError, NotInChannelError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.domain.people import Requester

MOST_SOURCES = 50  # of a channel, and of a workspace; articles not counted
FULL = N_("There are {most} sources here already, and there is no room for more. Remove one first.")
KNOWN = N_("That is source {number} already.")
IN_DIRECT = N_(
    "Knowledge belongs to a channel or to the workspace: add it there, or end what you type with `workspace`."
)
KNOWN_EVERYWHERE = N_("That is source {number} of the workspace already, so I answer from it here, too.")
NOT_IN_CHANNEL = N_("I'm not in that channel, so I can't read it: invite me there first.")
NOT_YOURS = N_("You aren't in that channel, so you can't add it.")
PRIVATE_CHANNEL = N_("That channel is private: what is said there can only be a source in the channel itself.")
NO_FILE = N_("I can't find that file, or you can't open it.")
PRIVATE_FILE = N_("Not everyone here can open that file: post it here first, or in a public channel.")
PRIVATE_FILE_EVERYWHERE = N_("Not everyone in the workspace can open that file: post it in a public channel first.")


@dataclass(frozen=True, slots=True)
class Adding:
    """Adds sources. `readers` read them, by their kinds."""

    sources: KnowledgeSources
    readers: Mapping[SourceKind, SourceReader]
    chat: Chat

    async def add(
        self, typed: str, place: Place, asker: Requester, channels: Sequence[tuple[str, str]]
    ) -> KnowledgeSource:
        """Add what was typed to a channel, or to the workspace where `place` has none. Raises as `checked` does."""
        return await self.sources.add(await self.checked(typed, place, asker, channels), datetime.now(UTC))

    async def checked(
        self,
        typed: str,
        place: Place,
        asker: Requester,
        channels: Sequence[tuple[str, str]],
        *,
        without: Collection[KnowledgeSource] = (),
    ) -> NewSource:
        """Return what was typed as a source that may serve a channel, or the workspace where `place` has none.

        `channels` are those that it names; the sources in `without` are about to go. Raises `UsageError`,
        `NotAllowedError`, `ChatError`.
        """
        source = await self._allowed(self._read(typed, place, channels), place, asker)
        held = [one for one in await self.sources.serving(place) if one not in without]
        for one in held:
            if (one.kind, one.address) == (source.kind, source.address):
                raise UsageError(_(KNOWN if one.channel == place.channel else KNOWN_EVERYWHERE, number=one.id))
        if sum(one.channel == place.channel and one.kind is not SourceKind.ARTICLE for one in held) >= MOST_SOURCES:
            raise UsageError(_(FULL, most=MOST_SOURCES))
        return NewSource(place.workspace, place.channel, source.kind, source.address, source.title, asker.person)

    def _read(self, typed: str, place: Place, channels: Sequence[tuple[str, str]]) -> SourceText:
        """Read what was typed: a link of this platform, a channel by its name, or what anyone can write."""
        text = _bare(typed)
        ids = {f"#{name}".casefold(): id_ for name, id_ in channels}
        if text.casefold() in ids:
            return read(f"#{ids[text.casefold()]}")
        target = self.chat.history.locate(text, place)
        if target is None:
            if text.startswith("#") and not text[1:].isupper():
                raise UsageError(_(NOT_FOUND, name=text[:40]))
            return read(text)
        if target.file:
            return read(f"file:{target.file}")
        if target.message or target.place.workspace != place.workspace:
            raise UsageError(_(UNCLEAR))
        return read(f"#{target.place.channel}")

    async def _allowed(self, source: SourceText, place: Place, asker: Requester) -> SourceText:
        """Return a source that may serve a place, with its name. Raises as `add` does."""
        if source.kind is SourceKind.CHANNEL:
            return await self._channel(source, place, asker)
        if source.kind is SourceKind.FILE:
            return await self._file(source, place, asker)
        if source.kind is SourceKind.FOLDER:
            await self._folder(source, place, asker)
        return source

    async def _folder(self, source: SourceText, place: Place, asker: Requester) -> None:
        """Look whether a folder of the operator's is there. Raises `UsageError`."""
        new = KnowledgeSource(0, place.workspace, place.channel, *source, asker.person, datetime.now(UTC))
        try:
            await self.readers[source.kind].find(new)
        except PageError as error:
            raise UsageError(_(error.fault)) from None

    async def _channel(self, source: SourceText, place: Place, asker: Requester) -> SourceText:
        try:
            venue = await self.chat.directory.venue(Place(place.workspace, source.address), asker.person)
        except NotInChannelError:
            raise UsageError(_(NOT_IN_CHANNEL)) from None
        if venue.is_private and not venue.has_person:
            raise NotAllowedError(_(NOT_YOURS))
        if not venue.has_bot:
            raise UsageError(_(NOT_IN_CHANNEL))
        if venue.is_private and place.channel != source.address:
            raise NotAllowedError(_(PRIVATE_CHANNEL))
        return source._replace(title=f"#{venue.name}")

    async def _file(self, source: SourceText, place: Place, asker: Requester) -> SourceText:
        try:
            shared = await self.chat.files.shared(place, source.address)
        except ChatError as error:
            if error.is_transient:
                raise
            raise UsageError(_(NO_FILE)) from None
        if not shared.is_public:
            await allow_file(shared, asker.person, directory=self.chat.directory)
        if not shared.is_public and replace(place, thread="") not in shared.places:
            raise NotAllowedError(_(PRIVATE_FILE if place.channel else PRIVATE_FILE_EVERYWHERE))
        return source._replace(title=shared.file.name)


def _bare(typed: str) -> str:
    """Return what was typed without what the platform puts around an address."""
    text = typed.strip().strip("`").strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1].partition("|")[0]
    return text
