"""Messages: where they are, who wrote them, what came with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(StrEnum):
    """The author of a turn."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said. `thread` is the id of its first message, "" for the channel itself."""

    workspace: str
    channel: str
    thread: str = ""

    def opaque(self, person: str) -> str:
        """Return a person's id for the model's API, unique across workspaces."""
        return f"{self.workspace}/{person}"


class FileState(StrEnum):
    """Whether a file is available, has to be looked up first, or why it can't be read."""

    HERE = ""
    UNKNOWN = "unknown"
    GONE = "gone"
    HIDDEN = "hidden"
    DENIED = "denied"
    OUTSIDE = "outside"
    PAGE = "page"
    UNHEARD = "unheard"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that came with a message: where to find it, not what is in it. `size` is in bytes, 0 where unknown.

    `is_shared`: it came with a message that this one forwards.
    """

    id: str
    name: str
    media_type: str
    size: int
    state: FileState = FileState.HERE
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """A message as the platform's own history has it.

    `text` is all that a person reads in it, people by their names and files by theirs; `words` has people in the
    platform's own form, so that they can be addressed, and `names` tells who those are. `name` is the author's.
    `is_for_bot`: it opens with a mention of the bot.
    `thread` is the id of the message that it hangs on, its own id when others hang on it, "" outside of threads.
    `is_own`: the bot said it. `last_reply`: when someone last answered to it. `reactions` are those of others, by the
    names of their emoji, with how many people gave each.
    """

    id: str
    author: str
    name: str
    text: str
    thread: str
    is_bot: bool
    files: tuple[FileRef, ...]
    at: datetime
    reply_count: int = 0
    words: str = ""
    is_own: bool = False
    is_for_bot: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    last_reply: datetime | None = None
    reactions: tuple[tuple[str, int], ...] = ()

    @property
    def votes(self) -> str:
        """The reactions as a line of text, as people vote and agree with them; "" for none."""
        told = ", ".join(f":{name}: {count}" for name, count in self.reactions)
        return f"[reactions: {told}]" if told else ""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A person's message, as a listener passes it on; the bot's own mention is removed from `text`.

    `home` is the workspace of the author, another one than `place.workspace` in a shared channel. `is_outsider`: it is
    another organization's. `addresses_other`: it opens by speaking to someone else. `answers_bot`: its thread hangs on
    a message of the bot's. `revision` sorts the edits of one message, "" before the first. `is_previewed`: `text` tells
    what the platform shows of links in it, too. `channels` are those that it names, each as its name, or its id where
    the platform gives none, and its id.
    """

    place: Place
    id: str
    author: str
    home: str
    text: str
    is_direct: bool
    mentions_bot: bool
    addresses_other: bool
    answers_bot: bool = False
    files: tuple[FileRef, ...] = ()
    is_bot: bool = False
    is_outsider: bool = False
    revision: str = ""
    is_previewed: bool = False
    channels: tuple[tuple[str, str], ...] = ()

    @property
    def opens_thread(self) -> bool:
        """Return whether the message is the first of its thread."""
        return self.id == self.place.thread

    @property
    def private_place(self) -> Place:
        """Where to show the author an ephemeral message: a platform may not show one in a thread without replies."""
        return replace(self.place, thread="") if self.opens_thread else self.place


@dataclass(frozen=True, slots=True)
class MessageEdit:
    """An edited message, or a deleted one, which has no text. `revision` orders the changes of one message.

    `concerns_bot`: as the message now stands, or stood last, it is for the bot whatever the thread.
    """

    place: Place
    id: str
    author: str
    home: str
    text: str
    revision: str
    files: tuple[FileRef, ...] = ()
    is_deleted: bool = False
    concerns_bot: bool = False
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class MessageUpdate:
    """A message as it stands now.

    `calls_bot`: it mentions the bot, and did not before; `adds_files`: it has new ones.
    """

    incoming: IncomingMessage
    calls_bot: bool = False
    adds_files: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message of a thread, without text when it was deleted.

    `id` is the chat platform's, "" where it has none; within a thread, ids sort in the order of writing. `number` is
    the store's, 0 where it is not stored yet. `is_edited`: its text is a later one than it was first heard with, none
    when it was deleted. `is_bot`: another bot said it.
    """

    role: Role
    author: str
    text: str
    id: str = ""
    files: tuple[FileRef, ...] = ()
    is_bot: bool = False
    is_edited: bool = False
    number: int = field(default=0, compare=False)


def marked(files: Iterable[FileRef], refused: Iterable[str]) -> tuple[FileRef, ...]:
    """Return references to files, with rejected ones marked so that they are not sent again."""
    ids = set(refused)
    return tuple(replace(file, state=FileState.REJECTED) if file.id in ids else file for file in files)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be posted; its name says its type."""

    name: str
    content: bytes
