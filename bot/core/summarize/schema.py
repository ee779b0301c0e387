"""Define the form that the model fills in about a conversation, and check the links of its statements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_LINKS = 5  # of one statement: more prove nothing

_ID = re.compile(r"\s*+\[?+\s*+m?+(?P<number>\d{1,7})\s*+\]?+\s*+", re.IGNORECASE)


class Point(BaseModel):  # not for people: Claude is told this
    """A statement, and the ids of the messages that it rests on."""

    text: str = Field(description="one sentence")
    messages: list[str] = Field(description="ids of the one to three messages that say so")


class ActionItem(BaseModel):  # not for people: Claude is told this
    """Who does what by when."""

    who: str = Field(description="the person's name as in the messages; empty when nobody was named")
    what: str = Field(description="what is to be done, in a few words")
    when: str = Field(description="by when, as it was said; empty when it was not")
    messages: list[str] = Field(description="ids of the one to three messages that say so")


class Findings(BaseModel):  # not for people: Claude is told this
    """What there is to say about a conversation, in its fixed sections."""

    gist: list[Point] = Field(description="what it was about: one to three sentences, the main point first")
    decided: list[Point] = Field(description="what was decided")
    open: list[Point] = Field(description="what is open: questions without an answer, things that wait")
    actions: list[ActionItem] = Field(description="who does what by when; all of them, whatever the length")
    disagreements: list[Point] = Field(description="where people disagree, and who holds what")
    themes: list[Point] = Field(description="what it kept coming back to")


SECTIONS = ("gist", "decided", "open", "actions", "disagreements", "themes")


@dataclass(frozen=True, slots=True)
class Checked:
    """Findings with links only to messages that were given, and how many links and statements were dropped."""

    findings: Findings
    links_dropped: int = 0
    points_dropped: int = 0


def check(findings: Findings, known: Collection[str]) -> Checked:
    """Check each statement against the messages given: drop an unknown id, and a statement without any id left.

    Empty statements are dropped, too, and not counted.
    """
    links_dropped = points_dropped = 0
    kept: dict[str, list[Any]] = {}
    for section in SECTIONS:
        kept[section] = []
        for point in getattr(findings, section):
            ids = [_normal(raw) for raw in point.messages]
            good = list(dict.fromkeys(name for name in ids if name in known))
            links_dropped += sum(name not in known for name in ids)
            if not (point.what if isinstance(point, ActionItem) else point.text).strip():
                continue
            if good:
                kept[section].append(point.model_copy(update={"messages": good[:MOST_LINKS]}))
            else:
                points_dropped += 1
    return Checked(Findings(**kept), links_dropped, points_dropped)


def nothing() -> Findings:
    """Return findings in which every section is empty."""
    return Findings(gist=[], decided=[], open=[], actions=[], disagreements=[], themes=[])


def cited(findings: Findings) -> set[str]:
    """Return the ids that findings rest on."""
    return {name for section in SECTIONS for point in getattr(findings, section) for name in point.messages}


def is_empty(findings: Findings) -> bool:
    """Return whether nothing at all was found."""
    return not any(getattr(findings, section) for section in SECTIONS)


def _normal(raw: str) -> str:
    """Return an id as it was given: models add brackets, or leave out the letter."""
    match = _ID.fullmatch(raw)
    return f"m{int(match['number'])}" if match else raw
