"""A clock of feedback: until when someone is to reply to a post, and until when it is to be resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.domain.feedback import FeedbackStatus


class ClockKind(StrEnum):
    """What a clock is for, as it is stored."""

    FIRST_RESPONSE = "first response"  # not for people: stored
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as it is kept. Without a `due_at`, there is no limit; `met_at`: when it was stopped.

    The team is reminded at `remind_at`, once; others are told at `due_at`, once.
    """

    kind: ClockKind
    started_at: datetime
    due_at: datetime | None = None
    remind_at: datetime | None = None
    met_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimedPost:
    """What clocks need to know of a record, and its clocks. `changed_at` is when its newest version was made."""

    id: int
    message: str
    part: int
    status: FeedbackStatus
    severity: str
    team: str
    assignee: str
    said_at: datetime
    changed_at: datetime
    responded_at: datetime | None
    clocks: Mapping[ClockKind, Clock] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Return whether someone still has to deal with it."""
        return self.status in {FeedbackStatus.OPEN, FeedbackStatus.TAKEN}


@dataclass(frozen=True, slots=True)
class ClockScore:
    """How many clocks were over or stopped, and how many of them in time."""

    count: int
    in_time: int
