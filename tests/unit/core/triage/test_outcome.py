"""What people read of an issue's end, whatever somebody wrote there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.addresses import Addresses
from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.domain.people import Venue
from bot.core.domain.tracker import GITHUB, IssueComment, IssueState, TrackerIssue
from bot.core.triage.outcome import LONGEST_QUOTE, facts, for_readers, message, quoted, standing
from bot.errors import ChatError

if TYPE_CHECKING:
    from bot.core.domain.message import Place

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
ADDRESS = "https://github.com/acme/app/issues/12"
RECORD = Feedback(7, "T1", "C1", "1.2", "U1", "It fails", NOON, status=FeedbackStatus.RESOLVED, issue=ADDRESS)
CLOSED = TrackerIssue(
    7, GITHUB, address=ADDRESS, state="completed", state_at=NOON, changed_by="octo_cat[bot]", decides=True
)
SAID = replace(CLOSED, comments=(IssueComment("In 2.1", "octo_cat[bot]", NOON),))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Fixed in\r\n 2.1", "Fixed in 2.1"),
        ("<!-- a template --> Fixed <!-- and", "Fixed"),
        ("> On Monday somebody wrote:\n> why\n\nBecause", "Because"),
        ("<@U123> <!channel> *now*", "\\<@U123\\> \\<!channel\\> \\*now\\*"),
        ("see https://github.com/acme/app/pull/9.", "see <https://github.com/acme/app/pull/9>."),
        ("see https://github.com.evil.example/x?a=1", "see `https://github.com.evil.example/x?a=1`"),
        ("[press here](https://evil.example)", "\\[press `here](https://evil.example)`"),
        ("https://github.com@evil.example/", "`https://github.com@evil.example/`"),
        ("mail me@evil.example or www.evil.example/x", "mail `me@evil.example` or `www.evil.example/x`"),
        ("&lt;!here&gt; `code`", "\\&lt;!here\\&gt; 'code'"),
        ("", ""),
    ],
)
def test_a_comment_is_only_text(text: str, shown: str) -> None:
    assert quoted(text, "github.com") == shown


@given(st.text(alphabet=st.sampled_from("ab.:/@<>[]()!|`*_&#\\ \n-h"), max_size=600) | st.text(max_size=600))
def test_no_comment_brings_a_link(text: str) -> None:
    shown = quoted(f"{text} https://x.example/{text}", "github.com")
    assert "\n" not in shown
    outside = re.sub(r"`[^`]*`", "", shown)
    assert Addresses().part_others(outside) == outside
    assert not re.search(r"(?<!\\)[<\[]", outside)
    assert len(shown) <= 3 * LONGEST_QUOTE


def test_who_closed_it_is_named() -> None:
    assert standing(CLOSED, RECORD) == "_Resolved by octo\\_cat\\[bot\\] on GitHub_"
    assert standing(replace(CLOSED, changed_by=""), RECORD) == "_Resolved on GitHub_"
    assert standing(replace(CLOSED, tracker="Jira"), RECORD) == "_Resolved by octo\\_cat\\[bot\\] in Jira_"
    assert standing(replace(CLOSED, tracker="", changed_by=""), RECORD) == "_Resolved in the tracker_"
    assert standing(replace(CLOSED, decides=False), RECORD) == ""


def test_names_are_few_and_short() -> None:
    many = tuple(f"label {number} {'x' * 60}" for number in range(40))
    (people, labels) = facts(replace(CLOSED, labels=("category: Bug", *many), assignees=("a", "b")), RECORD)
    assert people == "assigned to a, b on GitHub"
    assert "category" not in labels
    assert len(labels) < 300
    assert labels.endswith("…")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (IssueState.COMPLETED, "Good news"),
        (IssueState.NOT_PLANNED, "decided not to do this"),
        (IssueState.DUPLICATE, "already tracks this"),
    ],
)
def test_each_outcome_has_its_sentence(state: IssueState, words: str) -> None:
    told = message(replace(SAID, state=state), RECORD, with_comment=True)
    assert words in told
    assert "[acme/app\\#12](https://github.com/acme/app/issues/12)" in told
    assert told.endswith("wrote:\n> In 2.1")
    assert "2.1" not in message(replace(SAID, state=state), RECORD, with_comment=False)


def test_a_tracker_without_a_link_is_told_too() -> None:
    issue = replace(SAID, tracker="", address="", changed_by="", comments=(IssueComment("In 2.1", "", NOON),))
    told = message(issue, replace(RECORD, issue=""), with_comment=True)
    assert told == "Good news: this is done. The issue was closed as completed.\nThe comment on it:\n> In 2.1"


class Channels:
    """Knows one channel."""

    def __init__(self, *, is_shared: bool | None) -> None:
        self._is_shared = is_shared

    async def venue(self, place: Place, person: str) -> Venue:
        assert (place.channel, person) == ("C1", "U1")
        if self._is_shared is None:
            raise ChatError("channel_not_found")
        return Venue("support", is_private=False, has_bot=True, has_person=True, is_shared=self._is_shared)


@pytest.mark.parametrize(
    ("is_private", "is_shared", "is_told"),
    [(True, True, False), (True, None, False), (True, False, True), (False, True, True)],
)
async def test_private_comments_stay_among_colleagues(
    *, is_private: bool, is_shared: bool | None, is_told: bool
) -> None:
    issue = await for_readers(replace(SAID, is_private=is_private), RECORD, Channels(is_shared=is_shared))  # type: ignore[arg-type] # all that is asked
    assert ("2.1" in message(issue, RECORD, with_comment=True)) is is_told
