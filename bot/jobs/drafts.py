"""Drafts as durable work: written after a post was sorted, shown to the team, and sent once when someone approves.

A channel's drafts are written one after the other, in the order in which its posts were sorted. What is decided about a
draft is decided in the database, before its job: so it is sent by one press, and by any replica.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.core.domain.draft import Draft, DraftState, NotWritten, digest
from bot.core.domain.feedback import ELSEWHERE
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.route import team as find_team
from bot.core.domain.setting_choices import Drafts
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.core.triage.drafts import card, rules
from bot.core.triage.drafts.send import give_back, send
from bot.core.triage.publish import refresh
from bot.core.writing.notes import unapplied
from bot.errors import ChatError, NotAllowedError, UsageError
from bot.jobs import feedback_chain as chain
from bot.jobs.deliveries import charge_place
from bot.jobs.feedback_chain import DRAFT, SEND_DRAFT, SHOW_DRAFT
from bot.language import spoken, supported

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.ports import Chat, Checkpoint, Model, Store
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.core.triage.drafts.alone import LoneDrafts
    from bot.core.triage.drafts.review import DraftReview
    from bot.core.triage.drafts.write import DraftWriter
    from bot.jobs.languages import Languages
    from bot.work import Delivery, Inbox, Job

log = logging.getLogger(__name__)

PATIENCE = 86_400.0  # seconds that drafts wait for the model and the platform
LOOK_EVERY = 60.0  # seconds: how often to look for what was approved and is not sent
LATE = timedelta(minutes=1)
MOST_SHOWN = 2  # of a post's drafts that are kept up to date where the team sees them
MOST_TOLD = 20  # people who are notified that someone asks for a person

_PLACE = TypeAdapter(Place)


class DraftJobs:
    """Runs everything for drafts."""

    def __init__(  # noqa: PLR0913 (each is a port, or made of ports)
        self,
        inbox: Inbox,
        *,
        feedback: FeedbackStore,
        alone: LoneDrafts,
        store: Store,
        model: Model,
        chat: Chat,
        languages: Languages,
        writer: DraftWriter,
        review: DraftReview,
    ) -> None:
        self._inbox, self._feedback, self._alone, self._store = inbox, feedback, alone, store
        self._model, self._chat, self._languages = model, chat, languages
        self._writer, self._review = writer, review

    def register(self, inbox: Inbox) -> None:
        """Register the jobs for drafts."""
        inbox.handle(DRAFT, self.run_draft, self.give_up_draft, charge=charge_place, patience=PATIENCE)
        inbox.handle(SHOW_DRAFT, self.run_show, _leave, charge=charge_place, patience=PATIENCE)
        inbox.handle(SEND_DRAFT, self.run_send, self.give_up_send, charge=charge_place, patience=PATIENCE)
        inbox.every("triage drafts", LOOK_EVERY, self.look_after)  # not for people: a name

    # What is done

    async def run_draft(self, job: Job) -> None:
        """Write the draft that a record waits for, and send it if the bot may; or only show how its record stands."""
        record, settings, drafts = await self._found(job)
        if record is None or not drafts:
            return
        draft: Draft | None = drafts[-1]
        if draft is not None and draft.state is DraftState.WANTED and settings.drafts is not Drafts.OFF:
            whole = await self._feedback.drafts.question(record)
            if digest(whole) != draft.digest:
                return  # it was edited since, and is sorted again
            draft = await self._writer.write(draft, whole, settings)
            if draft is not None and await self._may_go_alone(draft, record):
                draft = await self._feedback.drafts.change(draft, DraftState.SENDING, is_auto=True)
        if draft is not None:
            await self._accept(chain.after_draft(record, draft))

    async def _may_go_alone(self, draft: Draft, record: Feedback) -> bool:
        if draft.state is not DraftState.READY:
            return False
        try:
            return await self._alone.may_go(draft, await self._feedback.drafts.question(record))
        except ChatError as error:
            log.warning("a draft goes to the team: %s", error)
            return False

    async def run_show(self, job: Job) -> None:
        """Show a record's drafts as they are: where only its team reads, and on its card."""
        record, settings, drafts = await self._found(job)
        if record is None:
            return
        channel = rules.team_channel(record, settings)
        for draft in drafts[-MOST_SHOWN:]:
            is_new = draft is drafts[-1] and card.is_for_team(draft) and not draft.shown.startswith(f"{channel}:")
            if draft.shown not in {"", ELSEWHERE}:
                await self._update(draft, record, job, is_moved=bool(channel) and is_new)
            if channel and is_new:
                await self._post(draft, record, channel, job)
        notes = unapplied(settings, self._model)
        await refresh(record, settings, checkpoint=job, feedback=self._feedback, chat=self._chat, notes=notes)

    async def _update(self, draft: Draft, record: Feedback, job: Job, *, is_moved: bool) -> None:
        """Change the team's message; that of a former team keeps no controls."""
        channel, _colon, message = draft.shown.partition(":")
        text = card.message(draft, record, self._chat.names)
        buttons = () if is_moved else card.message_controls(draft, record)
        try:
            await self._chat.posts.edit(Place(draft.workspace, channel), message, text, job, controls=buttons)
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("a draft could not be shown: %s", error)

    async def _post(self, draft: Draft, record: Feedback, channel: str, job: Job) -> None:
        """Post a draft below the message that told its team; where that can't be, the record's card has it."""
        notice = Place(record.workspace, channel, record.routed.partition(":")[2])
        text, buttons = card.message(draft, record, self._chat.names), card.message_controls(draft, record)
        try:
            sent = await self._chat.posts.post(notice, text, job, key=f"draft {draft.id} {channel}", controls=buttons)
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("a team can't be shown a draft: %s", error)
            await self._feedback.drafts.shown(draft, ELSEWHERE)
        else:
            await self._feedback.drafts.shown(draft, f"{channel}:{sent}")

    async def run_send(self, job: Job) -> None:
        """Send a draft, unless its post has changed; whoever approved it is told then."""
        draft = await self._feedback.drafts.find(str(job.payload["workspace"]), int(job.payload["draft"]))
        record = await self._feedback.records.find(draft.workspace, draft.record) if draft else None
        if draft is None or record is None:
            return
        if draft.state is DraftState.SENDING and draft.version == job.payload["version"]:
            language = supported(record.language) or spoken()
            await self._languages.of_person(draft.workspace, draft.by)
            why = await send(
                draft,
                record,
                language=language,
                checkpoint=job,
                feedback=self._feedback,
                alone=self._alone,
                chat=self._chat,
            )
            if why and draft.by:
                seen_in = _PLACE.validate_python(job.payload["seen_in"])
                await send_ephemeral(seen_in, Requester(draft.by, draft.workspace), why, answers=self._chat.answers)
        await self._show(draft)

    async def _show(self, draft: Draft) -> None:
        """Show what became of a draft."""
        record = await self._feedback.records.find(draft.workspace, draft.record)
        now = await self._feedback.drafts.find(draft.workspace, draft.id)
        if record is not None and now is not None:
            await self._accept(chain.after_decision(record, now))

    async def _found(self, job: Job) -> tuple[Feedback | None, ChannelSettings, list[Draft]]:
        record = await self._feedback.records.find(str(job.payload["workspace"]), int(job.payload["id"]))
        channel = Place(str(job.payload["workspace"]), str(job.payload["channel"]))
        settings = await self._store.settings.load(channel)
        return record, settings, [*await self._feedback.drafts.of_record(record)] if record else []

    async def _accept(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            await self._inbox.accept(delivery)

    async def look_after(self, _job: Job) -> None:
        """Send what someone has approved and no job sends, as when a process died in between."""
        for draft in await self._feedback.drafts.unsent(datetime.now(UTC) - LATE):
            await self._accept(chain.after_approval(draft))

    async def give_up_draft(self, job: Job, error: Exception) -> None:
        """Say that there is no draft."""
        log.warning("a draft was left unwritten: %s", type(error).__name__)
        record, _settings, drafts = await self._found(job)
        if record and drafts and drafts[-1].state is DraftState.WANTED:
            reason = NotWritten.FAILED
            await self._feedback.drafts.change(drafts[-1], DraftState.NOT_WRITTEN, reason=reason)
            await self._show(drafts[-1])

    async def give_up_send(self, job: Job, error: Exception) -> None:
        """Let the team decide again about a draft that the platform has not taken all day."""
        log.warning("a draft was left unsent: %s", type(error).__name__)
        draft = await self._feedback.drafts.find(str(job.payload["workspace"]), int(job.payload["draft"]))
        record = await self._feedback.records.find(draft.workspace, draft.record) if draft else None
        if draft and record and draft.state is DraftState.SENDING:
            await give_back(draft, record, self._feedback)
            await self._show(draft)

    # What people do

    async def on_action(self, action: Action, *, checkpoint: Checkpoint) -> Record:
        """Send the draft that someone approves. Raises `ChatError`."""
        try:
            draft = await self._review.take(action, is_again=checkpoint.turn.was_begun)
        except (NotAllowedError, UsageError) as error:
            return await send_ephemeral(action.place, action.asker, error.sentence, answers=self._chat.answers)
        await self._accept(chain.after_approval(draft, action.place))
        return Record(action.place, action.asker.person)

    async def ask_person(self, action: Action, *, checkpoint: Checkpoint) -> Record:
        """Reopen a post, and call the team to it. Raises `ChatError`."""
        record = await self._review.ask_person(action)
        if record is None:
            return Record(action.place, action.asker.person)
        settings = await self._store.settings.load(replace(record.place, thread=""))
        team = find_team(settings.teams, record.team)
        people = (team.people if team else ()) or settings.agents
        here, there = card.reopened(record)
        await self._chat.posts.post(record.place, here, checkpoint, key="asked", to=people[:MOST_TOLD])
        if channel := rules.team_channel(record, settings):
            team_place = Place(record.workspace, channel)
            await self._chat.posts.post(team_place, there, checkpoint, key="asked_team", to=people[:MOST_TOLD])
        await self._accept(chain.after_action(record))
        return Record(action.place, action.asker.person)

    async def open_form(self, action: Action) -> Form:
        """Open a draft's form. Raises `UsageError`, `NotAllowedError`, `ChatError`."""
        return await self._review.open_form(action)

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Take what a draft's form says; return its faults by the field. Raises as `open_form` does."""
        draft, faults = await self._review.submit(submission)
        if draft is not None:
            if draft.state is DraftState.SENDING:
                await self._accept(chain.after_approval(draft, self._review.seen_in(submission)))
            else:
                await self._show(draft)
        return faults

    async def where(self, submission: Submission) -> Place | None:
        """Return the place of the post whose draft a form is about, None if it is gone."""
        return await self._review.where(submission)


async def _leave(_job: Job, error: Exception) -> None:
    """Tell no one: the draft stays as it is."""
    log.warning("a draft was left unshown: %s", type(error).__name__)
