"""Read what a team has on its chat platform: a file that someone posted, and a channel's settled threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.knowledge import ReadPage
from bot.core.domain.message import FileState, Place
from bot.core.domain.page import FetchedFile
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.reading import Inventory, PageReading
from bot.core.ports import Chat
from bot.core.ports.feedback_store import FeedbackStore
from bot.core.ports.pages import PageReader
from bot.errors import ChatError, FileError, GoneError, NotInChannelError, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.knowledge import KnowledgeSource, KnownPage
    from bot.core.domain.message import HistoryMessage
    from bot.core.domain.people import SharedFile

LARGEST = 20_000_000  # bytes of a file
SINCE = timedelta(days=365)  # how old a thread may be
MOST_THREADS = 2_000  # of a channel
MOST_MESSAGES = 200  # of a thread
LONGEST_TITLE = 100  # characters
DONE = frozenset(("white_check_mark", "heavy_check_mark", "ballot_box_with_check"))  # how people mark what is settled
_NOT_THERE = frozenset(("file_not_found", "file_deleted"))


@dataclass(frozen=True, slots=True)
class FileSource:
    """Implements `SourceReader` for a file that someone posted."""

    chat: Chat
    reader: PageReader

    async def find(self, source: KnowledgeSource) -> Inventory:
        """Look whether the file is there, for all whom it serves. Raises `PageError`."""
        await self._file(source)
        return Inventory([source.address])

    async def read(self, source: KnowledgeSource, known: KnownPage, inventory: Inventory) -> PageReading:  # noqa: ARG002 (of sites)
        """Read the file. Raises `PageError`."""
        place, shared = Place(source.workspace, source.channel), await self._file(source)
        file = shared.file
        try:
            data = await self.chat.files.download(place, file.id, LARGEST)
            link = await self.chat.files.link(place, shared)
        except FileError:
            raise PageError(faults.UNREADABLE, is_whole=True) from None
        except ChatError as error:
            raise _away(error) from None
        page = await self.reader.read_page(FetchedFile(f"file:///{file.name}", file.media_type, data))
        kept = ReadPage(known.address, link, file.name, page.text, page.language, page.changed_at)
        return PageReading(kept, known.address)

    async def _file(self, source: KnowledgeSource) -> SharedFile:
        """Return the file, if everyone whom it serves can open it. Raises `PageError`."""
        place = Place(source.workspace, source.channel)
        try:
            shared = await self.chat.files.shared(place, source.address)
        except ChatError as error:
            if error.code in _NOT_THERE:
                raise PageError(faults.GONE, is_gone=True, is_whole=True) from None
            raise _away(error) from None
        if not shared.is_public and place not in shared.places:
            raise PageError(faults.PRIVATE_FILE, is_gone=True, is_whole=True)
        if shared.file.state is not FileState.HERE:
            raise PageError(faults.UNREADABLE, is_whole=True)
        return shared


@dataclass(frozen=True, slots=True)
class ChannelSource:
    """Implements `SourceReader` for a channel: feedback that was resolved, and threads that people marked as done."""

    chat: Chat
    feedback: FeedbackStore

    async def find(self, source: KnowledgeSource) -> Inventory:
        """Find a channel's settled threads, the newest first. Raises `PageError`."""
        place = Place(source.workspace, source.address)
        since, threads = datetime.now(UTC) - SINCE, dict[str, None]()
        try:
            await self._check(source)
            records = await self.feedback.statistics.recent(place, since, MOST_THREADS)
            unsettled = {one.message for one in records if one.status is not FeedbackStatus.RESOLVED}
            threads |= {one.message: None for one in records if one.message not in unsettled}
            async for page in self.chat.history.channel(place, since):
                threads |= {one.id: None for one in page if one.reply_count and _marks(one)}
        except NotInChannelError:
            raise PageError(faults.NOT_IN_CHANNEL, is_whole=True) from None
        except UnfinishedError:
            pass  # what is older is left out
        except ChatError as error:
            raise _away(error) from None
        found = sorted(threads, reverse=True)
        return Inventory(found[:MOST_THREADS], len(found[MOST_THREADS:]))

    async def _check(self, source: KnowledgeSource) -> None:
        """Make sure that all whom a channel serves may read it. Raises `PageError`, `ChatError`."""
        if source.channel == source.address:
            return
        try:
            venue = await self.chat.directory.venue(Place(source.workspace, source.address), source.added_by)
        except NotInChannelError:  # only a private channel hides from who is not in it
            raise PageError(faults.PRIVATE_CHANNEL, is_gone=True, is_whole=True) from None
        if venue.is_private:
            raise PageError(faults.PRIVATE_CHANNEL, is_gone=True, is_whole=True)

    async def read(self, source: KnowledgeSource, known: KnownPage, inventory: Inventory) -> PageReading:  # noqa: ARG002 (of sites)
        """Read a thread as a question and its answer. Raises `PageError`."""
        place = Place(source.workspace, source.address, known.address)
        messages: list[HistoryMessage] = []
        try:
            async for page in self.chat.history.thread(place):
                messages += page
                if len(messages) >= MOST_MESSAGES:
                    break
        except GoneError:
            raise PageError(faults.GONE, is_gone=True) from None
        except ChatError as error:
            raise _away(error) from None
        if (written := as_page(messages[:MOST_MESSAGES])) is None:
            raise PageError(faults.NO_ANSWER, is_gone=True)
        title, text, people = written
        kept = ReadPage(
            address=known.address,
            link=self.chat.history.permalink(Place(source.workspace, source.address), known.address),
            title=title,
            text=text,
            changed_at=messages[-1].at,
            people=people,
        )
        return PageReading(kept, known.address)


def settled(messages: Sequence[HistoryMessage]) -> tuple[HistoryMessage, ...] | None:
    """Return a thread's question and what answers it, None without an answer.

    The answer is what others replied, or of that only what is marked as it.
    """
    if not messages or not messages[0].text.strip():
        return None
    question, *replies = messages
    answers = [one for one in replies if not one.is_own and one.text.strip()]
    chosen = [one for one in answers if _marks(one)] or answers
    return (question, *chosen) if any(one.author != question.author for one in chosen) else None


def as_page(messages: Sequence[HistoryMessage]) -> tuple[str, str, tuple[str, ...]] | None:
    """Write a thread as a question and its answer; return its title, its text and who said it, None without an answer.

    Who said it is not in the text.
    """
    if (found := settled(messages)) is None:
        return None
    question, *chosen = found
    title = " ".join(question.text.split())
    parts = [f"# {title[:LONGEST_TITLE]}", "## Question", question.text.strip(), "## Answer"]
    parts += [one.text.strip() for one in chosen]
    people = tuple(sorted({one.author for one in (question, *chosen) if one.author}))
    return title[:LONGEST_TITLE], "\n\n".join(parts), people


def _away(error: ChatError) -> PageError:
    rest = getattr(error, "retry_after", None)
    return PageError(faults.CHAT_AWAY, is_whole=True, is_transient=error.is_transient, retry_after=rest)


def _marks(message: HistoryMessage) -> bool:
    return any(name in DONE for name, _ in message.reactions)
