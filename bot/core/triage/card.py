"""Render what people see of a record: its card, its reaction, and the message to its team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.actions import (
    CHANGE_FEEDBACK,
    DISMISS_FEEDBACK,
    REOPEN_FEEDBACK,
    RESOLVE_FEEDBACK,
    TAKE_FEEDBACK,
)
from bot.core.domain.control_value import FeedbackRef
from bot.core.domain.feedback import ELSEWHERE, UNSORTED, FeedbackStatus
from bot.core.triage import issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Control
    from bot.core.ports import ChatNames

SHOWN_OF_EVIDENCE = 120  # characters
SHOWN_OF_OPTION = 60

REACTIONS = {
    "bug report": "bug",
    "account issue": "key",
    "performance issue": "turtle",
    "billing": "credit_card",
    "feature request": "bulb",
    "praise": "heart",
    "question": "question",
}
OTHER_REACTION = "label"


def reaction(record: Feedback) -> str:
    """Return the reaction that shows what a post is, "" if it is not feedback."""
    if record.status is FeedbackStatus.RESOLVED:
        return "white_check_mark"
    return REACTIONS.get(record.category.casefold(), OTHER_REACTION) if record.is_counted else ""


def card(record: Feedback, settings: ChannelSettings, names: ChatNames, *, original: str = "") -> str:
    """Render a record's card. `original` is the link to the post that it repeats."""
    if record.status is FeedbackStatus.WITHDRAWN:
        return "_Withdrawn: the post was deleted._"
    if record.status in {FeedbackStatus.DISMISSED, FeedbackStatus.IGNORED}:
        return "_Not counted as feedback._"
    words = [f"**{record.category or UNSORTED}**", record.severity, record.area, record.sentiment]
    lines = [" · ".join(word for word in words if word)]
    if record.summary:
        lines.append(plain(record.summary))
    if record.evidence and record.evidence.casefold() not in record.summary.casefold():
        lines.append(f"> {plain(record.evidence[:SHOWN_OF_EVIDENCE])}\n")  # else the quotation would go on
    facts = [f"Team: {record.team}" if record.team else "", _sureness(record, settings, names)]
    facts.append(f"repeats [an earlier post]({original})" if original else "")
    facts.append(f"[{plain(issue.name(record.issue))}]({record.issue})" if record.issue else "")
    facts.append("its team's channel can't be reached" if record.routed == ELSEWHERE else "")
    lines.append(" · ".join(fact for fact in facts if fact))
    lines.append(_standing(record, names))
    return "\n".join(line for line in lines if line)


def _sureness(record: Feedback, settings: ChannelSettings, names: ChatNames) -> str:
    if record.corrected_by:
        return f"corrected by {names.mention(record.corrected_by)}"
    if not record.category:
        return "⚠️ I couldn't sort this; please choose a category"
    return f"sorted by AI, {record.confidence}% sure" + (
        " ⚠️ please check" if record.confidence < settings.check_below else ""
    )


def _standing(record: Feedback, names: ChatNames) -> str:
    by = f" by {names.mention(record.assignee)}" if record.assignee else ""
    return {FeedbackStatus.TAKEN: f"_Taken{by}_", FeedbackStatus.RESOLVED: f"_Resolved{by}_"}.get(record.status, "")


def controls(record: Feedback) -> tuple[Control, ...]:
    """Return the controls for a record."""
    ref = FeedbackRef(id=record.id)
    change = CHANGE_FEEDBACK.button(ref)
    match record.status:
        case FeedbackStatus.WITHDRAWN:
            return ()
        case FeedbackStatus.OPEN | FeedbackStatus.TAKEN:
            take = (TAKE_FEEDBACK.button(ref, style="primary"),) if record.status is FeedbackStatus.OPEN else ()
            return (*take, change, RESOLVE_FEEDBACK.button(ref), DISMISS_FEEDBACK.button(ref))
        case _:
            return REOPEN_FEEDBACK.button(ref), change


def notice(records: Sequence[Feedback]) -> str:
    """Render the message that tells a team about new feedback, one line each with its link."""
    lines = [_line(record) for record in records]
    where = f"in <#{records[0].place.channel}>"
    if len(lines) == 1:
        return f"New post {where}: {lines[0]}"
    return "\n".join([f"{len(lines)} new posts {where}:", *(f"- {line}" for line in lines)])


def _line(record: Feedback) -> str:
    words = " · ".join(word for word in (record.category or UNSORTED, record.severity) if word)
    mark = {FeedbackStatus.RESOLVED: " ✓", FeedbackStatus.TAKEN: " (taken)"}.get(record.status, "")
    if not record.is_counted:
        return f"~~**{words}**: {plain(record.summary) or 'a post'}~~ ({record.status})"
    return f"**{words}**: {linked(record)}{mark}"


def notice_controls(records: Sequence[Feedback]) -> tuple[Control, ...]:
    """Return the controls below a team's message in its own channel."""
    if len(records) == 1:
        return controls(records[0])
    options = tuple((str(one.id), f"{one.category}: {one.summary}"[:SHOWN_OF_OPTION]) for one in records)
    return (CHANGE_FEEDBACK.menu(options, label="Change one of these…"),)


def linked(record: Feedback) -> str:
    """Return a post's summary as a link to the post."""
    return f"[{plain(record.summary) or 'a post'}]({record.permalink})"


def plain(text: str) -> str:
    """Escape the characters that would turn a text into a link or into markup."""
    return "".join(f"\\{letter}" if letter in "*_~`[]\\|<>#" else letter for letter in text)
