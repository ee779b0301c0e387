"""What trackers say about the issues of feedback, and what is known of these issues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

GITHUB = "GitHub"  # not for people: its name is the same in each language


class IssueState(StrEnum):
    """How an issue stands: open, or why it is closed, as far as GitHub's words go."""

    OPEN = "open"
    COMPLETED = "completed"
    NOT_PLANNED = "not_planned"
    DUPLICATE = "duplicate"
    CLOSED = "closed"  # for a reason that this version does not know
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class IssueComment:
    """A comment on an issue. `by` is a login there, "" if that is not known. `text` is "" of one that was deleted."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrackerEvent:
    """What a tracker says about an issue; what is None, it does not say.

    The state, labels and assignees are those of the time `at`, by the tracker's clock. `about` is which of them just
    changed; then `added` or `removed` is the one label or assignee.
    """

    tracker: str  # its name, "" if it does not give one
    at: datetime
    about: Literal["state", "labels", "assignees", "comment", ""] = ""
    by: str = ""  # who did it: a login there
    state: IssueState | None = None
    labels: tuple[str, ...] | None = None
    assignees: tuple[str, ...] | None = None
    added: str = ""
    removed: str = ""
    comment: IssueComment | None = None
    issue_id: str = ""
    address: str = ""
    repository: str = ""
    is_private: bool = False  # not everyone may read there


@dataclass(frozen=True, slots=True)
class TrackerIssue:
    """What is known of a record's issue: as the tracker last said it, or as the bot itself last wrote it there.

    Each `…_at` is the time of that by the tracker's clock: an event from before it changes nothing. `decides`: the
    record's status was set there, and by no one here since; `changed_by` is who did that. One of `comments`, of which
    the oldest comes first, may be the one that closes the issue. `told` are the states, separated by spaces, that the
    author of the post was told of; `told_message` is the message that told of the last one.
    """

    record: int
    tracker: str = ""
    issue_id: str = ""  # the tracker's own, which outlasts other names and places of its repository
    address: str = ""
    repository: str = ""  # as the channel had set it when the issue was made
    is_private: bool = False
    state: str = ""
    state_at: datetime | None = None
    changed_by: str = ""
    decides: bool = False
    labels: tuple[str, ...] = ()
    labels_at: datetime | None = None
    assignees: tuple[str, ...] = ()
    assignees_at: datetime | None = None
    comments: tuple[IssueComment, ...] = ()
    told: str = ""
    told_message: str = ""


UNTRACKED = TrackerIssue(0)
"""Of a record without an issue."""
