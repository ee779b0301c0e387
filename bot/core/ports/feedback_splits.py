"""The records of posts that are about several things. Each method is one short transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.classification import Example
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place


class FeedbackSplits(Protocol):
    """Keeps which things a post is about; `FeedbackInbox.save` splits posts."""

    async def of(self, place: Place) -> Sequence[Feedback]:
        """Return all records of a thread's post: first its own, then those of its further parts, past ones too."""

    async def join(self, place: Place) -> Sequence[Feedback]:
        """Make one thing of a post, by a person's decision, and let it be sorted again; return the further records.

        Of several who do so at once, only one gets any.
        """

    async def split(self, record: Feedback, words: str, known: Sequence[int]) -> Feedback | None:
        """Make a record of its own from words of a post, by a person's decision; it and the post wait to be sorted.

        `known` are the further records that were there when this was decided; returns None if there are others now.
        """

    async def text(self, record: Feedback) -> str:
        """Return all words of a record's post, with those of the posts that belong to it, but no answers."""

    async def kept_whole(self, place: Place, limit: int) -> Sequence[Example]:
        """Return posts of a channel of which people said that they are about one thing, newest first."""
