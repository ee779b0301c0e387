"""Triage as durable work: posts are saved, sorted in order, shown, and sent to their teams.

The records are the queue. A channel's jobs only wake it: the first takes all waiting posts that fit in one call, and
later jobs find theirs sorted. So a burst takes few calls, and when the model is unavailable, posts wait as records, not
in jobs that would be given up. `feedback_chain` says which job comes after which.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.core.channel_reader import allow
from bot.core.command import answering
from bot.core.domain.feedback import ELSEWHERE, FeedbackStatus, is_post
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.setting_choices import Drafts
from bot.core.domain.thread import Record
from bot.core.settings import triage_command
from bot.core.settings.parse import parse
from bot.core.triage import actions, asking, clocks, open_posts, report
from bot.core.triage.alert import alert
from bot.core.triage.classifier import MOST_CORRECTIONS, asked, decide, ignore, judge, needs_no_model
from bot.core.triage.digest import DIGEST_EVERY, RECENT, digest, due
from bot.core.triage.publish import notify, show, show_notice, target, unreachable
from bot.core.writing.notes import unapplied
from bot.errors import NotAllowedError, UsageError
from bot.jobs import call_ledger
from bot.jobs import feedback_chain as chain
from bot.jobs.deliveries import charge_place
from bot.jobs.feedback_chain import ALERT, DIGEST, NOTIFY, SHOW, SORT, TELL
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.command import Command
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.message import IncomingMessage, MessageEdit
    from bot.core.ports import Chat, Checkpoint, Model, Store
    from bot.core.ports.classify_store import ClassifyItemStore
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.jobs.languages import Languages
    from bot.work import Delivery, Inbox, Job

log = logging.getLogger(__name__)

OUTAGE = 86_400.0  # seconds that what is shown waits for the platform, in its order
LOOK_EVERY = 20.0  # seconds: how often to look for what waits
REST = 15.0  # seconds without a call after one that failed
LATE = timedelta(minutes=1)  # after which a record that is not shown is taken for forgotten
MOST_WAITING = 100  # records that are looked at in one go

_PLACE = TypeAdapter(Place)
_SECONDS = re.compile(r"\d{9,11}(?:\.\d+)?")


class TriageJobs:
    """Runs everything for feedback."""

    def __init__(  # noqa: PLR0913 (each is a port, and a clock)
        self,
        inbox: Inbox,
        *,
        feedback: FeedbackStore,
        classified: ClassifyItemStore,
        store: Store,
        model: Model,
        chat: Chat,
        settings_of: Callable[[Place], Awaitable[ChannelSettings]],
        languages: Languages,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._inbox, self._feedback, self._classified, self._store = inbox, feedback, classified, store
        self._model, self._chat, self._settings_of, self._languages = model, chat, settings_of, languages
        self._clock = clock
        self._rests_until: dict[str, float] = {}  # by the workspace: each has a budget of its own

    def register(self, inbox: Inbox) -> None:
        """Register the jobs for feedback."""
        inbox.handle(SORT, self.run_sort, _leave, charge=charge_place)
        inbox.handle(SHOW, self.run_show, _leave, charge=charge_place, patience=OUTAGE)
        inbox.handle(NOTIFY, self.run_notify, _leave, charge=charge_place, patience=OUTAGE)
        inbox.handle(TELL, self.run_tell, _leave, charge=charge_place, patience=OUTAGE)
        inbox.handle(ALERT, self.run_alert, _leave, charge=charge_place, patience=OUTAGE)
        inbox.handle(DIGEST, self.run_digest, _leave, charge=charge_place, patience=OUTAGE)
        inbox.every("triage digests", DIGEST_EVERY, self.look_for_digests)  # not for people: a name
        inbox.every("triage", LOOK_EVERY, self.look_after)

    # What comes in

    async def hear(self, incoming: IncomingMessage) -> None:
        """Save a post of a channel with triage on, and schedule it to be sorted. Raises what the database raises."""
        is_question = incoming.mentions_bot and incoming.opens_thread  # neither a post nor what answers one
        if incoming.is_direct or is_question:
            return
        channel = replace(incoming.place, thread="")
        if not (settings := await self._settings_of(channel)).triage:
            return
        said_at, link = _time_of(incoming.id), self._chat.history.permalink(incoming.place, incoming.id)
        if not incoming.opens_thread:
            if not (incoming.is_bot or incoming.mentions_bot):
                await self._feedback.inbox.respond(incoming.place, incoming.author)
            may_answer = settings.needs and not incoming.is_bot
            if may_answer and await self._feedback.questions.answer(incoming, said_at, link):
                await self._accept(chain.after_post(channel, incoming.id))
            return
        if not is_post(incoming, settings):
            return
        record = await self._feedback.inbox.add(incoming, said_at, link, together=settings.together)
        if record is not None:
            await self._accept(chain.after_post(channel, incoming.id))

    async def change(self, changed: MessageEdit) -> None:
        """Take in that a post was edited or deleted. Raises what the database raises."""
        channel = replace(changed.place, thread="")
        if not (await self._settings_of(channel)).triage:
            return
        id_ = await self._feedback.inbox.edit(changed)
        record = await self._feedback.records.find(channel.workspace, id_) if id_ is not None else None
        if record is None:
            return
        for one in await self._as_kept([record]) if record.status is FeedbackStatus.WITHDRAWN else [record]:
            await self._accept(chain.after_edit(one, changed))

    async def _accept(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            await self._inbox.accept(delivery)

    # What is done

    async def run_sort(self, job: Job) -> None:
        """Sort a channel's waiting posts, as many as one call holds. While the model is unavailable, they wait."""
        place = _PLACE.validate_python(job.payload)
        if job.was_begun:
            await self._go_on(place, job)
        if self._clock() < self._rests_until.get(place.workspace, 0.0):
            return
        waiting = await self._feedback.inbox.waiting(place, MOST_WAITING)
        settings = await self._store.settings.load(place)
        if quiet := [one for one in waiting if needs_no_model(one)]:
            await self._feedback.inbox.save(place, {one.id: ignore(one) for one in quiet}, ())
        records = [one for one in waiting if not needs_no_model(one)]
        if not records:
            await self._accept(chain.after_sort(place, await self._as_kept(quiet)))
            return
        records = asked(records)
        settled = await self._classified.corrections(place, MOST_CORRECTIONS)
        outcome = await judge(
            records, settings, settled=settled, feedback=self._feedback, model=self._model, chat=self._chat
        )
        decisions = {
            one.id: decide(one, outcome.verdicts[one.id], settings) for one in records if one.id in outcome.verdicts
        }
        await self._feedback.inbox.save(place, decisions, outcome.calls)
        call_ledger.leave_out(outcome.calls)
        has_more = outcome.failure is None and len(waiting) > len(quiet) + len(records)
        is_open = any(one.status is FeedbackStatus.OPEN for one in decisions.values())
        following = chain.after_sort(
            place,
            await self._as_kept([*quiet, *(one for one in records if one.id in decisions)]),
            more=job.reference if has_more else None,
            alert=f"{job.reference}:{job.attempt}:{max(decisions)}" if settings.alert_from and is_open else None,
        )
        await self._accept(following)
        if outcome.failure is not None:
            self._rests_until[place.workspace] = self._clock() + REST
            log.warning("%d posts have to wait: %s", len(records) - len(decisions), type(outcome.failure).__name__)

    async def _go_on(self, place: Place, job: Job) -> None:
        """Follow up on what an earlier attempt may have sorted: it can have died before it accepted the next jobs."""
        left = await self._feedback.records.unshown(datetime.now(UTC))
        here = [one for one in left if (one.workspace, one.channel) == (place.workspace, place.channel)]
        alert_of = f"{job.reference}:{job.attempt}"
        await self._accept(chain.after_sort(place, await self._as_kept(here), alert=alert_of))

    async def _as_kept(self, records: list[Feedback]) -> list[Feedback]:
        """Return the newest versions of records, and with each what else its post is about."""
        found = [one for record in records for one in await self._feedback.splits.of(record.place)]
        wanted = {record.id for record in records}
        return list({one.id: one for one in found if one.id in wanted or one.version > one.shown_version}.values())

    async def run_show(self, job: Job) -> None:
        """Show a record's current state, and notify its team."""
        record = await self._feedback.records.find(str(job.payload["workspace"]), int(job.payload["id"]))
        is_shown = record is not None and record.version <= record.shown_version
        if record is None or (is_shown and not job.was_begun):  # an attempt that died may have shown it, and no more
            return
        settings = await self._store.settings.load(replace(record.place, thread=""))
        missing = await asking.claim(record, settings, job.reference, feedback=self._feedback, chat=self._chat)
        if not is_shown:
            await clocks.follow(record, settings, datetime.now(UTC), feedback=self._feedback)
            notes = unapplied(settings, self._model)
            await show(record, settings, checkpoint=job, feedback=self._feedback, chat=self._chat, notes=notes)
        await self._accept(chain.after_show(record, settings))
        if not target(record, settings) and record.routed and record.routed != ELSEWHERE:
            await show_notice(record, settings, checkpoint=job, feedback=self._feedback, posts=self._chat.posts)
        if missing:
            await self._languages.of_person(record.workspace, record.person)
            await asking.ask(record, missing, checkpoint=job, chat=self._chat)

    async def run_notify(self, job: Job) -> None:
        """Tell a team about all that waits for it; if it can't be reached, tell the person who set its channel."""
        place, channel = _PLACE.validate_python({k: v for k, v in job.payload.items() if k != "to"}), job.payload["to"]
        settings = await self._store.settings.load(place)
        told, left = await notify(
            place, channel, settings, checkpoint=job, feedback=self._feedback, posts=self._chat.posts
        )
        drafted = told if settings.drafts is not Drafts.OFF else ()
        await self._accept(chain.after_notify(place, channel, drafted, left, datetime.now(UTC).date()))

    async def run_tell(self, job: Job) -> None:
        """Tell the person who set the channel's teams that one can't be reached; once a day."""
        place = _PLACE.validate_python({k: v for k, v in job.payload.items() if k != "to"})
        if person := (await self._store.settings.overrides(place)).person:
            await self._languages.of_person(place.workspace, person)
            direct = await self._chat.posts.open_direct(place, Requester(person, place.workspace))
            await self._chat.posts.post(direct, unreachable(job.payload["to"]), job, key="told")

    async def look_after(self, _job: Job) -> None:
        """Wake channels with waiting posts, and show what was left unshown, as when a process died in between."""
        slot = int(datetime.now(UTC).timestamp() // LOOK_EVERY)
        waiting = await self._feedback.inbox.channels_waiting()
        await self._accept(
            chain.after_look(waiting, await self._feedback.records.unshown(datetime.now(UTC) - LATE), slot)
        )

    async def run_alert(self, job: Job) -> None:
        """Post a channel's trends."""
        place = _PLACE.validate_python(job.payload)
        settings = await self._store.settings.load(place)
        await alert(place, settings, checkpoint=job, feedback=self._feedback, chat=self._chat)

    async def run_digest(self, job: Job) -> None:
        """Post a channel's digest."""
        place = _PLACE.validate_python(job.payload)
        settings = await self._store.settings.load(place)
        await digest(place, settings, checkpoint=job, feedback=self._feedback, model=self._model, chat=self._chat)

    async def look_for_digests(self, _job: Job) -> None:
        """Post the digest of each channel where it is due, once across replicas."""
        now = datetime.now(UTC)
        for place in await self._feedback.statistics.channels_since(now - RECENT):
            if date := due(await self._store.settings.load(place), now):
                await self._accept(chain.after_due(place, date))

    # What people do

    async def on_action(self, action: Action, *, checkpoint: Checkpoint) -> Record:  # noqa: ARG002 - every action has one
        """Run a button's action. Raises `ChatError`."""
        nothing = Record(action.place, action.asker.person)
        try:
            record = await actions.on_action(action, feedback=self._feedback, store=self._store, chat=self._chat)
        except (NotAllowedError, UsageError) as error:
            async with self._chat.answers.ephemeral(action.place, action.asker) as visible:
                await visible.replace(error.sentence)
            return nothing
        if record is not None:
            await self._accept(chain.after_action(record))
        return nothing

    async def open_form(self, action: Action) -> Form:
        """Open the form that changes a record. Raises `UsageError`, `NotAllowedError`."""
        return await actions.open_form(action, feedback=self._feedback, store=self._store, chat=self._chat)

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Accept a submitted form; return its faults by the field. Raises `UsageError`, `NotAllowedError`."""
        record, faults = await actions.submit(submission, feedback=self._feedback, store=self._store, chat=self._chat)
        if record is not None:
            await self._accept(chain.after_action(record))
        return faults

    async def where(self, submission: Submission) -> Place | None:
        """Return the place of the record that a form is about, None if it is gone."""
        record = await actions.find(submission, feedback=self._feedback)
        return record.place if record is not None else None

    async def configured(self, command: Command) -> None:
        """Retry unreachable teams when triage is turned on again."""
        parsed = parse(command.text)
        if parsed.name == "triage" and parsed.text == "on":
            await self.retry_teams(replace(command.place, thread=""), command.id)

    async def retry_teams(self, place: Place, reason: str) -> None:
        """Send what could not be sent to its team before."""
        settings = await self._store.settings.load(place)
        for record in await self._feedback.routing.retry_routes(place):
            await self._accept(chain.after_routing(record, settings, reason))

    async def command(self, command: Command, *, checkpoint: Checkpoint) -> Record:
        """Answer `/parley triage report`, `/parley trends` and `/parley open`. Raises `ChatError`."""
        query = triage_command.parse(command.text)
        place = replace(command.place, thread="")
        async with answering(command, answers=self._chat.answers, checkpoint=checkpoint) as visible:
            standing = await self._chat.directory.membership(place, command.asker.person)
            if not standing.is_member:
                text = _(open_posts.FOR_MEMBERS)
            elif query.what == "report":
                text = await report.report(place, feedback=self._feedback, store=self._store, chat=self._chat)
            elif query.what == "open":
                text = await open_posts.listing(
                    query.channel, command, feedback=self._feedback, store=self._store, chat=self._chat
                )
            else:
                text = await self._trends(query, command, checkpoint)
            await visible.replace(text)
        return Record(command.place, command.asker.person)

    async def _trends(self, query: triage_command.FeedbackQuery, command: Command, checkpoint: Checkpoint) -> str:
        try:
            place = open_posts.place_of(query.channel, command)
            if query.channel:
                await allow(place, command.asker.person, directory=self._chat.directory)
        except (NotAllowedError, UsageError) as error:
            return error.sentence
        return await report.trends(
            command,
            place,
            query.days,
            checkpoint=checkpoint,
            feedback=self._feedback,
            store=self._store,
            chat=self._chat,
        )


async def _leave(_job: Job, error: Exception) -> None:
    """Tell no one: the record stays as it is, and is looked after."""
    log.warning("triage was left undone: %s", type(error).__name__)


def _time_of(message: str) -> datetime:
    """Return a message's time from its id if possible, otherwise the current time."""
    return datetime.fromtimestamp(float(message), UTC) if _SECONDS.fullmatch(message) else datetime.now(UTC)
