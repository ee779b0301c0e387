"""Render what people see of a record: its card, its reaction, and the message to its team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.actions import (
    CHANGE_FEEDBACK,
    DISMISS_FEEDBACK,
    JOIN_FEEDBACK,
    REOPEN_FEEDBACK,
    RESOLVE_FEEDBACK,
    TAKE_FEEDBACK,
)
from bot.core.domain.control_value import FeedbackRef
from bot.core.domain.feedback import AT_TRACKER, ELSEWHERE, PAST, UNSORTED, FeedbackStatus
from bot.core.domain.tracker import UNTRACKED, TrackerIssue
from bot.core.triage import issue, outcome
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Control
    from bot.core.ports import ChatNames

POST = N_("a post")
MARKS = {FeedbackStatus.TAKEN: N_("taken"), FeedbackStatus.DECLINED: N_("declined")}
SHOWN_OF_EVIDENCE = 120  # characters
SHOWN_OF_OPTION = 60

REACTIONS = {  # not for people: names of categories
    "bug report": "bug",
    "account issue": "key",
    "performance issue": "turtle",
    "billing": "credit_card",
    "feature request": "bulb",
    "praise": "heart",
    "question": "question",
}
STANDING = {
    FeedbackStatus.TAKEN: (N_("_Taken_"), N_("_Taken by {person}_")),
    FeedbackStatus.RESOLVED: (N_("_Resolved_"), N_("_Resolved by {person}_")),
    FeedbackStatus.DECLINED: (N_("_Declined_"), N_("_Declined_")),
}
NOT_COUNTED = {
    FeedbackStatus.WAITING: N_("waiting"),
    FeedbackStatus.DISMISSED: N_("not feedback"),
    FeedbackStatus.IGNORED: N_("ignored"),
    FeedbackStatus.JOINED: N_("joined"),
    FeedbackStatus.ANSWER: N_("joined"),
    FeedbackStatus.WITHDRAWN: N_("withdrawn"),
}
OTHER_REACTION = "label"


def reaction(record: Feedback) -> str:
    """Return the reaction that shows what a post is, "" if it is not feedback."""
    if record.status is FeedbackStatus.RESOLVED:
        return "white_check_mark"
    return REACTIONS.get(record.category.casefold(), OTHER_REACTION) if record.is_counted else ""


def card(
    record: Feedback,
    settings: ChannelSettings,
    names: ChatNames,
    *,
    original: str = "",
    tracked: TrackerIssue = UNTRACKED,
    more: Sequence[str] = (),
) -> str:
    """Render a record's card. `original` is the link to the post that it repeats, `tracked` what is known of its issue.

    `more` are lines after the facts.
    """
    if record.status is FeedbackStatus.WITHDRAWN:
        return _("_Withdrawn: the post was deleted._")
    if record.status in {FeedbackStatus.DISMISSED, FeedbackStatus.IGNORED}:
        return _("_Not counted as feedback._")
    words = [f"**{record.category or _(UNSORTED)}**", record.severity, record.area, _(record.sentiment)]
    lines = [" · ".join(word for word in words if word)]
    if record.summary:
        lines.append(plain(record.summary))
    if record.evidence and record.evidence.casefold() not in record.summary.casefold():
        lines.append(f"> {plain(record.evidence[:SHOWN_OF_EVIDENCE])}\n")  # else the quotation would go on
    facts = [_("Team: {team}", team=record.team) if record.team else "", _sureness(record, settings, names, tracked)]
    facts.append(_("repeats [an earlier post]({link})", link=original) if original else "")
    facts.append(f"[{plain(issue.name(record.issue))}]({record.issue})" if record.issue else "")
    facts += outcome.facts(tracked, record)
    facts.append(_("its team's channel can't be reached") if record.routed == ELSEWHERE else "")
    lines.append(" · ".join(fact for fact in facts if fact))
    lines += [*more, outcome.standing(tracked, record) or _standing(record, names)]
    lines.append(f"> {quotation}\n" if (quotation := outcome.quotation(tracked, record)) else "")
    return "\n".join(line for line in lines if line)


def _sureness(record: Feedback, settings: ChannelSettings, names: ChatNames, tracked: TrackerIssue) -> str:
    if record.corrected_by == AT_TRACKER:
        return _("changed {where}", where=outcome.where(tracked))
    if record.corrected_by:
        return _("corrected by {person}", person=names.mention(record.corrected_by))
    if not record.category:
        return _("⚠️ I couldn't sort this; please choose a category")
    if record.confidence < settings.check_below:
        return _("sorted by AI, {share:.0%} sure ⚠️ please check", share=record.confidence / 100)
    return _("sorted by AI, {share:.0%} sure", share=record.confidence / 100)


def _standing(record: Feedback, names: ChatNames) -> str:
    if record.status not in STANDING:
        return ""
    alone, by = STANDING[record.status]
    return _(by, person=names.mention(record.assignee)) if record.assignee else _(alone)


def controls(record: Feedback) -> tuple[Control, ...]:
    """Return the controls for a record."""
    ref = FeedbackRef(id=record.id)
    change = CHANGE_FEEDBACK.button(ref)
    match record.status:
        case FeedbackStatus.WITHDRAWN | FeedbackStatus.JOINED:
            return ()
        case FeedbackStatus.OPEN | FeedbackStatus.TAKEN:
            take = (TAKE_FEEDBACK.button(ref, style="primary"),) if record.status is FeedbackStatus.OPEN else ()
            return (*take, change, RESOLVE_FEEDBACK.button(ref), DISMISS_FEEDBACK.button(ref))
        case _:
            return REOPEN_FEEDBACK.button(ref), change


def numbered(records: Sequence[Feedback]) -> list[Feedback]:
    """Return those of a post's records that its card shows, in the order of their numbers there, from 1."""
    return [one for one in records if not one.part or one.status not in {*PAST, FeedbackStatus.WAITING}]


def several(cards: Sequence[str]) -> str:
    """Join the cards of a post's records into one."""
    return "\n\n".join(f"**{number}** · {text}" for number, text in enumerate(cards, start=1))


def controls_of(records: Sequence[Feedback]) -> tuple[Control, ...]:
    """Return the controls for the records of a post: menus to choose one of them from, and what makes them one."""
    if len(records) == 1:
        return controls(records[0])
    named = [(one, f"{number} · {_option(one)}") for number, one in enumerate(records, start=1)]
    is_open = FeedbackStatus.OPEN, FeedbackStatus.TAKEN
    menus = (
        (TAKE_FEEDBACK, N_("Take…"), (FeedbackStatus.OPEN,)),
        (CHANGE_FEEDBACK, N_("Change…"), tuple(FeedbackStatus)),
        (RESOLVE_FEEDBACK, N_("Resolve…"), is_open),
        (DISMISS_FEEDBACK, N_("Not feedback…"), is_open),
        (REOPEN_FEEDBACK, N_("Reopen…"), tuple(one for one in FeedbackStatus if one not in is_open)),
    )
    found: list[Control] = []
    for spec, label, statuses in menus:
        options = tuple((str(one.id), name[:SHOWN_OF_OPTION]) for one, name in named if one.status in statuses)
        found += [spec.menu(options, label=_(label))] if options else []
    return (*found, JOIN_FEEDBACK.button(FeedbackRef(id=records[0].id)))


def _option(record: Feedback) -> str:
    return f"{record.category or _(UNSORTED)}: {record.summary}"


def notice(records: Sequence[Feedback]) -> str:
    """Render the message that tells a team about new feedback, one line each with its link."""
    lines = [_line(record) for record in records]
    channel = f"<#{records[0].place.channel}>"
    if len(lines) == 1:
        return _("New post in {channel}: {post}", channel=channel, post=lines[0])
    title = _("{count:,} new posts in {channel}:", count=len(lines), channel=channel)
    return "\n".join([title, *(f"- {line}" for line in lines)])


def _line(record: Feedback) -> str:
    words = " · ".join(word for word in (record.category or _(UNSORTED), record.severity) if word)
    if not record.is_counted:
        return f"~~**{words}**: {plain(record.summary) or _(POST)}~~ ({_(NOT_COUNTED[record.status])})"
    mark = " ✓" if record.status is FeedbackStatus.RESOLVED else ""
    mark = f" ({_(MARKS[record.status])})" if record.status in MARKS else mark
    return f"**{words}**: {linked(record)}{mark}"


def notice_controls(records: Sequence[Feedback]) -> tuple[Control, ...]:
    """Return the controls below a team's message in its own channel; they can make one thing of a post, if of one."""
    standing = [one for one in records if one.status not in PAST]
    split = {one.message: one.id for one in standing if one.part or one.excerpt}
    joining = [JOIN_FEEDBACK.button(FeedbackRef(id=id_)) for id_ in split.values()] if len(split) == 1 else []
    if len(records) == 1:
        return (*controls(records[0]), *joining)
    options = tuple((str(one.id), _option(one)[:SHOWN_OF_OPTION]) for one in standing)
    changing = [CHANGE_FEEDBACK.menu(options, label=_("Change one of these…"))] if options else []
    return (*changing, *joining)


def linked(record: Feedback) -> str:
    """Return a post's summary as a link to the post."""
    return f"[{plain(record.summary) or _(POST)}]({record.permalink})"


def plain(text: str) -> str:
    """Escape the characters that would turn a text into a link or into markup."""
    return "".join(f"\\{letter}" if letter in "*_~`[]\\|<>#" else letter for letter in text)
