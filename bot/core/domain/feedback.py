"""A record of feedback, and what the store of records does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from bot.core.domain.classification import Verdict
from bot.core.domain.message import FileRef, Place
from bot.language import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.message import IncomingMessage

UNSORTED = N_("Unsorted")  # what people read where there is no category
ELSEWHERE = "!"  # where a record is routed whose team's channel can't be reached


def is_post(incoming: IncomingMessage, settings: ChannelSettings) -> bool:
    """Return whether a message is one that triage takes in: it begins a thread, and is by no one who is left out."""
    is_left_out = (incoming.is_bot and not settings.triage_bots) or incoming.author in settings.agents
    return incoming.opens_thread and not incoming.is_direct and not incoming.mentions_bot and not is_left_out


class FeedbackStatus(StrEnum):
    """The state of a record.

    A joined one is part of the previous post by the same person; an answer, in a post's thread, completes the post.
    """

    WAITING = "waiting"
    OPEN = "open"
    TAKEN = "taken"
    RESOLVED = "resolved"
    DECLINED = "declined"
    DISMISSED = "not feedback"  # not for people: stored
    IGNORED = "ignored"
    JOINED = "joined"
    ANSWER = "answer"
    WITHDRAWN = "withdrawn"


CLOSED = (FeedbackStatus.RESOLVED, FeedbackStatus.DECLINED)
"""What was feedback, and is dealt with."""

PAST = (FeedbackStatus.JOINED, FeedbackStatus.WITHDRAWN)
"""What is no record of its own any more, of a post about several things."""

COUNTED = (FeedbackStatus.OPEN, FeedbackStatus.TAKEN, *CLOSED)
"""What is feedback, as far as anyone knows."""

AT_TRACKER = "tracker"
"""Who corrected a record whose label was changed in its tracker: no person's id."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A post and what became of it. `message` is the platform's id of the post, `person` its author.

    `team` is a team's name, `assignee` a person. `given` is the category that the model gave; `duplicate_of` and `root`
    are ids of records: the one that this repeats, and the first of all that are alike. `version` counts what changed,
    `card` and `routed` are the messages that show it, `reaction` what is under the post. `issue` is the address of
    its issue, `issue_version` the version that was written there, `issue_state` how it was left.

    A post about several things has a record for each. That of the first, part 0, has all of its words, and as `excerpt`
    its own of them; the others have only theirs. `split_at`: when a person decided what of the post is apart; from then
    on, each record is sorted by itself.
    """

    id: int
    workspace: str
    channel: str
    message: str
    person: str
    text: str
    said_at: datetime
    files: tuple[FileRef, ...] = ()
    is_bot: bool = False
    status: FeedbackStatus = FeedbackStatus.WAITING
    category: str = ""
    severity: str = ""
    sentiment: str = ""
    area: str = ""
    team: str = ""
    summary: str = ""
    language: str = ""
    confidence: int = 0
    evidence: str = ""
    duplicate_of: int | None = None
    root: int | None = None
    given: str = ""
    corrected_by: str = ""
    assignee: str = ""
    permalink: str = ""
    responded_at: datetime | None = None
    version: int = 0
    shown_version: int = 0
    card: str = ""
    reaction: str = ""
    routed: str = ""
    is_acknowledged: bool = False
    issue: str = ""
    issue_version: int = 0
    issue_state: str = ""
    part: int = 0
    excerpt: str = ""
    split_at: datetime | None = None

    @property
    def place(self) -> Place:
        """The post's thread."""
        return Place(self.workspace, self.channel, self.message)

    @property
    def is_counted(self) -> bool:
        """Return whether it is feedback."""
        return self.status in COUNTED

    @property
    def own_text(self) -> str:
        """The words that this record is about, if its post has more."""
        return self.excerpt or self.text

    @property
    def is_dealt_with(self) -> bool:
        """Return whether someone has worked on it, or it has an issue: it is not dropped as the model sorts again."""
        has_begun = self.status in {FeedbackStatus.TAKEN, *CLOSED, FeedbackStatus.DISMISSED}
        return has_begun or bool(self.corrected_by or self.issue)

    def with_parts(self, posts: Sequence[Feedback]) -> Feedback:
        """Return the record with the words and files of the posts that belong to it."""
        texts = [one.text for one in (self, *posts) if one.text]
        answers = [one.text for one in posts if one.status is FeedbackStatus.ANSWER and one.text]
        excerpt = "\n".join((self.excerpt, *answers)) if self.excerpt else ""
        files = tuple(file for one in (self, *posts) for file in one.files)
        return replace(self, text="\n".join(texts), excerpt=excerpt, files=files)


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about a post: what it is, whether it counts as feedback here, its team.

    `text` and `files` were judged.

    `missing`: what its category needs, and it does not tell. If it is about several things, this is the decision about
    the first, whose words are `excerpt`, and `further` has the others.
    """

    text: str
    judgment: Judgment
    status: FeedbackStatus
    team: str = ""
    missing: tuple[str, ...] = ()
    wants_draft: bool = False
    excerpt: str = ""
    further: tuple[Decision, ...] = ()
    files: tuple[FileRef, ...] = ()


Nature = Literal["feedback", "unclear", "small talk"]  # not for people: Claude's choice


Sentiment = Literal["negative", "neutral", "positive", "mixed"]
SENTIMENTS = (N_("negative"), N_("neutral"), N_("positive"), N_("mixed"))
"""The same, as people read them."""


@dataclass(frozen=True, slots=True)
class Judgment(Verdict):
    """What a post is. `duplicate_of` is the number of an earlier one, `missing` are facts that it does not tell.

    `asks`: its writer wants to know something. If it is about several things, this is about the first, whose `words`
    are given, and `further` are the others.
    """

    nature: Nature = "feedback"
    asks: bool = False
    severity: str = ""
    sentiment: str = ""
    area: str = ""
    summary: str = ""
    language: str = ""
    duplicate_of: int | None = None
    missing: tuple[str, ...] = ()
    words: str = ""
    further: tuple[Judgment, ...] = ()

    @property
    def category(self) -> str:
        """Its category, "" for none."""
        return self.categories[0] if self.categories else ""


@dataclass(frozen=True, slots=True)
class KnownPost:
    """An earlier post: its record's number, its words, and its message, whose id says when it was posted."""

    number: int
    text: str
    message: str


Exported = tuple[str, dict[str, Any]]
