"""The stores of classification runs. Each method is one short transaction, or some where there are many items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.calls import Call
    from bot.core.domain.classification import ClassifyRun, Example, Sorted, Verdict
    from bot.core.domain.classify_item import Item
    from bot.core.domain.message import Place


class ClassifyRunStore(Protocol):
    """Keeps the runs: what is asked, how far each is, what it has cost."""

    async def find(self, workspace: str, run: str) -> ClassifyRun | None:
        """Return a run of a workspace, None if it has none with that id (any more)."""

    async def create(self, run: ClassifyRun, items: Sequence[Item]) -> None:
        """Save a run and its items; what an earlier attempt left is replaced."""

    async def change(self, run: ClassifyRun) -> None:
        """Save a run's categories, status and options; not its costs or state."""

    async def keep(self, run: str, key: str, value: str) -> None:
        """Save one value of a run's state."""

    async def running(self, place: Place) -> Sequence[str]:
        """Return the ids of the active runs in a thread."""

    async def batched(self) -> Sequence[tuple[str, str]]:
        """Return the workspaces and ids of the runs that wait for a batch."""


class ClassifyItemStore(Protocol):
    """Keeps the items of the runs, with their verdicts and what people say of those."""

    def unsorted(self, run: str) -> AsyncIterator[Sequence[Item]]:
        """Return the items that have no verdict, in their order, page by page."""

    def results(self, run: str) -> AsyncIterator[Sequence[Sorted]]:
        """Return the items that have a verdict, in their order, page by page."""

    async def count_sorted(self, run: str) -> int:
        """Count the items that have a verdict."""

    async def save(
        self, run: ClassifyRun, verdicts: Sequence[Verdict], calls: Sequence[Call], dollars: float | None
    ) -> None:
        """Save verdicts, and their calls in the ledger, in one transaction."""

    async def correct(self, run: str, number: int, categories: tuple[str, ...], person: str) -> bool:
        """Save a person's correction of an item; return False if there is no such item."""

    async def corrections(self, place: Place, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, newest first."""
