"""Turns messages, and their edits and deletions, into durable work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.answer.stop_or_continue import is_stop
from bot.core.answer.whom_to_answer import may_be_for_bot
from bot.core.domain.channel_settings import DEFAULTS
from bot.core.domain.people import Requester
from bot.core.expiring_cache import ExpiringCache
from bot.jobs.deliveries import (
    answers,
    completing,
    completion_delivery,
    content,
    message_delivery,
    message_ids,
    queue_key,
)
from bot.work import Amended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.message import IncomingMessage, MessageEdit, MessageUpdate, Place
    from bot.jobs.classify import ClassifyJobs
    from bot.jobs.queue_notice import QueueNotices
    from bot.jobs.stop import Stop
    from bot.jobs.threads import Threads
    from bot.jobs.triage import TriageJobs
    from bot.work import Inbox

# Most messages that mention the bot come twice at once: what was taken in here need not be looked up.
MOST_HEARD, HEARD_KEPT = 10_000, 600.0  # messages, seconds


class DurableMessages:
    """Implements `bot.core.ports.MessageIntake`."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        settings_of: Callable[[Place], Awaitable[ChannelSettings]],
        threads: Threads,
        classify: ClassifyJobs,
        triage: TriageJobs,
        stop: Stop,
        notices: QueueNotices,
    ) -> None:
        self._inbox, self._settings_of = inbox, settings_of
        self._heard = ExpiringCache[str](MOST_HEARD)
        self._threads, self._classify, self._triage, self._stop = threads, classify, triage, stop
        self._notices = notices

    async def hear(self, incoming: IncomingMessage) -> None:
        """Accept a person's message."""
        await self._triage.hear(incoming)
        await self._take_in(incoming)

    async def _take_in(self, incoming: IncomingMessage) -> None:
        if not await self._is_worth_hearing(incoming):
            return
        if is_stop(incoming.text):
            await self._stop.on_message(incoming)
        delivery, said = message_delivery(incoming), content(incoming)
        if self._heard.get(delivery.id) == said:
            self._inbox.accept_duplicate(delivery)
            return
        if await self._inbox.accept(delivery):
            self._notices.notify(delivery, incoming.private_place, Requester(incoming.author, incoming.home), incoming)
        elif await self._inbox.amend(delivery.id, completing(incoming)) is Amended.LATE:
            await self._inbox.accept(completion_delivery(incoming))
        self._heard.keep(delivery.id, said, HEARD_KEPT)

    async def _is_worth_hearing(self, incoming: IncomingMessage) -> bool:
        """Return whether a message may be for the bot at all. Raises what the database raises."""
        if may_be_for_bot(incoming, DEFAULTS):
            return True
        return may_be_for_bot(incoming, await self._settings_of(replace(incoming.place, thread="")))

    async def change(self, changed: MessageEdit) -> None:
        """Accept an edit or a deletion of a message; answers to a deleted one are discarded."""
        await self._triage.change(changed)
        await self._threads.change(changed)
        if changed.is_deleted:
            await self._inbox.drop(queue_key(changed.place), answers(changed.id))
            await self._classify.drop(changed.place, changed.id)

    async def update(self, updated: MessageUpdate, changed: MessageEdit | None) -> None:
        """Accept the current state of a message: a waiting turn sees it, otherwise the history is completed.

        One that now mentions the bot is answered as if it had just been said.
        """
        incoming = updated.incoming
        if changed is not None:
            await self._triage.change(changed)
        is_late = await self._amend(incoming)
        if updated.calls_bot:
            await self._take_in(incoming)
        elif is_late and (updated.adds_files or changed is None):
            await self._inbox.accept(completion_delivery(incoming))
        if changed is not None:
            await self._threads.change(changed)

    async def _amend(self, incoming: IncomingMessage) -> bool:
        """Complete a message's waiting turn; return whether it has already begun."""
        direct, reply = message_ids(incoming)
        found = await self._inbox.amend(direct, completing(incoming))
        if found is Amended.UNKNOWN:
            # That it mentions the bot now is for a turn of its own: this one may have begun.
            found = await self._inbox.amend(reply, completing(replace(incoming, mentions_bot=False)))
        return found is Amended.LATE

    async def stop(self, place: Place) -> None:
        """Stop what is being written in a thread."""
        await self._stop.stop(place)
