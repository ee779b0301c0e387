"""Notices to people who ask while all job slots are busy: how many come before them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.core.answer.whom_to_answer import wants_answer
from bot.language import ngettext

if TYPE_CHECKING:
    from bot.core.domain.message import IncomingMessage, Place
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, Store
    from bot.jobs.languages import Languages
    from bot.work import Delivery, Inbox

log = logging.getLogger(__name__)

MOST = 20  # at once; more people than that are not told that the bot is busy
DEADLINE = 10.0  # seconds


class QueueNotices:
    """Tells people, outside of turns, by tasks that `close` ends."""

    def __init__(self, inbox: Inbox, *, store: Store, chat: Chat, languages: Languages) -> None:
        self._inbox, self._store, self._chat, self._languages = inbox, store, chat, languages
        self._tasks: set[asyncio.Task[None]] = set()

    def notify(
        self, delivery: Delivery, place: Place, asker: Requester, incoming: IncomingMessage | None = None
    ) -> None:
        """Tell the asker about a wait, if there is one, while the platform gets its acknowledgment."""
        if self._inbox.is_full and len(self._tasks) < MOST:
            task = asyncio.create_task(self._tell(delivery, place, asker, incoming), name="notice")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel the running notices."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, delivery: Delivery, place: Place, asker: Requester, incoming: IncomingMessage | None) -> None:
        try:
            async with asyncio.timeout(DEADLINE):
                if incoming is not None and not wants_answer(incoming, await self._store.threads.load(incoming.place)):
                    return
                if others := await self._inbox.count_before(delivery.id):
                    await self._languages.of_person(place.workspace, asker.person)
                    async with self._chat.answers.ephemeral(place, asker) as visible:
                        await visible.replace(busy(others))
        except Exception as error:  # noqa: BLE001 (whatever it was, the answer comes without a notice)
            log.warning("could not tell the user that the question waits: %s", type(error).__name__)


def busy(others: int) -> str:
    """Return how many wait before a person."""
    return ngettext(
        "I'm busy: your question is queued behind {n:,} other and will be answered in order.",
        "I'm busy: your question is queued behind {n:,} others and will be answered in order.",
        others,
    )
