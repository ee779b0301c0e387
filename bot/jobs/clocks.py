"""Clocks as durable work: what is due is looked for each minute, and told once, in business hours.

The times are kept with the records, so that a look costs one indexed query. They are set when a record is shown, and
again where the settings have changed since. A channel's job plans its messages before it posts any, so that one that
dies halfway goes on with the same.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.core.domain.message import Place
from bot.core.triage import business_time, clocks
from bot.core.triage.clocks import ClockNotice
from bot.core.triage.reminders import remind
from bot.core.triage.report import REPORTED
from bot.jobs.deliveries import charge_place
from bot.jobs.feedback_chain import CLOCKS, after_clocks
from bot.jobs.triage import OUTAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.clock import Clock, TimedPost
    from bot.core.ports import Chat, SettingsStore
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.core.triage.business_time import BusinessCalendar
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

LOOK_EVERY, CATCH_UP_EVERY = 60.0, 300.0  # seconds
MOST_TOLD = 1_000  # records in one go
AT_ONCE = 200  # records whose clocks are set in one transaction: SQLite has one writer, which must not be kept long
PLAN = "plan"  # the key of what a job is going to post
ONE_DAY = timedelta(days=1)

_PLACE = TypeAdapter(Place)
_PLAN = TypeAdapter(list[ClockNotice])


class ClockJobs:
    """Keeps the clocks of feedback, and tells teams what is due."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        feedback: FeedbackStore,
        settings: SettingsStore,
        chat: Chat,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._inbox, self._feedback, self._settings, self._chat, self._clock = inbox, feedback, settings, chat, clock
        self._seen: int | None = None  # the change of settings up to which the clocks were set again

    def register(self, inbox: Inbox) -> None:
        """Register the looks, and the job that tells what is due in a channel."""
        inbox.handle(CLOCKS, self.run, _leave, charge=charge_place, patience=OUTAGE)
        inbox.every(CLOCKS, LOOK_EVERY, self.look)
        inbox.every("triage clock settings", CATCH_UP_EVERY, self.catch_up)  # not for people: a name

    async def look(self, _job: Job) -> None:
        """Accept a job for each channel where something is due, once across replicas."""
        now = self._clock()
        for place, what in (await self._feedback.clocks.channels_due(now)).items():
            for delivery in after_clocks(place, what, f"{now:%Y%m%dT%H}"):
                await self._inbox.accept(delivery)

    async def run(self, job: Job) -> None:
        """Tell what is due in a channel. Raises a transient `ChatError`."""
        place = _PLACE.validate_python(job.payload)
        settings = await self._settings.load(place)
        kept = job.get(PLAN)
        notices = _PLAN.validate_json(kept) if kept else await self._plan(place, settings)
        if notices and not kept:
            await job.keep(PLAN, _PLAN.dump_json(notices).decode())
        for notice in notices:
            now, feedback, chat = self._clock(), self._feedback, self._chat
            await remind(place, notice, settings, now=now, checkpoint=job, feedback=feedback, chat=chat)

    async def _plan(self, place: Place, settings: ChannelSettings) -> list[ClockNotice]:
        """Decide what to post now; what is due outside business hours waits for the next of them."""
        now = self._clock()
        calendar = await clocks.calendar_of(settings, now)
        opens = business_time.after(now, timedelta(), calendar)
        if clocks.rule(settings) and opens != now:
            await self._feedback.clocks.postpone(place, now, opens or now + ONE_DAY)
            return []
        posts = await self._feedback.clocks.due(place, now, MOST_TOLD)
        reckoned = await self._set(place, settings, posts, calendar)
        return clocks.notices(place, posts, reckoned, settings, now)

    async def catch_up(self, _job: Job) -> None:
        """Set the clocks of open records again where settings have changed since, also before the bot was started."""
        if (change := await self._settings.last_change()) == self._seen:
            return
        since = self._clock() - REPORTED
        for place in await self._feedback.statistics.channels_since(since):
            settings = await self._settings.load(place)
            if rule := clocks.rule(settings):
                calendar = await clocks.calendar_of(settings, self._clock())
                await self._set_again(place, settings, rule, since, calendar)
        self._seen = change

    async def _set_again(
        self, place: Place, settings: ChannelSettings, rule: str, since: datetime, calendar: BusinessCalendar
    ) -> None:
        after = "", 0
        while posts := await self._feedback.clocks.behind(place, rule, since, after, AT_ONCE):
            await self._set(place, settings, posts, calendar)
            after = posts[-1].message, posts[-1].part

    async def _set(
        self, place: Place, settings: ChannelSettings, posts: Sequence[TimedPost], calendar: BusinessCalendar
    ) -> Mapping[int, Sequence[Clock]]:
        """Set the clocks of records; return them."""

        def reckon() -> dict[int, Sequence[Clock]]:
            return {post.id: clocks.reckon(post, settings, calendar) for post in posts}

        reckoned = await asyncio.to_thread(reckon)
        rule, ids = clocks.rule(settings), list(reckoned)
        for first in range(0, len(ids), AT_ONCE):
            some = {id_: reckoned[id_] for id_ in ids[first : first + AT_ONCE]}
            await self._feedback.clocks.set(place, rule, some, escalates=clocks.escalates(settings))
        return reckoned


async def _leave(_job: Job, error: Exception) -> None:
    """Tell no one: what is still due is looked for again."""
    log.warning("what is due was left untold: %s", type(error).__name__)
