"""What the post's card and the team's message say of a draft, and what the poster reads when it is sent.

A draft that no one has approved is shown where only the team reads, or in a form that only who opens it sees. The
post's own card, which the poster reads, says no more than that there is one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.actions import ASK_PERSON, DISCARD_DRAFT, EDIT_DRAFT, REVIEW_DRAFT, SEND_DRAFT, WRITE_UP
from bot.core.domain.control_value import DraftRef, WriteUpRef
from bot.core.domain.draft import Discarded, DraftState, NotWritten
from bot.core.domain.feedback import FeedbackStatus
from bot.core.triage import outcome
from bot.core.triage.card import linked, plain
from bot.core.triage.drafts.rules import is_for_form, is_waiting
from bot.core.writing.sources import Sources
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.draft import Draft
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Control
    from bot.core.ports import Mentions

READY = N_("_A draft of an answer is ready for the team._")
UNKNOWN = N_("_No answer in the knowledge._")
EDITED_AFTER = N_("_The post was edited after the answer was sent._")
TRIMMED = N_("_Statements without a source were left out._")
NO_FILES = N_("_I haven't seen the files of this post._")
STALE = N_("_Out of date: the post was edited or deleted._")
SENDING, SENT = N_("_Being sent…_"), N_("_Sent by {person}._")
EDITED, SENT_ALONE = N_("_Edited and sent by {person}._"), N_("_Sent by me, without a person._")
REOPENED = N_("**Someone asked for a person**: please answer in the post's thread.")
WHY_NOT_WRITTEN = {
    NotWritten.NO_SOURCES: N_("_No draft: there is no knowledge for this channel yet; see `/parley knowledge`._"),
    NotWritten.BUDGET: N_("_No draft: a budget is used up._"),
    NotWritten.ANSWERED: N_("_No draft: someone had replied already._"),
    NotWritten.MANY: N_("_No draft: too many posts came in at once._"),
    NotWritten.FAILED: N_("_No draft: I couldn't write one._"),
}
NO_DRAFT = {DraftState.UNKNOWN: UNKNOWN, DraftState.STALE: STALE}
_MARK = re.compile(r"(?<=\s)\[(\d{1,3})\](?!\()")
WHY_DISCARDED = {
    Discarded.WRONG: N_("wrong"),
    Discarded.INCOMPLETE: N_("incomplete"),
    Discarded.TONE: N_("wrong tone"),
    Discarded.NOT_NEEDED: N_("not needed"),
}


def lines(record: Feedback, settings: ChannelSettings, drafts: Sequence[Draft], names: Mentions) -> list[str]:
    """Return what a post's card says of its drafts, the newest last."""
    told = []
    sent = next((one for one in reversed(drafts) if one.sent_message), None)
    if sent is not None:
        told += [_sent(sent, names), *([_(EDITED_AFTER)] if sent.is_outdated else [])]
    if drafts and drafts[-1] is not sent:
        newest = drafts[-1]
        match newest.state:
            case DraftState.READY if is_for_form(newest, record, settings) and is_waiting(record):
                told.append(_(READY))
            case DraftState.UNKNOWN:
                told.append(_(UNKNOWN))
            case DraftState.NOT_WRITTEN:
                told.append(_(WHY_NOT_WRITTEN[NotWritten(newest.reason)]))
    return told


def controls(record: Feedback, settings: ChannelSettings, drafts: Sequence[Draft]) -> tuple[Control, ...]:
    """Return the controls that a post's card has for its newest draft: where no channel is the team's own.

    Where a question had no answer in the knowledge, and was settled, it can be written up.
    """
    newest = drafts[-1] if drafts else None
    if newest is not None and record.status is FeedbackStatus.RESOLVED and is_gap(newest):
        return (WRITE_UP.button(WriteUpRef(thread=record.message), label=_("Write it up")),)
    if newest is None or newest.state is not DraftState.READY or not is_waiting(record):
        return ()
    return (REVIEW_DRAFT.button(DraftRef(id=newest.id)),) if is_for_form(newest, record, settings) else ()


def is_gap(draft: Draft) -> bool:
    """Return whether the knowledge had no answer."""
    is_without_sources = draft.state is DraftState.NOT_WRITTEN and draft.reason == NotWritten.NO_SOURCES
    return draft.state is DraftState.UNKNOWN or is_without_sources


def is_for_team(draft: Draft) -> bool:
    """Return whether the team is shown a draft in its channel: all but one that is still to be written."""
    return draft.state not in {DraftState.WANTED, DraftState.STALE}


def message(draft: Draft, record: Feedback, names: Mentions) -> str:
    """Return the message that shows a draft to its team."""
    if draft.state is DraftState.NOT_WRITTEN:
        return f"{linked(record)}: {_(WHY_NOT_WRITTEN[NotWritten(draft.reason)])}"
    if draft.state in NO_DRAFT:
        return f"{linked(record)}: {_(NO_DRAFT[draft.state])}"
    head = _("Draft for {post}", post=linked(record))
    parts = [head, quoted(draft.outgoing), below(draft), *cautions(draft, record), _standing(draft, names)]
    return "\n\n".join(filter(None, parts))


def message_controls(draft: Draft, record: Feedback) -> tuple[Control, ...]:
    """Return the controls below that message."""
    if draft.state is not DraftState.READY or not is_waiting(record):
        return ()
    ref = DraftRef(id=draft.id)
    return SEND_DRAFT.button(ref, style="primary"), EDIT_DRAFT.button(ref), DISCARD_DRAFT.button(ref)


def cautions(draft: Draft, record: Feedback) -> list[str]:
    """Return what someone should know before they send a draft."""
    told = [_(TRIMMED)] if draft.is_trimmed else []
    return [*told, *([_(NO_FILES)] if record.files else [])]


def answer(draft: Draft, record: Feedback, names: Mentions) -> str:
    """Return what the poster reads: the answer, its sources, and who has approved it."""
    if draft.is_auto:
        end = _("_AI wrote and sent this from the sources above; no person has checked it._")
    else:
        end = _("_Approved by {person}_", person=names.mention(draft.by))
    return "\n\n".join(filter(None, (outcome.about(record), draft.outgoing, below(draft), end)))


def answer_controls(draft: Draft) -> tuple[Control, ...]:
    """Return the controls below that: a way to a person, where none has read it."""
    if draft.is_auto and draft.state is not DraftState.REOPENED:
        return (ASK_PERSON.button(DraftRef(id=draft.id)),)
    return ()


def editable(draft: Draft) -> str:
    """Return a draft's text as people edit it: its marks are numbers, without the addresses behind them."""
    text, sources = draft.text, Sources(draft.sources)
    for number, source in enumerate(draft.sources, 1):
        text = text.replace(sources.cite(source), f" [{number}]")
    return text


def edited(draft: Draft, text: str) -> str:
    """Return an edited text with its marks as they were."""
    sources = Sources(draft.sources)
    marks = {str(number): sources.cite(source).strip() for number, source in enumerate(draft.sources, 1)}
    return _MARK.sub(lambda found: marks.get(found[1], found[0]), text)


def reopened(record: Feedback) -> tuple[str, str]:
    """Return what the poster reads when they ask for a person, and what the team does."""
    return _("A person will look at this."), _("Someone asks for a person: {post}", post=linked(record))


def below(draft: Draft) -> str:
    """Return what is below an answer: its sources, numbered as its marks are, with their age."""
    return Sources(draft.sources).listed().strip()


def quoted(text: str) -> str:
    """Return a text as a quotation, which it can't leave."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def _sent(draft: Draft, names: Mentions) -> str:
    if draft.state is DraftState.REOPENED:
        return _("_I answered this from the knowledge, and a person was asked for._")
    if draft.is_auto:
        return _("_I answered this from the knowledge, without a person._")
    return _("_Answered with a draft that {person} approved._", person=names.mention(draft.by))


def _standing(draft: Draft, names: Mentions) -> str:
    """Return what became of a draft."""
    person = names.mention(draft.by) if draft.by else ""
    if draft.state is DraftState.DISCARDED:
        return _discarded(draft, person)
    sent = EDITED if draft.is_edited else SENT_ALONE if draft.is_auto else SENT
    sentence = {DraftState.SENDING: SENDING, DraftState.SENT: sent, DraftState.REOPENED: REOPENED}.get(draft.state, "")
    return _(sentence, person=person)


def _discarded(draft: Draft, person: str) -> str:
    reason = _(WHY_DISCARDED[Discarded(draft.reason)])
    told = _("_Discarded by {person}: {reason}._", person=person, reason=reason)
    return f"{told}\n{quoted(plain(draft.comment))}" if draft.comment else told
