"""What an event of a tracker changes, whatever the order in which events come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.feedback import AT_TRACKER, COUNTED, Feedback, FeedbackStatus
from bot.core.domain.tracker import GITHUB, IssueComment, IssueState, TrackerEvent, TrackerIssue
from bot.core.triage import issue as written
from bot.core.triage.find import STANDING
from bot.core.triage.tracker_events import change, closing_comment, is_configured, others, shows, to_tell

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
ADDRESS = "https://github.com/acme/app/issues/12"
SETTINGS = ChannelSettings(triage_github="acme/app")
RECORD = Feedback(
    *(7, "T1", "C1", "1.2", "U1", "It fails", NOON),
    status=FeedbackStatus.OPEN,
    category="Bug report",
    severity="High",
    issue=ADDRESS,
    issue_state="open",
)
KNOWN = TrackerIssue(7, GITHUB, "1", ADDRESS, "acme/app", state="open", labels=tuple(written.labels(RECORD)))
SEEN = replace(KNOWN, state_at=NOON, labels_at=NOON, assignees_at=NOON)


def event(minutes: float = 1, about: Any = "", **said: Any) -> TrackerEvent:
    at = NOON + timedelta(minutes=minutes)
    usual: dict[str, Any] = {"by": "octocat", "issue_id": "1", "address": ADDRESS, "repository": "acme/app"}
    return TrackerEvent(GITHUB, at, about, **usual | said)


def closed(minutes: float = 1, state: IssueState = IssueState.COMPLETED, **said: Any) -> TrackerEvent:
    return event(minutes, "state", state=state, **said)


def after(
    events: Sequence[TrackerEvent], issue: TrackerIssue = KNOWN, record: Feedback = RECORD
) -> tuple[TrackerIssue, Feedback]:
    """Let events come one after the other; return what is known then."""
    for one in events:
        if (found := change(one, issue, record, SETTINGS)) is not None:
            issue, record = found.issue, replace(record, **found.values)
    return issue, record


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (IssueState.COMPLETED, FeedbackStatus.RESOLVED),
        (IssueState.NOT_PLANNED, FeedbackStatus.DECLINED),
        (IssueState.DUPLICATE, FeedbackStatus.DECLINED),
        (IssueState.CLOSED, FeedbackStatus.DECLINED),
    ],
)
def test_a_closed_issue_sets_the_status(state: IssueState, status: FeedbackStatus) -> None:
    issue, record = after([closed(state=state)])
    assert (record.status, issue.changed_by, issue.decides) == (status, "octocat", True)
    assert record.issue_state == written.state(record)  # so that nothing is written back
    told = None if state is IssueState.CLOSED else state
    assert to_tell(issue, record, SETTINGS) == told


@pytest.mark.parametrize(
    ("status", "assignee", "then"),
    [
        (FeedbackStatus.RESOLVED, "", FeedbackStatus.OPEN),
        (FeedbackStatus.DECLINED, "U2", FeedbackStatus.TAKEN),
        (FeedbackStatus.DISMISSED, "", FeedbackStatus.OPEN),
        (FeedbackStatus.IGNORED, "", FeedbackStatus.OPEN),
        (FeedbackStatus.TAKEN, "U2", FeedbackStatus.TAKEN),
        (FeedbackStatus.WITHDRAWN, "", FeedbackStatus.WITHDRAWN),
    ],
)
def test_a_reopened_issue_opens_the_record(status: FeedbackStatus, assignee: str, then: FeedbackStatus) -> None:
    record = replace(RECORD, status=status, assignee=assignee, issue_state="not_planned")
    known = replace(KNOWN, state="not_planned", state_at=NOON)
    _, record = after([event(about="state", state=IssueState.OPEN)], known, record)
    assert record.status is then


@pytest.mark.parametrize("status", sorted(set(FeedbackStatus) - set(COUNTED)))
def test_what_does_not_count_is_not_resolved(status: FeedbackStatus) -> None:
    issue, record = after([closed()], record=replace(RECORD, status=status))
    assert record.status is status
    assert to_tell(issue, record, SETTINGS) is None


def test_each_status_of_feedback_has_its_word() -> None:
    assert STANDING.keys() == set(COUNTED)


def test_what_the_bot_wrote_is_no_change() -> None:
    """It has closed and opened the issue within a second; GitHub tells of the first only now."""
    known = replace(KNOWN, state="open", state_at=NOON + timedelta(seconds=59.999999))
    assert after([event(59 / 60, "state", state=IssueState.COMPLETED)], known)[1] == RECORD
    found = change(event(59 / 60, "state", state=IssueState.OPEN), known, RECORD, SETTINGS)
    assert found is None


def test_a_status_set_in_both_places_is_the_bots() -> None:
    issue, record = after([closed()], record=replace(RECORD, status=FeedbackStatus.RESOLVED))
    assert issue.state == "completed"
    assert to_tell(issue, record, SETTINGS) is None


def test_a_category_of_the_channel_is_taken_over() -> None:
    labels = (*KNOWN.labels, "CATEGORY: billing", "severity: low", ":bug: triage")
    issue, record = after([event(about="labels", labels=labels)])
    assert (record.category, record.severity, record.corrected_by) == ("Billing", "Low", AT_TRACKER)
    assert others(issue.labels) == (":bug: triage",)


@pytest.mark.parametrize(
    "labels", [(), ("category: Nonsense",), ("category: Billing", "category: Praise"), ("Billing",)]
)
def test_other_labels_change_no_category(labels: tuple[str, ...]) -> None:
    issue, record = after([event(about="labels", labels=labels)])
    assert record == RECORD
    assert issue.labels == labels


def test_events_of_one_second_add_up() -> None:
    second = [
        event(about="labels", labels=("b", "a"), added="a"),
        event(about="labels", labels=("b",), added="b"),
        event(about="assignees", assignees=("octocat",), added="octocat"),
        event(about="labels", labels=("c", "b", "a"), added="c"),
        event(about="labels", labels=("b", "a"), removed="c"),
    ]
    issue, _ = after(second, SEEN)
    assert (set(issue.labels), issue.assignees) == ({"a", "b"}, ("octocat",))


def test_a_missed_close_is_made_up_for() -> None:
    """The event itself never came; another one shows that the issue is closed."""
    issue, record = after([event(about="labels", labels=KNOWN.labels, state=IssueState.COMPLETED)])
    assert (record.status, issue.changed_by) == (FeedbackStatus.RESOLVED, "")
    issue, record = after([closed(0.99, by="hubot")], issue, record)
    assert (record.status, issue.changed_by) == (FeedbackStatus.RESOLVED, "hubot")


def test_the_closing_comment_is_the_closers() -> None:
    def comment(minutes: float, text: str, by: str = "octocat") -> TrackerEvent:
        said = IssueComment(text, by, NOON + timedelta(minutes=minutes))
        return event(minutes, "comment", comment=said)

    before, at_once, late = comment(1, "Fixed"), comment(8, "In 2.1"), comment(20, "By the way")
    assert closing_comment(after([before, closed(3)])[0]) == "Fixed"
    assert closing_comment(after([closed(8), at_once])[0]) == "In 2.1"
    assert closing_comment(after([closed(8), late])[0]) == ""
    assert closing_comment(after([before, closed(9)])[0]) == ""
    assert closing_comment(after([closed(8), comment(9, "Why?", "somebody"), at_once, late])[0]) == "In 2.1"
    reopened = event(10, "state", state=IssueState.OPEN)
    assert closing_comment(after([closed(8), at_once, reopened])[0]) == ""
    assert closing_comment(after([closed(8), at_once, reopened, closed(11)])[0]) == ""


def commented(minutes: float, text: str, by: str = "octocat") -> TrackerEvent:
    return event(20, "comment", comment=IssueComment(text, by, NOON + timedelta(minutes=minutes)))


def test_others_do_not_push_the_closing_comment_out() -> None:
    others = [commented(1 + number / 10, "Thanks!", f"user{number}") for number in range(5)]
    issue, _record = after([commented(1, "Fixed in 2.1"), *others, closed(2)])
    assert closing_comment(issue) == "Fixed in 2.1"
    assert {one.by for one in issue.comments} == {"octocat"}  # what the others said is not kept


@given(st.permutations([commented(0.5, "One moment"), commented(1, "Done"), closed(1), commented(2, "Bye")]))
def test_any_order_has_one_closing_comment(events: list[TrackerEvent]) -> None:
    assert closing_comment(after(events)[0]) == "Done"


def test_a_comment_reads_as_it_does_there() -> None:
    """Its writer may correct it, or take it back, as where it had a password in it."""
    corrected = [commented(1, "Fixed in 1.2"), closed(2), commented(1, "Fixed in 2.1")]
    assert closing_comment(after(corrected)[0]) == "Fixed in 2.1"
    assert after([*corrected, commented(1, "")])[0].comments == ()
    assert after([*corrected, commented(1.5, "")])[0].comments == after(corrected)[0].comments


def test_another_tracker_makes_nothing_public() -> None:
    """What was said in a private repository stays what it is, whatever another tracker says of the record."""
    said = IssueComment("Ana's machine was out of memory.", "octocat", NOON + timedelta(minutes=1))
    private = [event(comment=said, is_private=True), closed(2, is_private=True)]
    of_another = TrackerEvent("Jira", NOON + timedelta(minutes=9), assignees=("Ana",))
    issue, _record = after([*private, of_another])
    assert (issue.tracker, issue.assignees, issue.is_private) == ("Jira", ("Ana",), True)
    assert not after([*private, event(10, is_private=False)])[0].is_private


def test_a_deleted_issue_stays_as_it_is() -> None:
    known = replace(KNOWN, state="open", state_at=NOON + timedelta(days=1))
    issue, record = after([event(about="state", state=IssueState.DELETED), closed(9_999)], known)
    assert (issue.state, record.status) == (IssueState.DELETED, FeedbackStatus.OPEN)
    assert shows(known, issue)


@pytest.mark.parametrize(
    ("set_to", "known", "of_event", "is_it"),
    [
        ("acme/app", "acme/app", "acme/app", True),
        ("Acme/App", "", "acme/app", True),
        ("acme/app", "acme/app", "acme/renamed", True),
        ("acme/renamed", "acme/app", "acme/renamed", True),
        ("acme/other", "acme/app", "acme/app", False),
        ("", "", "acme/app", False),
        ("", "", "", False),
    ],
)
def test_only_the_set_repository_counts(set_to: str, known: str, of_event: str, *, is_it: bool) -> None:
    issue = replace(KNOWN, repository=known)
    assert is_configured(event(repository=of_event), issue, ChannelSettings(triage_github=set_to)) is is_it


def test_people_are_told_as_it_is_set() -> None:
    issue, record = after([closed()])
    for unwanted in (
        replace(record, is_bot=True),
        replace(record, person=""),
        replace(record, status=FeedbackStatus.OPEN),
    ):
        assert to_tell(issue, unwanted, SETTINGS) is None
    assert to_tell(issue, record, ChannelSettings(outcomes="off")) is None
    assert to_tell(replace(issue, decides=False), record, SETTINGS) is None


said = st.builds(
    event,
    st.integers(1, 30).map(float),
    state=st.sampled_from([IssueState.OPEN, IssueState.COMPLETED, IssueState.NOT_PLANNED]),
    labels=st.lists(st.sampled_from(["category: Billing", "category: Praise", "a", "b"]), unique=True).map(tuple),
    assignees=st.lists(st.sampled_from(["octocat", "hubot"]), unique=True).map(tuple),
)


@given(st.lists(said, min_size=1, max_size=8, unique_by=lambda one: one.at), st.data())
def test_any_order_ends_with_the_newest(events: list[TrackerEvent], data: st.DataObject) -> None:
    """Events that come in any order, some of them twice, leave the state of the newest."""
    shuffled = data.draw(st.permutations([*events, *events[:3]]))
    issue, record = after(shuffled, SEEN)
    newest = max(events, key=lambda one: one.at)
    assert (issue.state, issue.labels, issue.assignees) == (newest.state, newest.labels, newest.assignees)
    is_closed = {"completed": FeedbackStatus.RESOLVED, "not_planned": FeedbackStatus.DECLINED}
    assert record.status is is_closed.get(issue.state, FeedbackStatus.OPEN)
    assert record.issue_state == written.state(record)
    assert after(shuffled, issue, record) == (issue, record)
