"""The chain of jobs as its page draws it, held against the jobs that follow."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.draft import Draft, DraftState
from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.domain.message import MessageEdit, Place
from bot.core.domain.route import Team
from bot.core.domain.setting_choices import Drafts
from bot.core.domain.tracker import IssueComment, TrackerEvent
from bot.jobs import feedback_chain as chain

CHANNEL, TODAY = Place("T1", "C1"), date(2026, 11, 30)
SAID_AT = datetime(2026, 11, 30, tzinfo=UTC)
POST = Feedback(7, "T1", "C1", "1.2", "U1", "It fails", SAID_AT, status=FeedbackStatus.OPEN, team="core", version=3)
DRAFT = Draft(1, "T1", "C1", "1.2", 7, "abc", DraftState.SENDING, SAID_AT)
EDIT = MessageEdit(replace(CHANNEL, thread="1.2"), "1.2", "U1", "T1", "It fails again", "1.3")
EVENT = TrackerEvent("GitHub", SAID_AT, comment=IssueComment("Fixed", "octocat", SAID_AT))
PLAIN = ChannelSettings()
FULL = ChannelSettings(
    webhook="https://example.com",
    triage_github="team/bugs",
    teams=(Team(name="core", channel="C2"),),
    drafts=Drafts.ON,
)

FOLLOWING = {
    "a post": chain.after_post(CHANNEL, "1.2"),
    "an edit": [
        *chain.after_edit(POST, EDIT),
        *chain.after_edit(replace(POST, status=FeedbackStatus.WITHDRAWN), EDIT),
    ],
    "triage": chain.after_sort(CHANNEL, [POST], alert="1", more="1"),
    "triage show": chain.after_show(POST, FULL),
    "triage notify": chain.after_notify(CHANNEL, "C2", [POST], [POST], TODAY),
    "triage draft": chain.after_draft(POST, DRAFT),
    "triage draft send": chain.after_decision(POST, DRAFT),
    "an approval": chain.after_approval(DRAFT, CHANNEL),
    "triage github": chain.after_issue(POST),
    "a tracker": chain.after_tracker(POST, EVENT, "1"),
    "triage event": chain.after_event(POST, "completed", ""),
    "a button": chain.after_action(POST),
    "a setting": chain.after_routing(POST, FULL),
    "a look": chain.after_look([CHANNEL], [POST], 1),
    "a due time": chain.after_due(CHANNEL, "2026-11-30"),
    "a due clock": chain.after_clocks(CHANNEL, "7:1", "20261130T09"),
}


def test_the_drawing_is_the_chain() -> None:
    drawn = re.findall(r"^    after (.+?)  +(.+)$", chain.__doc__ or "", re.MULTILINE)
    following = {cause: {job.kind for job in jobs} for cause, jobs in FOLLOWING.items()}
    assert {cause: set(re.split(r", | \| ", jobs)) for cause, jobs in drawn} == following


def test_nothing_follows_where_nothing_is_set() -> None:
    assert chain.after_show(POST, PLAIN) == []
    assert chain.after_sort(CHANNEL, []) == []
    assert chain.after_notify(CHANNEL, "C2", [], [], TODAY) == []


def test_a_told_team_is_left_alone() -> None:
    assert chain.after_routing(replace(POST, routed="C2"), FULL) == []


def test_an_issue_that_is_current_stays() -> None:
    kinds = {job.kind for job in chain.after_show(replace(POST, issue_version=3), FULL)}
    assert chain.GITHUB not in kinds


def test_each_version_is_shown_once() -> None:
    (first,), (second,) = chain.after_issue(POST), chain.after_issue(replace(POST, version=4))
    assert first.id == chain.after_action(POST)[0].id != second.id


def test_an_event_waits_behind_what_is_written() -> None:
    (event,) = chain.after_tracker(POST, EVENT, "1")
    (written,) = (job for job in chain.after_show(POST, FULL) if job.kind == chain.GITHUB)
    assert event.key == written.key
    assert chain.event_of(json.loads(json.dumps(event.payload))) == EVENT


def test_an_outcome_is_told_once() -> None:
    first, again, late = (chain.after_event(POST, "completed", comment)[1].id for comment in ("", "", "Fixed"))
    assert first == again != late
    assert [job.kind for job in chain.after_event(POST, "", "Fixed")] == [chain.SHOW]


def test_a_button_waits_for_no_other_card() -> None:
    (now,), (later,) = chain.after_action(POST), chain.after_issue(POST)
    assert now.key.startswith(f"{later.key}:")
