"""All records of a channel: read through, searched, merged. Each method is one short transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.domain.search import Term


class FeedbackArchive(Protocol):
    """Reads a channel's records of feedback, however many there are."""

    async def page(self, place: Place, after: int, limit: int) -> Sequence[Feedback]:
        """Return a channel's records of feedback with ids above `after`, the lowest first."""

    async def links(self, place: Place, ids: Collection[int]) -> Mapping[int, str]:
        """Return the addresses of some of a channel's records."""

    async def find(self, place: Place, terms: Sequence[Term], limit: int) -> Sequence[Feedback]:
        """Return a channel's records of feedback whose posts have all of these terms, the newest first."""

    async def merge(self, record: Feedback, into: Feedback | None) -> Feedback | None:
        """Let a record repeat another one of its channel, and with it those that repeat it; None: let it repeat none.

        Return it, None where that would be a circle, or where it is gone.
        """
