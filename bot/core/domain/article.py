"""Articles: what a thread has settled, written up for the knowledge, and what the team makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.domain.message import Place

LONGEST_ARTICLE = 3_000  # characters: what a form's field holds
LONGEST_TITLE = 100  # characters


class ArticleState(StrEnum):
    """How far an article has come: stored."""

    WANTED = "wanted"  # it has yet to be written
    READY = "ready"  # somebody has to decide
    UNWRITTEN = "unwritten"  # `reason` says why
    APPROVED = "approved"  # it has yet to become a source
    PUBLISHED = "published"
    DISCARDED = "discarded"
    GONE = "gone"  # its words are; what is to be seen of it has yet to go


class Unwritten(StrEnum):
    """Why there is no article: stored."""

    NO_ANSWER = "no answer"  # not for people: stored
    UNSUPPORTED = "unsupported"
    BUDGET = "budget"
    GONE = "gone"
    EDITED = "edited"
    FAILED = "failed"


UNDONE = (ArticleState.WANTED, ArticleState.APPROVED, ArticleState.GONE)
"""States in which a job has something to do."""

AGAIN = (ArticleState.UNWRITTEN, ArticleState.DISCARDED, ArticleState.GONE)
"""States in which a thread can be written up again."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article about a thread. `person` asked for it, `by` decided about it.

    `text` is Markdown, "" before it is written, and once it is a source or discarded. `people` are those whose words it
    is made of, `messages` these words' ids. `for_workspace`: it serves all channels. `source` is its source's id, 0 for
    none. What is to be seen of it: `shown`, the message's id, and its `canvas` or its `file`.
    """

    id: int
    workspace: str
    channel: str
    thread: str
    person: str
    state: ArticleState
    changed_at: datetime
    title: str = ""
    text: str = ""
    people: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    reason: str = ""
    by: str = ""
    for_workspace: bool = False
    source: int = 0
    shown: str = ""
    canvas: str = ""
    file: str = ""
    version: int = 0

    @property
    def place(self) -> Place:
        """The thread that it is about."""
        return Place(self.workspace, self.channel, self.thread)

    @property
    def address(self) -> str:
        """What its source is known by in its workspace."""
        return f"{self.channel}/{self.thread}"
