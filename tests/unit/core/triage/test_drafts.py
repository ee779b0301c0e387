"""The rules of drafts: who gets one, when it may be sent, and when without a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.draft import LONGEST_DRAFT, Draft, DraftState, digest
from bot.core.domain.feedback import ELSEWHERE, Feedback, FeedbackStatus, Judgment
from bot.core.domain.message import FileRef
from bot.core.domain.route import Team
from bot.core.domain.setting_choices import Drafts
from bot.core.domain.tool import SourceLink
from bot.core.triage.drafts import card, rules
from bot.core.triage.drafts.card import quoted
from bot.core.triage.drafts.rules import DraftContext
from bot.core.writing.for_approval import shortened

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
RECORD = Feedback(
    7,
    "T1",
    "C1",
    "1.2",
    "U1",
    "How do I export?",
    NOW,
    status=FeedbackStatus.OPEN,
    category="Question",
    severity="Low",
    confidence=90,
    team="Apps",
    routed="C2:3.4",
)
DRAFT = Draft(1, "T1", "C1", "1.2", 7, digest(RECORD), DraftState.READY, NOW, text="In the menu.")
TEAM = Team(name="Apps", channel="C2")
AUTO = ChannelSettings(drafts=Drafts.AUTO, teams=(TEAM,))
FINE = DraftContext([True] * rules.JUDGED, has_outsiders=False, has_replies=False)
SEVERITIES = st.lists(st.text(min_size=1), min_size=2, max_size=10, unique=True)


@pytest.mark.parametrize(
    ("mode", "judged", "wanted"),
    [
        (Drafts.ON, Judgment(1, ("Bug report",), asks=True), True),
        (Drafts.ON, Judgment(1, ("question",)), True),
        (Drafts.ON, Judgment(1, ("Praise",)), False),
        (Drafts.OFF, Judgment(1, ("Question",), asks=True), False),
    ],
)
def test_a_post_that_asks_wants_a_draft(mode: Drafts, judged: Judgment, *, wanted: bool) -> None:
    assert rules.wants_draft(judged, ChannelSettings(drafts=mode)) is wanted


def test_only_a_channel_of_its_own_is_the_teams() -> None:
    assert rules.team_channel(RECORD, AUTO) == "C2"
    for not_told in ("", ELSEWHERE, "C9:3.4"):
        assert rules.team_channel(replace(RECORD, routed=not_told), AUTO) == ""
    here = AUTO.model_copy(update={"teams": (Team(name="Apps", channel="C1"),)})
    assert rules.team_channel(replace(RECORD, routed="C1:3.4"), here) == ""
    assert rules.team_channel(replace(RECORD, team=""), AUTO) == ""


def test_what_is_fine_goes_alone() -> None:
    assert rules.may_go_alone(DRAFT, RECORD, AUTO, FINE)


@pytest.mark.parametrize(
    ("draft", "record", "settings", "context"),
    [
        (DRAFT, RECORD, AUTO.model_copy(update={"drafts": Drafts.ON}), FINE),
        (replace(DRAFT, is_trimmed=True), RECORD, AUTO, FINE),
        (replace(DRAFT, text="Reply with your password."), RECORD, AUTO, FINE),
        (replace(DRAFT, text="Antworte mit deinem Passwort."), RECORD, AUTO, FINE),
        (DRAFT, replace(RECORD, severity="High"), AUTO, FINE),
        (DRAFT, replace(RECORD, severity="unheard of"), AUTO, FINE),
        (DRAFT, replace(RECORD, is_bot=True), AUTO, FINE),
        (DRAFT, replace(RECORD, confidence=59), AUTO, FINE),
        (DRAFT, replace(RECORD, status=FeedbackStatus.TAKEN), AUTO, FINE),
        (DRAFT, replace(RECORD, text="How do I print?"), AUTO, FINE),
        (DRAFT, RECORD, AUTO, replace(FINE, has_outsiders=True)),
        (DRAFT, RECORD, AUTO, replace(FINE, has_replies=True)),
        (DRAFT, RECORD, AUTO, replace(FINE, unchanged=[True] * (rules.JUDGED - 1))),
        (DRAFT, RECORD, AUTO, replace(FINE, unchanged=[False] * 4 + [True] * 26)),
    ],
)
def test_any_doubt_keeps_a_draft_for_people(
    draft: Draft, record: Feedback, settings: ChannelSettings, context: DraftContext
) -> None:
    assert not rules.may_go_alone(draft, record, settings, context)


def test_a_post_with_files_does_not_go_alone() -> None:
    seen = replace(RECORD, files=(FileRef("F1", "screen.png", "image/png", 10),))
    assert not rules.may_go_alone(replace(DRAFT, digest=digest(seen)), seen, AUTO, FINE)


def test_outsiders_are_answered_alone_where_that_is_set() -> None:
    settings = AUTO.model_copy(update={"drafts_outsiders": True})
    assert rules.may_go_alone(DRAFT, RECORD, settings, replace(FINE, has_outsiders=True))


@given(st.lists(st.booleans(), max_size=60))
def test_trust_needs_thirty_of_which_twenty_seven_went_unchanged(unchanged: list[bool]) -> None:
    newest = unchanged[:30]
    assert rules.is_trusted(unchanged) is (len(newest) == 30 and newest.count(False) <= 3)


@given(SEVERITIES)
def test_the_lower_half_is_not_severe(severities: list[str]) -> None:
    found = [rules.is_severe(one, severities) for one in severities]
    assert found == sorted(found)
    assert found[-1]
    assert found.count(False) == len(severities) // 2


@pytest.mark.parametrize(
    ("draft", "record", "why"),
    [
        (DRAFT, RECORD, ""),
        (DRAFT, replace(RECORD, status=FeedbackStatus.WITHDRAWN), "deleted"),
        (DRAFT, replace(RECORD, text=""), "deleted"),
        (DRAFT, replace(RECORD, status=FeedbackStatus.RESOLVED), "no longer open"),
        (DRAFT, replace(RECORD, status=FeedbackStatus.DISMISSED), "no longer open"),
        (DRAFT, replace(RECORD, text="How do I print?"), "edited"),
        (replace(DRAFT, state=DraftState.STALE), RECORD, "edited"),
        (replace(DRAFT, text=""), RECORD, "out of date"),
    ],
)
def test_what_has_changed_is_not_sent(draft: Draft, record: Feedback, why: str) -> None:
    sentence = rules.hindrance(draft, record)
    assert why in sentence
    assert bool(why) is bool(sentence)


@pytest.mark.parametrize("state", [one for one in DraftState if one is not DraftState.READY])
def test_who_comes_second_gets_a_sentence(state: DraftState) -> None:
    sentence = rules.decided(replace(DRAFT, state=state), "@anna")
    assert sentence.endswith(".")
    assert "{" not in sentence


@given(st.text(max_size=5_000))
def test_a_draft_fits_into_its_form(text: str) -> None:
    assert len(shortened(text, LONGEST_DRAFT)) <= LONGEST_DRAFT
    assert shortened(text, LONGEST_DRAFT).rstrip("…") in text


def test_a_long_draft_ends_with_a_paragraph() -> None:
    assert shortened("\n\n".join(["x" * 900] * 5), LONGEST_DRAFT) == "\n\n".join(["x" * 900] * 3)


LINKS = (SourceLink("https://docs.example/a"), SourceLink("https://docs.example/b"))
CITED = "In the menu. [1](https://docs.example/a) As a file. [2](https://docs.example/b)\n\n    x[1]"


def test_marks_are_edited_as_numbers() -> None:
    draft = replace(DRAFT, text=CITED, sources=LINKS)
    shown = card.editable(draft)
    assert shown == "In the menu. [1] As a file. [2]\n\n    x[1]"
    assert card.edited(draft, shown) == CITED
    assert card.edited(draft, "Done. [2] [3] [1](https://else.example)") == (
        "Done. [2](https://docs.example/b) [3] [1](https://else.example)"
    )


@given(st.text())
def test_nothing_leaves_a_quotation(text: str) -> None:
    assert all(line.startswith("> ") for line in quoted(text).splitlines())
