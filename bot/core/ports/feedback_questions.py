"""The store of what reports lack, and of which posts were asked about that. Each method is one short transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import IncomingMessage
    from bot.core.domain.needs import Completeness


class FeedbackQuestions(Protocol):
    """Keeps what reports lack; `FeedbackInbox.save` says it first."""

    async def of(self, record: Feedback) -> Completeness:
        """Return what a record lacks."""

    async def claim(self, record: Feedback, reference: str) -> bool:
        """Return whether the job of this reference is to ask about a record's post: of all that try, only one ever.

        None begins to while the record waits to be sorted again.
        """

    async def answer(self, incoming: IncomingMessage, said_at: datetime, permalink: str) -> bool:
        """Save a reply of a post's writer, once; return whether it makes its record wait to be sorted again.

        A reply counts while the post is not sorted yet, or lacks something, whether or not its writer was asked.
        """
