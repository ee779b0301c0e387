"""The store of drafts, in small parts. Each method is one short transaction; a channel's place has no thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.core.domain.draft import Draft, DraftExample, DraftState, DraftTally
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place


class DraftStore(Protocol):
    """Keeps the drafts. That one is wanted is kept with the decision about its post."""

    async def find(self, workspace: str, draft: int) -> Draft | None:
        """Return a draft."""

    async def of_record(self, record: Feedback) -> Sequence[Draft]:
        """Return a record's drafts, one for each version of its post, the newest last."""

    async def question(self, record: Feedback) -> Feedback:
        """Return a record as it is now, with the words of all its posts."""

    async def change(self, draft: Draft, state: DraftState, **values: Any) -> Draft | None:  # noqa: ANN401 - each field has its own type
        """Change a draft, unless someone has changed it since it was read; return it, None where nothing was done."""

    async def shown(self, draft: Draft, message: str) -> None:
        """Record where a draft is shown to its team."""

    async def unsent(self, before: datetime) -> Sequence[Draft]:
        """Return the drafts that were to be sent before a time, and still are."""


class DraftHistory(Protocol):
    """What the team made of a channel's earlier drafts."""

    async def examples(self, place: Place, limit: int) -> Sequence[DraftExample]:
        """Return the newest drafts that were edited or discarded, as far as their words are still there."""

    async def unchanged(self, place: Place, category: str, limit: int) -> Sequence[bool]:
        """Return of a category's newest drafts that a person decided about, whether each went out as it was.

        One that was sent without a person counts once someone asked for one: as not.
        """

    async def tallies(self, place: Place, since: datetime) -> Mapping[str, DraftTally]:
        """Return what became of the drafts since a time, by category."""

    async def written_since(self, place: Place, since: datetime) -> int:
        """Count the drafts that were asked of the model since a time."""
