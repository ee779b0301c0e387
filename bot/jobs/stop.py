"""Stops what is being written in a thread, when a person asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.answer import buttons
from bot.jobs.deliveries import asked_before, queue_key

if TYPE_CHECKING:
    from bot.core.domain.interaction import Action
    from bot.core.domain.message import IncomingMessage, Place
    from bot.core.ports import Chat
    from bot.jobs.classify import ClassifyJobs
    from bot.work import Inbox


class Stop:
    """Acts at once, not as a job: under the thread's queue key, it would wait for what it should stop."""

    def __init__(self, inbox: Inbox, *, classify: ClassifyJobs, chat: Chat) -> None:
        self._inbox, self._classify, self._chat = inbox, classify, chat

    async def stop(self, place: Place) -> None:
        """Stop the turn that runs in a thread, and the runs of `/classify` there."""
        await self._inbox.cancel(queue_key(place))
        await self._classify.stop(place)

    async def on_message(self, incoming: IncomingMessage) -> None:
        """Stop what was asked for before a message was written: it may arrive late, or twice."""
        said = incoming.revision or incoming.id
        await self._inbox.cancel(queue_key(incoming.place), asked_before(said))
        await self._classify.stop(incoming.place, said)

    async def on_action(self, action: Action) -> None:
        """Run the button's action. Raises `NotAllowedError` for a person who can't use it."""
        await buttons.allow_stop(action, self._chat)
        await self.stop(action.place)
