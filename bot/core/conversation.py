"""A conversation: who said what where, and whom to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.channel_settings import Answers, ChannelSettings, Outsiders
from bot.core.code.files import CodeFile
from bot.core.ports import DEFAULTS, Call, Role

MOST_BOT_TURNS = 3  # answers to other bots, one after the other, before a person has to say something
SILENCE = timedelta(minutes=10)  # for less than that, a platform delivers again what was missed
STOPS = {"stop", "please stop", "stop please", "stop it", "stopp", "halt"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said. `thread` is the id of the message that it hangs on, "" for the channel itself."""

    workspace: str
    channel: str
    thread: str = ""

    def opaque(self, person: str) -> str:
        """Name somebody to the model's API, by an id that is nobody else's in any workspace."""
        return f"{self.workspace}/{person}"


class FileState(StrEnum):
    """Whether a file can be had: it is here, has to be looked up first, or why it can't be read."""

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
class Said:
    """A message as the platform's own history has it.

    `text` is all that a person reads in it, people by their names and files by theirs; `words` has people in the
    platform's own form, so that they can be addressed, and `names` tells who those are. `name` is the author's.
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
    names: Mapping[str, str] = field(default_factory=dict)
    last_reply: datetime | None = None
    reactions: tuple[tuple[str, int], ...] = ()

    @property
    def votes(self) -> str:
        """The reactions as a line of text: people vote with them, and agree. "" for none."""
        told = ", ".join(f":{name}: {count}" for name, count in self.reactions)
        return f"[reactions: {told}]" if told else ""


@dataclass(frozen=True, slots=True)
class Heard:
    """A person's message, as a listener hands it on; the bot's own mention is no longer in `text`.

    `home` is the workspace of the author, another one than `place.workspace` in a shared channel. `is_outsider`: it is
    another organisation's. `addresses_other`: it opens by speaking to somebody else. `answers_bot`: its thread hangs on
    a message of the bot's. `revision` sorts the edits of one message, "" before the first. `is_previewed`: `text` tells
    what the platform shows of links in it, too.
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

    @property
    def opens_thread(self) -> bool:
        """Tell whether the message is the first of its thread."""
        return self.id == self.place.thread

    @property
    def private_place(self) -> Place:
        """Where the author alone can be told something: a platform may show that in no thread that has no reply yet."""
        return replace(self.place, thread="") if self.opens_thread else self.place


@dataclass(frozen=True, slots=True)
class Changed:
    """A message was edited, or deleted: then it has no text. `revision` sorts the changes of one message.

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
class Updated:
    """A message as it stands now.

    `calls_bot`: it mentions the bot, and did not before; `adds_files`: it has new ones.
    """

    heard: Heard
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


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread as the store knows it: oldest message first, with the settings that hold in it.

    `is_known`: the bot takes part in it, since the message `known_since`, and has read it up to the message
    `read_until` at least. `unread_until`: a reading broke off before this message, "" where none did. `began_with_bot`:
    its first message was for the bot. `summary` stands for what came before `messages`, up to the one of the number
    `summary_until`. `people` are names by mentions. `silent_since` is when the last message was stored. `left_out`: the
    store has older messages that are in no summary yet. `has_code`: there are files of code that it wrote here.
    """

    settings: ChannelSettings = DEFAULTS
    is_known: bool = False
    began_with_bot: bool = False
    messages: tuple[Message, ...] = ()
    read_until: str = ""
    unread_until: str = ""
    known_since: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    summary_until: int = 0
    silent_since: datetime | None = field(default=None, compare=False)
    left_out: bool = False
    has_code: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What a finished turn leaves behind, stored in one transaction. No messages: the thread is not touched.

    `read_until`: up to which message a thread counts as read that was not known before. `rejected_files`: ids of files
    in the thread that the model's API does not take. `is_outgrown`: the thread holds
    more than goes along with a question, so that its older part wants a summary. `refusal`: what somebody
    is told who is not answered here. `code_files` are those that are new in the thread or changed. `rewritten`:
    messages that the store has, which now say something else. `renamed`: messages that the platform has only under new
    ids, by those that the store knows.
    """

    place: Place
    person: str
    began_with_bot: bool = False
    messages: tuple[Message, ...] = ()
    calls: tuple[Call, ...] = ()
    read_until: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    is_outgrown: bool = False
    refusal: str = ""
    code_files: tuple[CodeFile, ...] = ()
    rewritten: tuple[Message, ...] = ()
    rejected_files: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageRead:
    """What was just read of a thread at the platform, stored in one transaction.

    Its messages go before those of the thread that are newer; one that is there stays as it is. The thread is read up
    to the message `read_until` then, and is to be read up to `unread_until`, "" where that is done. `known_since`: the
    message with which the bot takes part, where it did not before. `left_out`: messages, read before, that fit no more.
    """

    place: Place
    messages: tuple[Message, ...]
    read_until: str
    unread_until: str
    known_since: str
    began_with_bot: bool = False
    people: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageKept:
    """Which of a page's messages the thread did not have, and how many were read of it so far."""

    new: frozenset[str]
    read: int


def wants_answer(heard: Heard, conversation: Conversation) -> bool:
    """Decide whether a message is for the bot, by its channel's settings.

    A direct message always is. Elsewhere never one that opens by speaking to somebody else, nor a mere "stop", which is
    obeyed and not answered. Another bot has to mention us, where that is allowed at all, and is not answered for ever.
    """
    if is_stop(heard.text):
        return False
    settings = conversation.settings
    if heard.is_bot:
        return settings.answers_bots and heard.mentions_bot and not _goes_in_circles(conversation)
    if heard.is_outsider and not _may_ask(heard, settings):
        return False
    if heard.is_direct:
        return True
    return not heard.addresses_other and (heard.mentions_bot or _needs_no_mention(heard, conversation))


def answer_to(identity: str, conversation: Conversation) -> Message | None:
    """Return the bot's message that stands right after someone's: its answer. None where something else does."""
    for message, following in zip(conversation.messages, conversation.messages[1:], strict=False):
        if message.id == identity and message.role is Role.USER:
            return following if following.role is Role.ASSISTANT and following.id else None
    return None


def was_answered(heard: Heard, conversation: Conversation) -> bool:
    """Return whether a message was answered before it came to mention the bot, as it needed no mention."""
    answered = answer_to(heard.id, conversation)
    return answered is not None and bool(answered.text) and _needs_no_mention(heard, conversation)


def _needs_no_mention(heard: Heard, conversation: Conversation) -> bool:
    answers = conversation.settings.answers
    if answers is Answers.THREAD:
        return conversation.began_with_bot or heard.answers_bot
    return answers is Answers.ALL


def _may_ask(heard: Heard, settings: ChannelSettings) -> bool:
    if settings.outsiders is Outsiders.MENTION:
        return heard.mentions_bot
    return settings.outsiders is Outsiders.ALL


def _goes_in_circles(conversation: Conversation) -> bool:
    """Tell whether bots have been talking among themselves since a person last said something."""
    turns = 0
    for message in reversed(conversation.messages):
        if message.role is Role.USER and not message.is_bot:
            break
        turns += message.role is Role.ASSISTANT
    return turns >= MOST_BOT_TURNS


def is_refused(heard: Heard, settings: ChannelSettings) -> bool:
    """Tell whether somebody of another organisation asked the bot where they may not."""
    return heard.is_outsider and not heard.is_bot and heard.mentions_bot and not _may_ask(heard, settings)


def may_be_for_bot(heard: Heard, settings: ChannelSettings) -> bool:
    """Tell whether a message is worth keeping at all: what people say outside of threads mostly is not."""
    if heard.mentions_bot or heard.is_direct or not heard.opens_thread:
        return True
    return settings.answers is Answers.ALL and not heard.is_bot and not heard.addresses_other


def is_stop(text: str) -> bool:
    """Tell whether a message says nothing but that the bot should stop."""
    return " ".join(text.casefold().strip(" .!\u2026\n").split()) in STOPS


def needs_reading(heard: Heard, conversation: Conversation, now: datetime) -> bool:
    """Decide whether the platform's own history has to be asked for what was said before a message.

    For a thread that is not known, or of which a reading broke off; and when someone calls the bot back into one where
    it has heard nothing for a while, because it may have been away. Whatever is newer than `SILENCE` the platform still
    delivers by itself.
    """
    if heard.opens_thread:
        return False
    if not conversation.is_known or conversation.unread_until:
        return True
    silent_since = conversation.silent_since
    return heard.mentions_bot and not heard.is_direct and silent_since is not None and now - silent_since > SILENCE
