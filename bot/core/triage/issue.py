"""Render a record as an issue of a tracker: its title and body, its labels, whether it is closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.domain.feedback import UNSORTED, FeedbackStatus
from bot.core.domain.tracker import IssueState
from bot.core.writing.notes import SORTED_BY_AI
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.core.domain.feedback import Feedback

LONGEST_TITLE = 200  # characters; GitHub takes 256
LONGEST_FACT = 1_000  # characters; GitHub takes 65,536 in all
LONGEST_LABEL = 50  # characters, GitHub's limit
CATEGORY, SEVERITY = "category: ", "severity: "  # what our labels begin with, so that others' are left alone

OPEN, COMPLETED, NOT_PLANNED = IssueState.OPEN, IssueState.COMPLETED, IssueState.NOT_PLANNED
"""The states that the bot itself writes."""

_ADDRESS = re.compile(r"(?P<host>https?://[^/]+/)(?P<repository>[^/]+/[^/]+)/issues/(?P<number>\d+)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


def state(record: Feedback) -> IssueState:
    """Return the state of a record's issue."""
    if record.status is FeedbackStatus.RESOLVED:
        return COMPLETED
    return OPEN if record.is_counted and record.status is not FeedbackStatus.DECLINED else NOT_PLANNED


def title(record: Feedback) -> str:
    """Return the title: the summary, or the category if there is none."""
    category = record.category or _(UNSORTED)
    return " ".join((record.summary or _("{category}: feedback", category=category)).split())[:LONGEST_TITLE]


def body(record: Feedback, original: Feedback | None) -> str:
    """Write the body: facts and links. The post's own words stay where they were said: others may read an issue.

    `original` is the record that this one repeats.
    """
    severity = quiet(record.severity) or _("no severity")
    lines = [f"**{quiet(record.category or _(UNSORTED))}**, {severity}"]
    lines.append(_("[The post]({link})", link=record.permalink))
    facts = (
        (N_("Area: {value}"), record.area),
        (N_("Sentiment: {value}"), _(record.sentiment)),
        (N_("Team: {value}"), record.team),
        (N_("Language: {value}"), record.language),
    )
    lines += [_(fact, value=quiet(value)) for fact, value in facts if value]
    if original is not None:
        issue, post = _("Repeats {issue}", issue=original.issue), _("Repeats [a post]({link})", link=original.permalink)
        lines.append(issue if original.issue else post)
    return "\n".join([*(f"- {line}" for line in lines), "", _(SORTED_BY_AI), "", mark(record)])


def mark(record: Feedback) -> str:
    """Return the invisible text that only this record's issue has in its body."""
    part = f"/{record.part}" if record.part else ""
    return f"<!-- parley {record.workspace}/{record.channel}/{record.message}{part} -->"


def labels(record: Feedback, present: Collection[str] = ()) -> list[str]:
    """Return the labels that an issue should have: ours, and those that are `present` and not ours."""
    category = f"{CATEGORY}{record.category or UNSORTED}"  # not for people: a label, the same in each language
    ours = [category, *([f"{SEVERITY}{record.severity}"] if record.severity else [])]
    kept = [one for one in present if not one.startswith((CATEGORY, SEVERITY))]
    return [*kept, *(one[:LONGEST_LABEL] for one in ours)]


def located(address: str) -> tuple[str, int] | None:
    """Parse an issue's address into its repository and number; None if it is not one."""
    match = _ADDRESS.fullmatch(address)
    return (match["repository"], int(match["number"])) if match else None


def name(address: str) -> str:
    """Return an issue's name, such as `acme/app#12`; of another tracker's, the end of its address."""
    found = located(address)
    return f"{found[0]}#{found[1]}" if found else urlsplit(address).path.rstrip("/").rpartition("/")[2] or address


def quiet(text: str) -> str:
    """Neutralize a text: it stays on its line, makes no link, and notifies no one."""
    line = " ".join(text.split())[:LONGEST_FACT]
    return _SPECIAL.sub(r"\\\1", line).replace("@", "@\u200b")
