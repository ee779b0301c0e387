"""Drafts: answers to posts of feedback that are written from the knowledge, and what the team makes of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.domain.message import Place
from bot.core.domain.tool import SourceLink

if TYPE_CHECKING:
    from bot.core.domain.feedback import Feedback

LONGEST_DRAFT = 3_000  # characters: what a form's field holds
LONGEST_COMMENT = 500


class DraftState(StrEnum):
    """How far a draft has come: stored."""

    WANTED = "wanted"  # it has yet to be written
    READY = "ready"
    UNKNOWN = "unknown"  # the knowledge has no answer
    NOT_WRITTEN = "not written"  # not for people: stored; `reason` says why
    SENDING = "sending"
    SENT = "sent"
    REOPENED = "reopened"  # it was sent without a person, and someone asked for one
    DISCARDED = "discarded"
    STALE = "stale"  # the post was edited or deleted before it was sent


class NotWritten(StrEnum):
    """Why a draft was not written: stored."""

    NO_SOURCES = "no sources"  # not for people: stored
    BUDGET = "budget"
    ANSWERED = "answered"
    MANY = "many"
    FAILED = "failed"


class Discarded(StrEnum):
    """Why a draft was discarded: stored."""

    WRONG = "wrong"
    INCOMPLETE = "incomplete"
    TONE = "tone"
    NOT_NEEDED = "not needed"  # not for people: stored


OPEN_STATES = (DraftState.WANTED, DraftState.READY, DraftState.UNKNOWN, DraftState.NOT_WRITTEN)
"""States in which an edit of the post makes a draft stale."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft for one version of a post, that is of the record `record` in the thread of its post.

    `digest` is that of the words that it answers. `is_trimmed`: something of it had no source, and was left out. `by`
    decided about it, "" where the bot did; `is_auto`: sent without a person. `sent_text` is what was sent in its place,
    "" where it went unchanged, `sent_message` the message. `is_outdated`: the post was edited after it was sent.
    `shown` is the team's message with it, as a channel and an id.
    """

    id: int
    workspace: str
    channel: str
    thread: str
    record: int
    digest: str
    state: DraftState
    created_at: datetime
    category: str = ""
    text: str = ""
    sources: tuple[SourceLink, ...] = ()
    is_trimmed: bool = False
    is_auto: bool = False
    is_edited: bool = False
    is_outdated: bool = False
    reason: str = ""
    comment: str = ""
    by: str = ""
    sent_text: str = ""
    sent_message: str = ""
    shown: str = ""
    version: int = 0

    @property
    def place(self) -> Place:
        """The post's thread."""
        return Place(self.workspace, self.channel, self.thread)

    @property
    def outgoing(self) -> str:
        """What is sent: what a person made of it, or else its own text."""
        return self.sent_text or self.text


@dataclass(frozen=True, slots=True)
class DraftExample:
    """What the team made of an earlier draft: what they sent in its place, or why they discarded it."""

    question: str
    draft: str
    sent: str = ""
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DraftTally:
    """What became of a category's drafts."""

    unchanged: int = 0
    edited: int = 0
    discarded: int = 0
    alone: int = 0  # sent without a person
    reopened: int = 0  # of those


def digest(record: Feedback) -> str:
    """Return what stands for the words that a record is about and for its files, with those that belong to it."""
    told = json.dumps([record.own_text, [file.id for file in record.files]])
    return hashlib.sha256(told.encode()).hexdigest()[:32]
