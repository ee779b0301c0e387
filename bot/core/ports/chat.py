"""A chat platform: what the bot reads there, and how it posts. Texts are Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.core.ports.files import FileReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from bot.core.domain.interaction import Action, Control, Form, Section
    from bot.core.domain.message import FileRef, HistoryMessage, Place, Upload
    from bot.core.domain.people import (
        ChannelMembership,
        JoinedChannel,
        Participant,
        Reader,
        Requester,
        SharedFile,
        Target,
        Venue,
    )
    from bot.core.domain.platform_search import PlatformMessage, SearchGap
    from bot.core.domain.tool import Step
    from bot.turn import Checkpoint


class Answer(Protocol):
    """A message of the bot's that is being written.

    Used as `async with chat.answers.begin(…) as answer`: the person sees a status from the start, and it is cleared
    however the block exits. `finish`, `replace` or `withdraw` ends it.
    """

    def write(self, text: str) -> None:
        """Add text. It becomes visible as soon as the platform allows; never blocks, never raises."""

    def think(self, text: str) -> None:
        """Add to the model's thinking, which is shown apart from the answer. Never blocks, never raises."""

    def step(self, step: Step) -> None:
        """Show a step of the work on the answer; it replaces an earlier one with its id. Never blocks, never raises.

        A step that still runs when the answer ends is shown as failed.
        """

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Show the work's progress where the answer will be. Never blocks, never raises."""

    async def finish(self, ending: str = "", *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show all of the text and `ending`; return the message's id, "" if it has none.

        The `footer`, in small letters, and the controls are below. Raises `GoneError`, `ChatError`.
        """

    async def replace(
        self, text: str, *, footer: str = "", controls: Sequence[Control] = (), for_now: bool = False
    ) -> str:
        """Show `text` instead of what was written; return as `finish` does. Raises `GoneError`, `ChatError`.

        `for_now`: another try of the turn, or a later one, replaces it. It isn't shown where that can't be done.
        """

    async def withdraw(self) -> None:
        """Remove what was shown; an answer that it was to replace stays. Raises `ChatError`."""


class ChatAnswers(Protocol):
    """Answers to people."""

    def begin(
        self, place: Place, asker: Requester, checkpoint: Checkpoint, *, to: str, instead: str = "", title: str = ""
    ) -> AbstractAsyncContextManager[Answer]:
        """Start an answer in a thread to its message `to`, visible to all, streamed if possible.

        `instead`: an answer that it replaces. `title`: what the thread is about, where it begins.
        """

    def ephemeral(
        self, place: Place, asker: Requester, checkpoint: Checkpoint | None = None
    ) -> AbstractAsyncContextManager[Answer]:
        """Start an ephemeral answer, which only the asker sees, and which is shown when it is finished.

        With a `checkpoint`, it is kept under `bot.core.ephemeral_once.KEY` until it has been shown.
        """

    async def open_thread(self, place: Place, text: str, checkpoint: Checkpoint) -> Place:
        """Post `text` to a channel and return its thread. Raises `NotInChannelError`, `ChatError`."""


class ChatPosts(Protocol):
    """Messages that answer no one, each posted once, and what is attached to messages."""

    async def post(
        self,
        place: Place,
        text: str,
        checkpoint: Checkpoint,
        *,
        key: str,
        controls: Sequence[Control] = (),
        to: Sequence[str] = (),
        last_look: Callable[[], Awaitable[None]] | None = None,
    ) -> str:
        """Post a message to a thread or a channel, once for a checkpoint's `key`; return its id.

        `to`: the people and groups to mention first, so that they are notified. `last_look` runs right before it is
        posted, but not if an earlier try has posted it; it may raise, and then nothing is posted. Raises
        `NotInChannelError`, `ChatError`.
        """

    async def edit(
        self, place: Place, message: str, text: str, checkpoint: Checkpoint, *, controls: Sequence[Control] = ()
    ) -> None:
        """Change a message of ours. Raises `GoneError`, `ChatError`."""

    async def delete(self, place: Place, message: str, checkpoint: Checkpoint) -> None:
        """Delete a message of ours; it may be gone already. Raises `ChatError`."""

    async def remove_control(self, action: Action, checkpoint: Checkpoint, *, since: str = "") -> None:
        """Remove a button that was used from its message; a note that only one person sees goes as a whole.

        `since`: from each message between that and the action's, whatever the button carries. Raises `ChatError`.
        """

    async def react(self, place: Place, message: str, reaction: str, *, instead: str = "") -> None:
        """Add a reaction to a message, `instead` of another one of ours; "" for none. Raises `ChatError`."""

    async def upload(self, place: Place, files: Sequence[Upload], checkpoint: Checkpoint) -> Sequence[str]:
        """Post files to a thread or a channel as one message, once; return their ids. Raises `ChatError`."""

    async def open_direct(self, place: Place, asker: Requester) -> Place:
        """Return the place of direct messages between the bot and the asker. Raises `ChatError`."""


class ChatDocuments(Protocol):
    """Documents of ours beside messages: canvases, which not every workspace lets the bot have, and files."""

    async def create(self, place: Place, title: str, text: str, checkpoint: Checkpoint) -> str:
        """Create a canvas that only the bot can open so far; return its id. Raises `ChatError`."""

    async def link(self, place: Place, canvas: str) -> str:
        """Write the address where people open a canvas. Raises `ChatError`."""

    async def share(self, place: Place, canvas: str, checkpoint: Checkpoint) -> None:
        """Let who reads a channel read a canvas whose address was posted there, and no one else. Raises `ChatError`."""

    async def delete(self, place: Place, canvas: str, checkpoint: Checkpoint) -> None:
        """Delete a canvas of ours; it may be gone already. Raises `ChatError`."""

    async def delete_file(self, place: Place, file: str, checkpoint: Checkpoint) -> None:
        """Delete a file of ours; it may be gone already. Raises `ChatError`."""


class ChatHistory(Protocol):
    """What was said, and the addresses by which people find it."""

    def thread(self, place: Place, after: str = "", before: str = "") -> AsyncIterator[tuple[HistoryMessage, ...]]:
        """Read a thread page by page, oldest first, between the messages `after` and `before`.

        Raises `ChatError`, `UnfinishedError` where 50,000 messages, or the platform's pages, come to no end.
        """

    def channel(
        self, place: Place, after: datetime, before: datetime | None = None
    ) -> AsyncIterator[tuple[HistoryMessage, ...]]:
        """Read a channel's own messages page by page, newest first; without replies in threads.

        Raises `ChatError`, `UnfinishedError` where 50,000 messages, or the platform's pages, come to no end.
        """

    def permalink(self, place: Place, message: str) -> str:
        """Write the address of a message, by which people find it."""

    def written_at(self, message: str) -> datetime:
        """Return when a message was written, as its id tells; long ago for an id that does not."""

    def locate(self, link: str, place: Place) -> Target | None:
        """Read a link to a message, a channel or a file of this platform; None for any other."""


class ChatSearch(Protocol):
    """The platform's own search, in what everybody in the workspace can read."""

    async def messages(
        self, place: Place, asker: Requester, message: str, query: str, limit: int
    ) -> tuple[PlatformMessage, ...] | SearchGap:
        """Search on behalf of the asker's `message` in a place, the best first, `limit` and 20 at most.

        The platform sees the query. A question that came otherwise than as a message, or minutes ago, is
        `SearchGap.NOT_FRESH`. What it returns must be neither stored nor logged. Never raises.
        """


class ChatDirectory(Protocol):
    """Channels and people, as the platform knows them."""

    async def venue(self, place: Place, person: str) -> Venue:
        """Look up a channel. Raises `NotInChannelError` for one that the bot can't see, `ChatError`."""

    async def is_shared(self, place: Place) -> bool:
        """Return whether people of other organizations are in a channel, as known for ten minutes at most.

        Raises `ChatError`.
        """

    async def channels(self, place: Place, person: str) -> tuple[JoinedChannel, ...]:
        """Return the channels that both the bot and a person are in, 1,000 at most. Raises `ChatError`."""

    async def reader(self, place: Place, person: str) -> Reader:
        """Look up in which time zone and language a person reads. Never raises."""

    async def participant(self, place: Place, person: str) -> Participant:
        """Return who someone is, as known for an hour at most; a stranger is an outsider. Raises `ChatError`."""

    async def membership(self, place: Place, person: str) -> ChannelMembership:
        """Look up whether a person is a member of the channel and an admin of the workspace. Raises `ChatError`.

        All of a workspace's people are in its own place, which has no channel.
        """


class Mentions(Protocol):
    """How people and channels are mentioned."""

    def mention(self, person: str) -> str:
        """Write a mention of a person in the platform's form."""

    def channel(self, channel: str) -> str:
        """Write a mention of a channel in the platform's form, "" for direct messages, which have none."""


class ChatNames(Mentions, Protocol):
    """What people, groups and channels are called."""

    async def spell_out(self, place: Place, text: str) -> str:
        """Replace the ids of groups and channels in a text with their names. Never raises."""

    async def of(self, place: Place, people: Collection[str], texts: Iterable[str] = ()) -> Mapping[str, str]:
        """Return the names of people, and of those whom texts mention, by their mentions. Never raises."""

    async def called(self, place: Place, people: Collection[str], texts: Iterable[str] = ()) -> Collection[str]:
        """Return all names that these people go by, as far as known. Never raises."""

    async def groups(self, place: Place) -> Collection[str]:
        """Return the names of the workspace's user groups, `@oncall`. Never raises."""

    async def own(self, place: Place) -> str:
        """Return the bot's name, "" if not known. Never raises."""


class ChatFiles(Protocol):
    """Files that people posted."""

    async def shared(self, place: Place, file: str) -> SharedFile:
        """Look up who posted and shared a file. Raises `ChatError`."""

    async def link(self, place: Place, shared: SharedFile) -> str:
        """Write the address where people open a file. Raises `ChatError`."""

    async def describe(self, place: Place, file: FileRef) -> FileRef:
        """Look up what a file is, and whether it is available. Raises `FileError`, `ChatError`."""

    async def download(self, place: Place, file_id: str, limit: int) -> bytes:
        """Return the bytes of a file that a person posted, `limit` at most. Raises `FileError`, `ChatError`."""


class ChatViews(Protocol):
    """What people see of the bot beside messages."""

    async def show_home(self, place: Place, person: str, sections: Sequence[Section]) -> None:
        """Replace a person's home. Raises `ChatError`."""

    async def show_form(self, place: Place, form_id: str, form: Form) -> None:
        """Replace an open form. Raises `ChatError`, also if it was closed meanwhile."""


@dataclass(frozen=True, slots=True)
class Chat:
    """All that use cases ask of a chat platform."""

    answers: ChatAnswers
    posts: ChatPosts
    documents: ChatDocuments
    history: ChatHistory
    search: ChatSearch
    directory: ChatDirectory
    names: ChatNames
    files: ChatFiles
    views: ChatViews
    file_reader: FileReader  # reads the files that people post there, and those of code that are in messages
