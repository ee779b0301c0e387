"""Summaries: what is summarized, in which form, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.domain.message import FileRef, Place


@dataclass(frozen=True, slots=True)
class Source:
    """What is summarized: a channel between two times, a thread, a file, or a text. `title` is how people call it.

    `start` is None for a span that begins with what the person has read; `words` are the span's own. `request`: the
    message that asks for the summary, and is not part of it; "" where no message does.
    """

    place: Place
    title: str
    words: str = ""
    start: datetime | None = None
    end: datetime | None = None
    file: FileRef | None = None
    is_text: bool = False
    request: str = ""

    @property
    def heading(self) -> str:
        """Say what is summarized."""
        return f"{self.title}, {self.words}" if self.words else self.title


@dataclass(frozen=True, slots=True)
class SummaryRun:
    """A request for a summary: who wants it, of what, how, and where it goes. `id` is the command's."""

    id: str
    person: str
    place: Place
    source: Source
    wishes: SummaryOptions


class Length(StrEnum):
    """The length of a summary."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class Shape(StrEnum):
    """The layout of a summary. `SECTIONS` suits its source."""

    SECTIONS = ""
    BULLETS = "bullets"
    PARAGRAPH = "paragraph"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """What a person wants of a summary, "" and False for nothing in particular."""

    length: Length = Length.MEDIUM
    shape: Shape = Shape.SECTIONS
    role: str = ""
    focus: str = ""
    audience: str = ""
    language: str = ""
    only_actions: bool = False
