"""Which posts get a draft, where it is shown, when it may be sent, and when without a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.domain.draft import DraftState, digest
from bot.core.domain.feedback import ELSEWHERE, FeedbackStatus
from bot.core.domain.route import team as find_team
from bot.core.domain.setting_choices import Drafts
from bot.core.privacy.redaction.keyword import names_secret
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.draft import Draft
    from bot.core.domain.feedback import Feedback, Judgment

QUESTION = "question"  # not for people: a category whose posts ask for something, whatever else is said of them
JUDGED = 30  # newest drafts of a category that a person decided about
UNCHANGED = 0.9  # the share of these that has to have been sent as it was, for the bot to send one itself
MOST_AN_HOUR = 30  # drafts of one channel

DELETED = N_("The post was deleted, so there is nothing to answer.")
EDITED = N_(
    "The post was edited after this draft was written, so I didn't send it. If it still asks, a new one follows."
)
CLOSED = N_("This feedback is no longer open, so I didn't send the draft. Reopen it first.")
REPLIED = N_("There are new replies below the post.")
LOOK_FIRST = N_("Have a look first; then you can still send this with “Edit…”.")
ALONE = N_("I have sent this draft by myself already.")
TAKEN_UP = N_("{person} is sending this draft already.")
SENT_BEFORE = N_("{person} has sent this draft already.")
DISCARDED = N_("{person} has discarded this draft already.")
OUTDATED = N_("This draft is out of date.")
DOUBTFUL = N_("I don't send this draft without a person.")


def wants_draft(judged: Judgment, settings: ChannelSettings) -> bool:
    """Return whether an answer to a post is to be drafted: its writer wants to know something."""
    return settings.drafts is not Drafts.OFF and (judged.asks or judged.category.casefold() == QUESTION)


def team_channel(record: Feedback, settings: ChannelSettings) -> str:
    """Return the channel where only a record's team reads, and knows of the record; "" if there is none."""
    team = find_team(settings.teams, record.team)
    channel, _colon, message = record.routed.partition(":")
    is_there = team is not None and team.channel == channel and bool(message) and record.routed != ELSEWHERE
    return channel if is_there and channel != record.channel else ""


def is_for_form(draft: Draft, record: Feedback, settings: ChannelSettings) -> bool:
    """Return whether a draft is shown in a form, as no channel is its team's own, or the bot can't post to that."""
    return draft.shown == ELSEWHERE or not team_channel(record, settings)


def is_waiting(record: Feedback) -> bool:
    """Return whether a record may still be answered."""
    return record.status in {FeedbackStatus.OPEN, FeedbackStatus.TAKEN}


def hindrance(draft: Draft, record: Feedback) -> str:
    """Return why a draft must not be sent, "" if it may. `record` has all of its post's words, of now."""
    if record.status is FeedbackStatus.WITHDRAWN or not (record.text or record.files):
        return _(DELETED)
    if not is_waiting(record):
        return _(CLOSED)
    if draft.state is DraftState.STALE or digest(record) != draft.digest:
        return _(EDITED)
    return "" if draft.outgoing else _(OUTDATED)  # its words may be erased by now


def decided(draft: Draft, person: str) -> str:
    """Return the sentence that says who was first with a draft; `person` is a mention of them."""
    sentences = {
        DraftState.SENDING: ALONE if draft.is_auto else TAKEN_UP,
        DraftState.SENT: ALONE if draft.is_auto else SENT_BEFORE,
        DraftState.REOPENED: ALONE,
        DraftState.DISCARDED: DISCARDED,
    }
    return _(sentences.get(draft.state, OUTDATED), person=person)


@dataclass(frozen=True, slots=True)
class DraftContext:
    """What is known when a draft might be sent without a person.

    `unchanged`: of the category's newest drafts that a person decided about, whether each went out as it was.
    `has_outsiders`: people of other organizations are in the channel. `has_replies`: someone has replied to the post.
    """

    unchanged: Sequence[bool]
    has_outsiders: bool
    has_replies: bool


def may_go_alone(draft: Draft, record: Feedback, settings: ChannelSettings, context: DraftContext) -> bool:
    """Return whether the bot may send a draft without a person; every doubt is a no."""
    return (
        settings.drafts is Drafts.AUTO
        and is_trusted(context.unchanged)
        and not is_severe(record.severity, settings.severities)
        and (settings.drafts_outsiders or not context.has_outsiders)
        and not context.has_replies
        and not draft.is_trimmed
        and not names_secret(draft.text)  # which a poisoned page may ask for
        and not record.is_bot
        and not record.files
        and not (record.part or record.excerpt)
        and record.confidence >= settings.check_below
        and record.status is FeedbackStatus.OPEN
        and not hindrance(draft, record)
    )


def is_trusted(unchanged: Sequence[bool]) -> bool:
    """Return whether a category's drafts have nearly always been sent as they were, and often enough to tell."""
    judged = unchanged[:JUDGED]
    return len(judged) == JUDGED and sum(judged) >= UNCHANGED * JUDGED


def is_severe(severity: str, severities: Sequence[str]) -> bool:
    """Return whether a severity is in the upper half, the middle one included; one that is not known counts as such."""
    return severity not in severities or severities.index(severity) >= len(severities) // 2
