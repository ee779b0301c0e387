"""What people choose among in settings whose choices the bot's rules know by name."""

from __future__ import annotations

from enum import StrEnum


class Creativity(StrEnum):
    """How freely the model writes. The catalog says what a level means for a model."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Answers(StrEnum):
    """Which messages of a channel are answered."""

    THREAD = "thread"
    MENTION = "mention"
    ALL = "all"


class Outsiders(StrEnum):
    """Whom of another organization the bot answers, in channels that are shared with it."""

    NOBODY = "nobody"
    MENTION = "mention"
    ALL = "all"


class Drafts(StrEnum):
    """Whether answers are drafted, and whether they may be sent without a person."""

    OFF = "off"
    ON = "on"
    AUTO = "auto"
