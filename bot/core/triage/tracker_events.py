"""What an event of a tracker changes: of what is known of the issue, and of its record.

An event is compared with what is known of the issue, which is what the tracker said last or the bot itself wrote, and
not with the record. So what the bot has written, and hears of again, is no change; neither is what it hears of twice.
Trackers deliver in any order, and their times are whole seconds. What is newer is taken over whole; within the same
second, only what the event is about; what is older changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.core.domain.category import FEEDBACK, with_other
from bot.core.domain.feedback import AT_TRACKER, CLOSED, FeedbackStatus
from bot.core.domain.tracker import GITHUB, IssueState, TrackerIssue
from bot.core.triage import issue as written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.tracker import IssueComment, TrackerEvent

CLOSES_WITHIN = timedelta(minutes=5)  # between a comment and its author's closing of the issue
LONGEST_COMMENT = 600  # characters that are kept
MOST_COMMENTS = 8  # that may become the one that closes an issue
MOST_NAMES = 50  # labels or assignees; GitHub has up to 100 labels, and 10 people

_CLOSED_THERE = {IssueState.COMPLETED, IssueState.NOT_PLANNED, IssueState.DUPLICATE, IssueState.CLOSED}
_REOPENED = {*CLOSED, FeedbackStatus.DISMISSED, FeedbackStatus.IGNORED}
_STILL = set(FeedbackStatus) - {FeedbackStatus.OPEN, FeedbackStatus.TAKEN, *_REOPENED}  # no tracker changes these
_TOLD_OF = {IssueState.COMPLETED, IssueState.NOT_PLANNED, IssueState.DUPLICATE}


@dataclass(frozen=True, slots=True)
class IssueChange:
    """What an event changes: what is known of the issue then, and fields of the record."""

    issue: TrackerIssue
    values: dict[str, Any] = field(default_factory=dict)


def is_configured(event: TrackerEvent, issue: TrackerIssue, settings: ChannelSettings) -> bool:
    """Return whether an event is from the repository that its channel is set to, which may be renamed since."""
    if event.tracker != GITHUB:
        return True
    known = {event.repository.casefold(), issue.repository.casefold()}
    return bool(settings.triage_github) and settings.triage_github.casefold() in known


def change(event: TrackerEvent, issue: TrackerIssue, record: Feedback, settings: ChannelSettings) -> IssueChange | None:
    """Return what an event changes, None for nothing. What is empty then, only what is known of the issue does."""
    if record.status in _STILL or issue.state == IssueState.DELETED:
        return None
    known = replace(
        issue,
        tracker=event.tracker or ("" if issue.tracker == GITHUB else issue.tracker),
        issue_id=event.issue_id or issue.issue_id,
        address=event.address or issue.address,
        repository=issue.repository or (settings.triage_github if event.tracker == GITHUB else ""),
        is_private=event.is_private if event.tracker == GITHUB else issue.is_private,
    )
    values: dict[str, Any] = {}
    if event.tracker == GITHUB and event.address and event.address != record.issue:
        values["issue"] = event.address
    known, labeled = _labels(event, known, record, settings)
    known, status = _state(event, known, record)
    values |= labeled | status
    known = _commented(event, _assigned(event, known))
    return IssueChange(known, values) if values or known != issue else None


def shows(before: TrackerIssue, after: TrackerIssue) -> bool:
    """Return whether people see a difference between what was known of an issue and what is."""
    return any(_seen(before)[name] != value for name, value in _seen(after).items())


def _seen(issue: TrackerIssue) -> dict[str, object]:
    return {
        "state": issue.decides and (issue.state, issue.changed_by),
        "gone": issue.state == IssueState.DELETED,
        "assignees": issue.assignees,
        "labels": others(issue.labels),
        "comment": closing_comment(issue),
        "address": issue.address,
    }


def others(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels that are not the bot's own."""
    return tuple(one for one in labels if not one.casefold().startswith((written.CATEGORY, written.SEVERITY)))


def closing_comment(issue: TrackerIssue) -> str:
    """Return what the person who closed an issue wrote as they did: the last before, else the first after; or ""."""
    if issue.state not in _CLOSED_THERE or not issue.decides or not (at := issue.state_at):
        return ""
    theirs = [one for one in _near(issue.comments, at) if one.by == issue.changed_by]
    before = [one for one in theirs if one.at <= at]
    return (before or theirs)[-1 if before else 0].text if theirs else ""


def to_tell(issue: TrackerIssue, record: Feedback, settings: ChannelSettings) -> IssueState | None:
    """Return the outcome that the author of a post is to be told of, or was: once each. None for no outcome."""
    is_decided = issue.decides and record.status in CLOSED and issue.state in _TOLD_OF
    is_wanted = settings.outcomes != "off" and bool(record.person) and not record.is_bot
    return IssueState(issue.state) if is_decided and is_wanted else None


# The state


def _state(event: TrackerEvent, issue: TrackerIssue, record: Feedback) -> tuple[TrackerIssue, dict[str, Any]]:
    is_gone = event.state is IssueState.DELETED
    if event.state is None or not (is_gone or _is_news(event, issue.state_at, "state")):
        return _named(event, issue), {}
    base = issue.state or record.issue_state or IssueState.OPEN
    known = replace(issue, state=event.state, state_at=event.at)
    if event.state == base:
        return _named(event, replace(known, changed_by=issue.changed_by)), {}
    if is_gone:
        return known, {}
    status = _status(event.state, record)
    values: dict[str, Any] = {"status": status} if status and status is not record.status else {}
    if event.tracker == GITHUB:  # which is now as it should be: nothing is to be written there
        values["issue_state"] = str(written.state(replace(record, status=status or record.status)))
    by = event.by if event.about == "state" else ""
    decides = status is not None and (issue.decides or "status" in values)
    return replace(known, changed_by=by, decides=decides, comments=_left(event, by, issue)), values


def _named(event: TrackerEvent, issue: TrackerIssue) -> TrackerIssue:
    """Add who set a state that a later event, which came earlier, had already told of."""
    is_late = event.about == "state" and event.state == issue.state and issue.decides and not issue.changed_by
    if not is_late or not issue.state_at or issue.state_at - event.at > CLOSES_WITHIN:
        return issue
    return replace(issue, changed_by=event.by)


def _status(state: IssueState, record: Feedback) -> FeedbackStatus | None:
    """Return the status that a state of the issue means, None where it means none."""
    if state is IssueState.OPEN:
        return (
            (FeedbackStatus.TAKEN if record.assignee else FeedbackStatus.OPEN) if record.status in _REOPENED else None
        )
    if not record.is_counted:
        return None
    return FeedbackStatus.RESOLVED if state is IssueState.COMPLETED else FeedbackStatus.DECLINED


def _is_news(event: TrackerEvent, known_at: datetime | None, about: str) -> bool:
    return known_at is None or event.at > known_at or (event.at == known_at and event.about == about)


# Labels and assignees


def _labels(
    event: TrackerEvent, issue: TrackerIssue, record: Feedback, settings: ChannelSettings
) -> tuple[TrackerIssue, dict[str, Any]]:
    """Take over the labels; new ones that name a category or a severity of the channel change the record."""
    if event.labels is None or not _is_news(event, issue.labels_at, "labels"):
        return issue, {}
    base = issue.labels if issue.labels_at else tuple(written.labels(record))
    labels = _list(event, event.labels, base, is_tie=event.at == issue.labels_at)
    new = [one for one in labels if one not in base]
    categories = tuple(one.name for one in with_other(settings.categories or FEEDBACK))
    found = {
        "category": _named_by(new, written.CATEGORY, categories),
        "severity": _named_by(new, written.SEVERITY, settings.severities),
    }
    values = {name: value for name, value in found.items() if value and value != getattr(record, name)}
    return replace(issue, labels=labels, labels_at=event.at), values | ({"corrected_by": AT_TRACKER} if values else {})


def _named_by(labels: Sequence[str], prefix: str, names: Sequence[str]) -> str:
    """Return the one of these names that labels have after a prefix, "" for none or several."""
    spelled = {f"{prefix}{name}"[: written.LONGEST_LABEL].casefold(): name for name in names}
    found = {spelled[one.casefold()] for one in labels if one.casefold() in spelled}
    return found.pop() if len(found) == 1 else ""


def _assigned(event: TrackerEvent, issue: TrackerIssue) -> TrackerIssue:
    if event.assignees is None or not _is_news(event, issue.assignees_at, "assignees"):
        return issue
    assignees = _list(event, event.assignees, issue.assignees, is_tie=event.at == issue.assignees_at)
    return replace(issue, assignees=assignees, assignees_at=event.at)


def _list(event: TrackerEvent, whole: tuple[str, ...], known: tuple[str, ...], *, is_tie: bool) -> tuple[str, ...]:
    """Return a list as it is now; of two events within one second, neither need know what the other did."""
    if is_tie and (event.added or event.removed):
        whole = tuple(one for one in (*known, event.added) if one and one != event.removed)
    return tuple(dict.fromkeys(whole))[:MOST_NAMES]


# The comments


def _near(comments: Sequence[IssueComment], at: datetime) -> tuple[IssueComment, ...]:
    return tuple(one for one in comments if abs(at - one.at) <= CLOSES_WITHIN)


def _left(event: TrackerEvent, by: str, issue: TrackerIssue) -> tuple[IssueComment, ...]:
    """Return the comments that may belong to a state: by who closed the issue, not from before it was reopened."""
    if event.state not in _CLOSED_THERE:
        return tuple(one for one in issue.comments if one.at > event.at)
    return tuple(one for one in _near(issue.comments, event.at) if not by or one.by == by)


def _commented(event: TrackerEvent, issue: TrackerIssue) -> TrackerIssue:
    """Keep a comment that closes the issue, or may do so soon, as it reads now; forget one that was deleted."""
    if (comment := event.comment) is None:
        return issue
    others = [one for one in issue.comments if (one.by, one.at) != (comment.by, comment.at)]
    if not (text := comment.text.strip()[:LONGEST_COMMENT]):
        return replace(issue, comments=tuple(others))
    found = sorted([*others, replace(comment, text=text)], key=lambda one: one.at)
    if issue.state not in _CLOSED_THERE or not issue.state_at:
        return replace(issue, comments=_near(found, found[-1].at)[-MOST_COMMENTS:])
    near = [one for one in _near(found, issue.state_at) if not issue.changed_by or one.by == issue.changed_by]
    return replace(issue, comments=tuple(near[:MOST_COMMENTS]))
