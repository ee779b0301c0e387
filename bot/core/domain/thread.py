"""Threads: what is stored of a conversation, and what a finished turn adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from bot.calls import Call
from bot.core.domain.channel_settings import DEFAULTS, ChannelSettings
from bot.core.domain.code_file import CodeFile
from bot.core.domain.message import Message, Place, Role, marked
from bot.core.domain.note import Note


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread as the store knows it: oldest message first, with the settings that hold in it.

    `is_known`: the bot takes part in it, since the message `known_since`, and has read it up to the message
    `read_until` at least. `unread_until`: a reading broke off before this message, "" where none did. `began_with_bot`:
    its first message was for the bot. `summary` stands for what came before `messages`, up to the one of the number
    `summary_until`. `people` are names by mentions. `silent_since` is when the last message was stored. `left_out`: the
    store has older messages that are in no summary yet. `has_code`: there are files of code that it wrote here.
    `notes` are those of the channel, whatever its settings. `has_knowledge`: sources were added for the channel or for
    its workspace.
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
    notes: tuple[Note, ...] = ()
    has_knowledge: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What a finished turn leaves behind, stored in one transaction. No messages: the thread is not touched.

    `read_until`: up to which message a thread counts as read that was not known before. `rejected_files`: ids of files
    in the thread that the model's API does not take. `is_outgrown`: the thread holds more than goes along with a
    question, so that its older part wants a summary. `refusal`: what someone is told who is not answered here.
    `code_files` are those that are new in the thread or changed. `rewritten`: messages that the store has, which now
    say something else. `renamed`: messages that the platform has only under new ids, by those that the store knows.
    `joined`: messages that wait for a turn of their own, which they no longer need.
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
    joined: tuple[str, ...] = ()


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
    """The page's messages that were new to the thread, and how many of the thread were read so far."""

    new: frozenset[str]
    read: int


class RejectedFile(NamedTuple):
    """A file that the API rejected: its id, "" if it must not be remembered, and its name."""

    file: str
    name: str


@dataclass(frozen=True, slots=True)
class FinishedAnswer:
    """A finished answer: what the history keeps of it ("" for nothing), its message's id, its calls.

    `was_refused`: the model declined, so the question must not be sent again either. `refused`: files that
    the API had rejected, which it goes without. `added`: messages of the asker's that are answered with it.
    """

    text: str
    message_id: str
    calls: tuple[Call, ...] = ()
    was_refused: bool = False
    refused: tuple[RejectedFile, ...] = ()
    added: tuple[Message, ...] = ()

    @property
    def rejected_files(self) -> tuple[str, ...]:
        """The ids of the files that are not to be sent again."""
        return tuple(one.file for one in self.refused if one.file)

    def record(self, place: Place, question: Message, *, began_with_bot: bool) -> Record:
        """Return what the thread keeps: the question and the answer, or a blank where the model declined."""
        kept = replace(question, files=marked(question.files, self.rejected_files))
        asked = replace(question, text="", files=()) if self.was_refused else kept
        answered = Message(Role.ASSISTANT, "", self.text, self.message_id)
        return Record(
            place,
            question.author,
            began_with_bot,
            (asked, *self.added, answered),
            self.calls,
            read_until=self.added[-1].id if self.added else question.id,
            rejected_files=self.rejected_files,
            joined=tuple(one.id for one in self.added),
        )
