"""Notes to one person about what they did in a form or by a button: sent after Slack was told that it arrived.

Slack gives three seconds for that, and the note may have to wait for its rate limits.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.ephemeral import send_ephemeral
from bot.jobs.deliveries import charge_asker
from bot.work import Delivery

if TYPE_CHECKING:
    from bot.core.ports import Chat
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

NOTE = "private note"  # not for people: a name
_PLACE, _ASKER = TypeAdapter(Place), TypeAdapter(Requester)


class PrivateNotes:
    """Accepts notes, and sends each in its person's order."""

    def __init__(self, inbox: Inbox, chat: Chat) -> None:
        self._inbox, self._chat = inbox, chat

    def register(self, inbox: Inbox) -> None:
        """Register the job that sends a note."""
        inbox.handle(NOTE, self._send, _leave_unsaid, charge=charge_asker)

    async def accept(self, place: Place, asker: Requester, sentence: str, reason: str) -> None:
        """Accept a note to the asker, once for its reason: the id of what they did.

        A place without a channel stands for direct messages.
        """
        key = f"{NOTE}:{place.workspace}:{asker.person}"
        payload = {"place": asdict(place), "asker": asdict(asker), "sentence": sentence}
        await self._inbox.accept(Delivery(f"{key}:{reason}", key, NOTE, payload))

    async def _send(self, job: Job) -> None:
        place = _PLACE.validate_python(job.payload["place"])
        asker = _ASKER.validate_python(job.payload["asker"])
        where = place if place.channel else await self._chat.posts.open_direct(place, asker)
        await send_ephemeral(where, asker, str(job.payload["sentence"]), answers=self._chat.answers)


async def _leave_unsaid(_job: Job, error: Exception) -> None:
    """Leave it unsaid: what they did counts as well without."""
    log.warning("a private note was not sent: %s", type(error).__name__)
