"""What the use cases ask of the world outside: a model, a store, a chat platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel

from bot.core.channel_settings import ChannelSettings, Creativity

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Collection
    from contextlib import AbstractAsyncContextManager

    from bot.core.access import Visitor
    from bot.core.code.files import CodeFile
    from bot.core.command import Command
    from bot.core.control import Control, Form, Press, Submission
    from bot.core.conversation import Changed, Conversation, Heard, Place, Record, Said
    from bot.core.home import Section
    from bot.core.reading import Reader, SharedFile, Target, Venue
    from bot.core.summarize.run import Run
    from bot.core.usage import Used, View

Filled = TypeVar("Filled", bound=BaseModel)
DEFAULTS = ChannelSettings()
MICROS = 1_000_000  # millionths of a dollar in one


class Purpose(StrEnum):
    """What a call to the model is for. Each purpose has its own prompt file."""

    ANSWER = "answer"
    SUMMARIZE = "summarize"
    CODE = "code"
    CLASSIFY = "classify"
    CONDENSE = "condense"
    DIGEST = "digest"
    CATEGORIES = "categories"
    TRIAGE = "triage"


class Role(StrEnum):
    """Who said a turn."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes to the model with a turn: an image, a PDF or a text.

    `data` is the file's bytes, `tokens` what they take of a request at most.
    """

    name: str
    media_type: str
    data: bytes
    tokens: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a request to the model. Turns alternate, and the first is the user's; only the user's attach."""

    role: Role
    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the model.

    `settings` are the channel's; its instructions are trusted because an admin wrote them, and all that people typed is
    in `turns`. `max_output` is in tokens, thinking included. `person` is an opaque id. `creativity` is what suits the
    purpose, where the channel has set nothing else.
    """

    purpose: Purpose
    turns: Sequence[Turn]
    max_output: int
    person: str
    settings: ChannelSettings = DEFAULTS
    creativity: Creativity = Creativity.MEDIUM


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the model, as the ledger keeps it. Tokens are the API's own counts; times are in milliseconds.

    `input_tokens` are those billed in full: what came from the cache (`cache_read_tokens`) or went into it
    (`cache_write_tokens`) is counted apart. `outcome` is "ok" or the name of the error's class. `is_batch`: the model
    had its own time for it, at half the price. `cost_micros` is in millionths of a dollar, rounded up; None where the
    model's price is unknown. `turn` is the same for all calls of what somebody asked for, "" where nobody did.
    """

    purpose: Purpose
    model: str
    started_at: datetime
    latency_ms: int
    first_token_ms: int | None
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    stop_reason: str | None
    request_id: str | None
    outcome: str
    is_batch: bool = False
    cost_micros: int | None = None
    turn: str = ""

    @property
    def dollars(self) -> float | None:
        """Return what it cost in dollars; None where the model's price is unknown."""
        return None if self.cost_micros is None else self.cost_micros / MICROS


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked. `home`: the person's own workspace; `reply_handle`: how the platform lets us answer in private."""

    person: str
    home: str
    reply_handle: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote. `truncated`: the output limit cut it short."""

    text: str
    truncated: bool
    call: Call


class Model(Protocol):
    """A large language model."""

    def room(self, max_output: int, settings: ChannelSettings = DEFAULTS) -> int:
        """Tell how many tokens of input fit beside `max_output` tokens of output, with the channel's model.

        Prompts, ours and the channel's, are already taken off.
        """

    async def offered(self) -> Mapping[str, str]:
        """Return the models that can be chosen: their names by their ids. Takes two seconds at most; never raises."""

    def faults(self, settings: ChannelSettings) -> Mapping[str, str]:
        """Tell which settings the channel's model does not take, and why, by the setting's name; none: all apply."""

    async def write(
        self,
        request: Request,
        sink: Callable[[str], None],
        think: Callable[[str], None] | None = None,
        halt: asyncio.Event | None = None,
    ) -> Completion:
        """Answer in free text; `sink` gets each piece as soon as the model gives it, `think` each piece of thinking.

        Settings that the model does not take are left out. Retries by itself, within one deadline, as long as `sink`
        has got nothing.
        Raises a `ModelError`, whose `partial` is what `sink` got; `ModelStoppedError` as soon as `halt` is set.
        """

    async def fill(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Answer by filling in a form that the API holds the model to. Raises a `ModelError`."""

    def price(
        self, input_tokens: int, output_tokens: int, settings: ChannelSettings = DEFAULTS, *, is_batch: bool = False
    ) -> float | None:
        """Tell what so many tokens cost in dollars with the channel's model; None where its price is unknown."""

    def ceiling(self, request: Request, *, is_batch: bool = False) -> int | None:
        """Tell what a request costs at most, in millionths of a dollar; None where the model's price is unknown.

        Its input is estimated on the high side. Tries that the API bills and that fail come on top.
        """

    async def submit(
        self,
        requests: Mapping[str, Request],
        form: type[BaseModel],
        *,
        since: datetime | None = None,
        taken: Collection[str] = (),
    ) -> str:
        """Hand in requests, under names of ours, to be answered in the model's own time; return the batch's id.

        With `since`, a batch handed in since then is returned instead that has these names, or may have them as long
        as it is under way and is not one of those `taken`. Raises a `ModelError`.
        """

    async def cancel(self, batch: str) -> None:
        """Let the model do no more of a batch; one that is done stays. Raises a `ModelError`."""

    async def collect(
        self, batch: str, form: type[Filled], like: Request
    ) -> Mapping[str, tuple[Filled | None, Call]] | None:
        """Return a batch's filled forms by their names, None for one that failed; None while it is not done.

        `like` is what its requests have in common. Raises a `ModelError`.
        """


class Bookmark(Protocol):
    """What a turn has already made visible, kept durably, so that a second try carries on instead of starting again.

    `reference` names the turn to people and in the log.
    """

    @property
    def reference(self) -> str:
        """Name the turn."""

    @property
    def was_begun(self) -> bool:
        """Tell whether a former try may have left something behind, even one that was cut short by a stop."""

    @property
    def halted(self) -> asyncio.Event:
        """Return what is set when somebody wants the turn to end early."""

    @property
    def is_unwanted(self) -> bool:
        """Tell whether nobody wants what the turn does any more, as when the message that it answers was deleted."""

    def check(self) -> None:
        """Raise when the turn may no longer be ours to run: to be called before each effect outside."""

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`."""

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`. Raises when the turn is no longer ours to run."""


class Answer(Protocol):
    """A message of ours that is being written.

    Used as `async with chat.answer(…) as answer`: from its start the person sees that something is happening, and
    however the block is left, that status is cleared. One of `finish`, `replace` and `hold` ends it.
    """

    def write(self, text: str) -> None:
        """Add text. It becomes visible as soon as the platform allows; never blocks, never raises."""

    def think(self, text: str) -> None:
        """Add to what the model thinks before it answers, shown apart from the answer. Never blocks, never raises."""

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Show how far the work has come, in the place where the answer will be. Never blocks, never raises."""

    async def hold(self, text: str) -> None:
        """Show `text` for now, where it can be replaced later: the turn will be tried again. Raises `ChatError`."""

    async def finish(self, ending: str = "", *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show all of the text and `ending`; return the message's id, "" where it has none.

        The `footer`, in small letters, and the controls stand below. Raises `GoneError`, `ChatError`.
        """

    async def replace(self, text: str, *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show `text` instead of what was written; return as `finish` does. Raises `GoneError`, `ChatError`."""

    async def withdraw(self) -> None:
        """Take back all that was shown; an answer that it was to replace stays. Raises `ChatError`."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be posted; its name says its type."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place in a channel."""

    is_member: bool
    is_admin: bool


class Chat(Protocol):
    """A chat platform. Texts are Markdown."""

    def mention(self, person: str) -> str:
        """Write a person's name in the platform's own form."""

    def answer(
        self, place: Place, asker: Asker, bookmark: Bookmark, *, to: str, instead: str = "", title: str = ""
    ) -> AbstractAsyncContextManager[Answer]:
        """Begin an answer in a thread to its message `to`, visible to all, streamed where possible.

        `instead`: an answer that it replaces. `title`: what the thread is about, where it begins.
        """

    def whisper(
        self, place: Place, asker: Asker, bookmark: Bookmark | None = None
    ) -> AbstractAsyncContextManager[Answer]:
        """Begin an answer that only the asker sees, shown whole when it is finished.

        With a `bookmark`, it is kept there under `bot.core.once.KEY` as long as nobody knows whether it was shown.
        """

    async def open_thread(self, place: Place, text: str, bookmark: Bookmark) -> Place:
        """Post `text` to a channel and return the thread that hangs on it. Raises `NotInChannelError`, `ChatError`."""

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
        """Post a message to a thread or a channel, once for a bookmark's `key`; return its id.

        `to`: the people and groups whom it names first, so that they are told. Raises `NotInChannelError`, `ChatError`.
        """

    async def edit(
        self, place: Place, message: str, text: str, bookmark: Bookmark, *, controls: Sequence[Control] = ()
    ) -> None:
        """Change a message of ours. Raises `GoneError`, `ChatError`."""

    async def react(self, place: Place, message: str, reaction: str, *, instead: str = "") -> None:
        """Put a reaction under a message, `instead` of another one of ours; "" for none. Raises `ChatError`."""

    async def upload(self, place: Place, files: Sequence[Upload], bookmark: Bookmark) -> None:
        """Post files to a thread or a channel as one message, once. Raises `ChatError`."""

    def read_thread(self, place: Place, after: str = "") -> AsyncIterator[tuple[Said, ...]]:
        """Read a thread page by page, oldest first, behind the message `after`. Raises `ChatError`.

        Ends after 50,000 messages, whatever is left.
        """

    def read_channel(
        self, place: Place, after: datetime, before: datetime | None = None
    ) -> AsyncIterator[tuple[Said, ...]]:
        """Read a channel's own messages page by page, newest first; those in threads are not among them.

        Raises `ChatError`. Ends after 50,000 messages, whatever is left.
        """

    def permalink(self, place: Place, message: str) -> str:
        """Write the address of a message, by which people find it."""

    def locate(self, link: str, place: Place) -> Target | None:
        """Read a link to a message, a channel or a file of this platform; None for any other."""

    async def venue(self, place: Place, person: str) -> Venue:
        """Describe a channel. Raises `NotInChannelError` for one that the bot can't see, `ChatError`."""

    async def reader(self, place: Place, person: str) -> Reader:
        """Look up in which time zone and language somebody reads. Never raises."""

    async def shared_file(self, place: Place, file: str) -> SharedFile:
        """Describe a file. Raises `ChatError`."""

    async def download(self, place: Place, file_id: str, limit: int) -> bytes:
        """Return the bytes of a file that somebody posted, `limit` at most. Raises `FileError`, `ChatError`."""

    async def open_direct(self, place: Place, asker: Asker) -> Place:
        """Return the place of direct messages between the bot and the asker. Raises `ChatError`."""

    async def standing(self, place: Place, person: str) -> Standing:
        """Look up whether a person is in the channel, and whether an admin of the workspace. Raises `ChatError`.

        All of a workspace's people are in its own place, which has no channel.
        """

    async def visitor(self, place: Place, person: str) -> Visitor:
        """Tell who somebody is, as known for an hour at most; a stranger is an outsider. Raises `ChatError`."""

    async def channels(self, place: Place, person: str) -> tuple[tuple[str, str], ...]:
        """Return the channels that both the bot and a person are in, 1,000 at most: ids, names. Raises `ChatError`."""

    async def show_home(self, place: Place, person: str, sections: Sequence[Section]) -> None:
        """Show a person's home, in the place of what it was. Raises `ChatError`."""

    async def show_form(self, place: Place, form_id: str, form: Form) -> None:
        """Put a form in the place of one that is open. Raises `ChatError`, where it was closed meanwhile, too."""


class Reception(Protocol):
    """Where a listener hands in what calls for work. What is handed in twice counts once.

    When a method returns, the work is durable; when it raises, nothing was taken and the platform will deliver again.
    """

    async def hear(self, heard: Heard) -> None:
        """Take in a person's message."""

    async def change(self, changed: Changed) -> None:
        """Take in that a message was edited or deleted."""

    async def take(self, command: Command) -> None:
        """Take in a slash command."""

    async def open(self, command: Command) -> Form | None:
        """Return the form that a command opens at once, None where it has to be taken in. Raises a `BotError`."""

    async def stop(self, place: Place) -> None:
        """Take in that somebody stopped what is being written in a thread."""

    async def press(self, press: Press) -> Form | None:
        """Take in a press of a control or a shortcut; return the form to open where it asks for more."""

    async def visit(self, workspace: str, asker: Asker, occasion: str) -> None:
        """Take in that somebody looks at their home; `occasion` is unique to it."""

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Take in a filled form; return what is wrong by the field's name, nothing where it was taken."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was set for one place, by the settings' names; `version` counts its changes, 0 where there were none."""

    values: Mapping[str, Any]
    version: int = 0
    person: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SheetChange:
    """A change of one sheet to its `version`: by the settings' names what was and what is since, None for unset."""

    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    person: str
    at: datetime


class Store(Protocol):
    """What the bot remembers. Each method is one short transaction."""

    async def rate(self, place: Place, question: str, person: str, *, is_good: bool, comment: str = "") -> None:
        """Keep what somebody thinks of the answer to a question; a later rating of theirs replaces it."""

    async def conversation(self, place: Place) -> Conversation:
        """Load a thread with its settings, by one query; an empty conversation where nothing is known."""

    async def keep(self, record: Record) -> None:
        """Store what was read at the platform, up to `record.read_until`, before the turn that needs it goes on."""

    async def settings(self, place: Place) -> ChannelSettings:
        """Return the settings that hold in a place: the thread's over the channel's over the workspace's."""

    async def code_files(self, place: Place) -> tuple[CodeFile, ...]:
        """Return the files of code of a thread, each in its latest version, the oldest file first."""

    async def last_change(self) -> int:
        """Return a number that is another one after any change of anybody's settings."""

    async def sheet(self, place: Place) -> Sheet:
        """Return what was set for just this thread, channel (`thread` is "") or workspace (`channel` is "")."""

    async def layers(self, place: Place) -> tuple[Sheet, ...]:
        """Return the sheets that hold in a place: the workspace's, the channel's, the thread's, as far as it goes."""

    async def sheets(self, workspace: str = "") -> Mapping[Place, Sheet]:
        """Return the sheets of a workspace and of its channels, or of all workspaces; threads are left out."""

    async def history(self, place: Place, *, since: int = 0) -> tuple[SheetChange, ...]:
        """Return the changes of just this place's sheet behind its version `since`, the newest 200, newest first."""

    async def change_settings(
        self, place: Place, changes: Mapping[str, Any], person: str, *, version: int | None = None
    ) -> None:
        """Set some settings of just this place, or unset them with None; who, when and what is kept.

        Raises `ConflictError` when `version` is given and the sheet has another one by now.
        """

    async def usage(self, view: View, place: Place, person: str, now: datetime) -> tuple[Used, ...]:
        """Return what was used by a person, in a channel or in a workspace, the oldest day first."""

    async def begin_run(self, run: Run) -> None:
        """Keep a new run of a summary; one that is there stays as it is."""

    async def run(self, workspace: str, run_id: str) -> Run | None:
        """Load a run; None for one that is forgotten."""

    async def cancel_run(self, workspace: str, run_id: str, person: str) -> None:
        """Note that a person wants their run no more."""

    async def is_cancelled(self, run: Run) -> bool:
        """Tell whether a run is wanted no more."""

    async def kept_of_run(self, run: Run, key: str) -> str | None:
        """Return what a run keeps under `key`."""

    async def keep_of_run(self, run: Run, key: str, content: str) -> None:
        """Keep `content` under `key`; what is there already stays."""
