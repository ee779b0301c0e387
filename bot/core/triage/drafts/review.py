"""What people decide about a draft: send, edit, discard; and the poster of one sent without a person, who asks for one.

Of all who decide about a draft, the first counts: it is changed only in the version that they have seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.core.access import check_member
from bot.core.actions import ASK_PERSON, DISCARD_DRAFT, DRAFT_FORM, EDIT_DRAFT, REVIEW_DRAFT, SEND_DRAFT
from bot.core.domain.control_value import DraftFormRef
from bot.core.domain.draft import LONGEST_COMMENT, LONGEST_DRAFT, Discarded, DraftState
from bot.core.domain.feedback import ELSEWHERE, FeedbackStatus
from bot.core.domain.interaction import Field
from bot.core.domain.message import Place
from bot.core.ports import Chat, Store
from bot.core.ports.feedback_store import FeedbackStore
from bot.core.ports.knowledge import KnowledgePages
from bot.core.triage.actions import opened
from bot.core.triage.drafts import card, rules, standing
from bot.core.triage.drafts.replies import has_replies
from bot.errors import NotAllowedError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.draft import Draft
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.people import Requester

SEND = "send"  # the choice in the form
SHOWN_OF_POST = 300  # characters
DRAFTS_OF = {one.name: one for one in (EDIT_DRAFT, DISCARD_DRAFT, REVIEW_DRAFT)}
GONE = N_("This draft no longer exists.")
TEAM_SEES = N_("The team sees it, and I learn from it for the next drafts.")
NO_ONE_SEES = N_("I learn from it for the next drafts.")
OWN_POST = N_("Someone else has to decide about the answer to your own post.")


@dataclass(frozen=True, slots=True)
class DraftReview:
    """Takes what people decide. All of it raises `NotAllowedError`, `UsageError` and `ChatError`."""

    feedback: FeedbackStore
    pages: KnowledgePages
    store: Store
    chat: Chat

    async def take(self, action: Action, *, is_again: bool) -> Draft:
        """Take a draft that someone wants to send as it is; return it to be sent.

        `is_again`: an earlier try of this press may have taken it.
        """
        draft, record = await self._opened(SEND_DRAFT.read(action).id, action.asker, action.place)
        person = action.asker.person
        if is_again and draft.by == person and draft.state in {DraftState.SENDING, DraftState.SENT}:
            return draft
        if draft.state is DraftState.READY and (news := await self._news(draft, record)):
            raise UsageError(f"{news} {_(rules.LOOK_FIRST)}")
        return await self._claim(draft, record, person)

    async def _news(self, draft: Draft, record: Feedback) -> str:
        """Return what people should have seen before a draft is sent as it is, "" for nothing."""
        if await has_replies(record, draft.created_at, self.chat.history):
            return _(rules.REPLIED)
        return standing.told(await standing.not_standing(draft, self.pages))

    async def open_form(self, action: Action) -> Form:
        """Return the form in which a draft is edited, discarded, or both."""
        id_ = DRAFTS_OF[action.name].read(action).id
        draft, record = await self._opened(id_, action.asker, action.place)
        if draft.state is not DraftState.READY:
            raise UsageError(self._decided(draft))
        if why := rules.hindrance(draft, record):
            raise UsageError(why)
        ref = DraftFormRef(workspace=draft.workspace, id=draft.id, version=draft.version, seen_in=action.place)
        text = Field("text", _("Answer"), "area", card.editable(draft), max_length=LONGEST_DRAFT)
        hint = _(NO_ONE_SEES) if draft.shown in {"", ELSEWHERE} else _(TEAM_SEES)
        comment = Field("comment", _("Why?"), "area", hint=hint, optional=True, max_length=LONGEST_COMMENT)
        about = Field("about", record.summary or record.own_text[:SHOWN_OF_POST], "note")
        changed = standing.told(await standing.not_standing(draft, self.pages))
        told = "\n\n".join(filter(None, (card.below(draft), changed, *card.cautions(draft, record))))
        sources = (Field("sources", told, "markdown"),) if told else ()
        match action.name:
            case EDIT_DRAFT.name:
                return DRAFT_FORM.form(_("Edit the draft"), (about, text, *sources), ref, _("Send"))
            case DISCARD_DRAFT.name:
                reasons = tuple((str(one), _(word)) for one, word in card.WHY_DISCARDED.items())
                why_ = Field("what", _("Reason"), "choice", reasons[0][0], reasons)
                return DRAFT_FORM.form(_("Discard the draft"), (about, why_, comment), ref, _("Discard"))
            case _:
                words = {one: _("Discard it: {reason}", reason=_(word)) for one, word in card.WHY_DISCARDED.items()}
                choices = ((SEND, _("Send it")), *((str(one), word) for one, word in words.items()))
                what = Field("what", _("What to do"), "choice", SEND, choices)
                return DRAFT_FORM.form(_("Draft"), (about, text, *sources, what, comment), ref, _("Done"))

    async def submit(self, submission: Submission) -> tuple[Draft | None, Mapping[str, str]]:
        """Take what a form says about a draft; return it, changed, and faults by field."""
        ref = DRAFT_FORM.read(submission)
        draft, record = await self._opened(ref.id, submission.asker, Place(ref.workspace, ""))
        answers = {name: str(value).strip() for name, value in submission.answers.items()}
        person = submission.asker.person
        if draft.version != ref.version:
            raise UsageError(self._decided(draft))
        if (choice := answers.get("what", SEND)) != SEND:
            reason = Discarded(choice) if choice in set(Discarded) else None
            if reason is None:
                return None, {"what": _("Choose what to do.")}
            comment = answers.get("comment", "")[:LONGEST_COMMENT]
            about: dict[str, Any] = {"reason": reason, "comment": comment, "category": record.category}
            return await self._change(draft, DraftState.DISCARDED, by=person, **about), {}
        text = answers.get("text", "")
        if not text:
            return None, {"text": _("Write what to send, or discard the draft.")}
        return await self._claim(draft, record, person, text), {}

    async def ask_person(self, action: Action) -> Feedback | None:
        """Reopen the post of an answer that no person has read; return its record, None if there is nothing to do."""
        draft = await self.feedback.drafts.find(action.place.workspace, ASK_PERSON.read(action).id)
        record = await self.feedback.records.find(draft.workspace, draft.record) if draft else None
        if draft is None or record is None or draft.place != action.place or not draft.is_auto:
            return None
        if draft.state is DraftState.SENT:
            await self.feedback.drafts.change(draft, DraftState.REOPENED)
        # No person has answered yet.
        values: dict[str, Any] = {"responded_at": None}
        if not rules.is_waiting(record) and record.status is not FeedbackStatus.WITHDRAWN:
            values["status"] = FeedbackStatus.OPEN
        return await self.feedback.records.change(record.workspace, record.id, **values)

    def seen_in(self, submission: Submission) -> Place:
        """Return where a form was opened."""
        return DRAFT_FORM.read(submission).seen_in

    async def where(self, submission: Submission) -> Place | None:
        """Return the place of the post whose draft a form is about, None if it is gone."""
        ref = DRAFT_FORM.read(submission)
        draft = await self.feedback.drafts.find(ref.workspace, ref.id)
        return draft.place if draft is not None else None

    async def _opened(self, id_: int, asker: Requester, place: Place) -> tuple[Draft, Feedback]:
        """Return a draft that someone may decide about, and its record with all words of its post.

        `place`: where they pressed a button, a workspace for a form.
        """
        draft = await self.feedback.drafts.find(place.workspace, id_)
        if draft is None:
            raise UsageError(_(GONE))
        record, settings = await opened(draft.record, asker, place.workspace, feedback=self.feedback, store=self.store)
        # They may see an old copy of the message: who has left the team does not speak for it.
        shown = [record.channel, *(one.channel for one in settings.teams if one.channel)]
        if not rules.is_for_form(draft, record, settings):
            shown = [rules.team_channel(record, settings)]
        places = [Place(record.workspace, one) for one in dict.fromkeys(shown)]
        await check_member(places, asker.person, self.chat.directory)
        if asker.person == record.person:
            raise NotAllowedError(_(OWN_POST))
        return draft, await self.feedback.drafts.question(record)

    async def _claim(self, draft: Draft, record: Feedback, person: str, text: str = "") -> Draft:
        if draft.state is not DraftState.READY:
            raise UsageError(self._decided(draft))
        if why := rules.hindrance(draft, record):
            raise UsageError(why)
        is_edited = bool(text) and text != card.editable(draft).strip()
        sent_text = card.edited(draft, text) if is_edited else ""
        return await self._change(
            draft, DraftState.SENDING, by=person, is_edited=is_edited, sent_text=sent_text, category=record.category
        )

    async def _change(self, draft: Draft, state: DraftState, **values: Any) -> Draft:  # noqa: ANN401 - as the port has it
        """Change a draft, unless someone else was first."""
        if draft.state is not DraftState.READY:
            raise UsageError(self._decided(draft))
        changed = await self.feedback.drafts.change(draft, state, **values)
        if changed is None:
            now = await self.feedback.drafts.find(draft.workspace, draft.id)
            raise UsageError(self._decided(now) if now else _(GONE))
        return changed

    def _decided(self, draft: Draft) -> str:
        return rules.decided(draft, self.chat.names.mention(draft.by) if draft.by else "")
