"""What comes back from trackers as durable work: an event changes its record, and the post's author is told once."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.triage import outcome, tracker_events
from bot.errors import ChatError
from bot.jobs import feedback_chain as chain
from bot.jobs.deliveries import charge_place
from bot.jobs.feedback_chain import EVENT, OUTCOME
from bot.jobs.triage import OUTAGE

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.tracker import TrackerEvent, TrackerIssue
    from bot.core.ports import Chat, Store
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.jobs.languages import Languages
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)


class TrackerJobs:
    """Runs what trackers sent."""

    def __init__(
        self, inbox: Inbox, *, feedback: FeedbackStore, store: Store, chat: Chat, languages: Languages
    ) -> None:
        self._inbox, self._feedback, self._store = inbox, feedback, store
        self._chat, self._languages = chat, languages

    def register(self, inbox: Inbox) -> None:
        """Register the jobs."""
        inbox.handle(EVENT, self.run_event, _leave, charge=charge_place, patience=OUTAGE)
        inbox.handle(OUTCOME, self.run_outcome, _leave, charge=charge_place, patience=OUTAGE)

    async def run_event(self, job: Job) -> None:
        """Take in an event, and accept what follows; also where an attempt died in between, when it is no news."""
        event = chain.event_of(job.payload)
        while (loaded := await self._load(job)) is not None:  # again, where people change the record meanwhile
            record, issue, settings = loaded
            if not tracker_events.is_configured(event, issue, settings):
                return
            if (taken := await self._take_in(event, record, issue, settings)) is not None:
                await self._follow(*taken, settings, said=tracker_events.closing_comment(issue))
                return

    async def _follow(self, record: Feedback, issue: TrackerIssue, settings: ChannelSettings, *, said: str) -> None:
        """Accept what follows; `said` is the closing comment that people may have read before."""
        told = tracker_events.to_tell(issue, record, settings)
        comment = tracker_events.closing_comment(issue) or (f"gone:{record.version}" if said else "")
        if record.version > record.shown_version or told:
            for delivery in chain.after_event(record, told or "", comment):
                await self._inbox.accept(delivery)

    async def _load(self, job: Job) -> tuple[Feedback, TrackerIssue, ChannelSettings] | None:
        """Return a job's record as it is now, None if it is gone."""
        record = await self._feedback.records.find(str(job.payload["workspace"]), int(job.payload["id"]))
        if record is None:
            return None
        issue = await self._feedback.trackers.find(record.workspace, record.id)
        return record, issue, await self._store.settings.load(replace(record.place, thread=""))

    async def _take_in(
        self, event: TrackerEvent, record: Feedback, issue: TrackerIssue, settings: ChannelSettings
    ) -> tuple[Feedback, TrackerIssue] | None:
        """Save what an event changes; return the record and its issue then, None if the record changed meanwhile."""
        change = tracker_events.change(event, issue, record, settings)
        if change is None:
            return record, issue
        is_seen = bool(change.values) or tracker_events.shows(issue, change.issue)
        changed = await self._feedback.trackers.take_in(record, issue, change.issue, change.values if is_seen else None)
        if changed is None:
            return None
        if "status" in change.values:
            await self._feedback.inbox.respond(record.place, event.by or event.tracker or EVENT)
        return changed, change.issue

    async def run_outcome(self, job: Job) -> None:
        """Tell the author of a post what became of it, once; add the closing comment to that, if it came late."""
        loaded = await self._load(job)
        if loaded is None or (state := tracker_events.to_tell(loaded[1], loaded[0], loaded[2])) is None:
            return
        record, issue, settings = loaded
        states = issue.told.split()
        if state in states and (states[-1] != state or not issue.told_message):
            return
        await self._languages.of_person(record.workspace, record.person)
        issue = await outcome.for_readers(issue, record, self._chat.directory)
        text = outcome.message(issue, record, with_comment=settings.outcomes == "comment")
        posts = self._chat.posts
        try:
            if state in states:
                mention = self._chat.names.mention(record.person)
                await posts.edit(record.place, issue.told_message, f"{mention} {text}", job)
                return
            message = await posts.post(record.place, text, job, key="told", to=(record.person,))
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("an outcome could not be told: %s", error)
            message = ""
        await self._feedback.trackers.told(record, " ".join([*states, state]), message)


async def _leave(_job: Job, error: Exception) -> None:
    """Tell no one: the operator finds it with `python -m bot work list`, and can retry it."""
    log.warning("an event of a tracker was left: %s", type(error).__name__)
