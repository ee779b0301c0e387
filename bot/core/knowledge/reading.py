"""What reading a source takes, whatever its kind: which addresses it has, and what is at one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.core.domain.knowledge import ReadPage

if TYPE_CHECKING:
    from bot.core.domain.knowledge import KnowledgeSource, KnownPage


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a run begins with. `left_out` counts the pages beyond the bound.

    `base` is the address that the source's own leads to. `is_whole`: there are no pages but these; otherwise their
    links lead to the others.
    """

    addresses: Sequence[str]
    left_out: int = 0
    base: str = ""
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class PageReading:
    """What was at an address: None for a page that is as it was. `address` is where it is kept.

    `links` are further pages of the source that it leads to.
    """

    page: ReadPage | None
    address: str
    links: Sequence[str] = ()


class SourceReader(Protocol):
    """Reads the sources of one kind. Both raise `PageError`; one that `is_whole` ends the run."""

    async def find(self, source: KnowledgeSource) -> Inventory:
        """Find out which pages a source has."""

    async def read(self, source: KnowledgeSource, known: KnownPage, inventory: Inventory) -> PageReading:
        """Read one of its pages; of the run's inventory, only the addresses are not given."""
