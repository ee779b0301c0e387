"""A run: what is sorted for whom, how far it is, and what is asked of the store that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.core.classify.category import Category
from bot.core.classify.typed import Wish
from bot.core.conversation import FileRef, Place
from bot.core.forward import ForwardingBookmark
from bot.core.ports import Asker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.core.classify.form import Example
    from bot.core.classify.item import Item, Sorted, Verdict
    from bot.core.ports import Bookmark, Call


class Status(StrEnum):
    """How far a run is."""

    READING = "reading"  # its items are not all stored yet
    ASKING = "asking"  # waits for a person's yes, to its categories or to its price
    RUNNING = "running"
    BATCHED = "batched"  # the model works on it in its own time
    DONE = "done"
    STOPPED = "stopped"  # by a person, or by a failure: what is done stays, and it can be carried on


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked to have something sorted. `id` is unique to it; the answer goes to the message `to`.

    `text` is what was typed; `files` came along with it; `channels` are those that it names, each with its id.
    """

    id: str
    place: Place
    asker: Asker
    to: str
    text: str
    wish: Wish
    files: tuple[FileRef, ...] = ()
    is_private: bool = False
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `source` names in words what is sorted; `skipped` counts what had no text; `columns` head items' cells.

    `origin` is the channel that its items were read from, "" where they came with the request.

    `is_file`: they stood in a file, and `remarks` are sentences about how that was read. `asked` is kept as long as its
    asker may still change that.

    `calls` and `dollars` are what it has cost so far; `dollars` is None where the model's price is unknown.
    """

    id: str
    place: Place
    asker: Asker
    to: str
    source: str
    categories: tuple[Category, ...]
    items: int = 0
    skipped: int = 0
    columns: tuple[str, ...] = ()
    several: bool = False
    is_batch: bool = False
    is_private: bool = False
    origin: str = ""
    is_file: bool = False
    remarks: tuple[str, ...] = ()
    asked: Asked | None = None
    status: Status = Status.READING
    calls: int = 0
    dollars: float | None = 0.0
    state: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Tell whether there is something left to do."""
        return self.status in {Status.RUNNING, Status.BATCHED}


class Runs(Protocol):
    """The store of runs. Each method is one short transaction, or some of them where there are many items."""

    async def find(self, workspace: str, run: str) -> Run | None:
        """Return a run of a workspace, None where it has none of that id (any more)."""

    async def create(self, run: Run, items: Sequence[Item]) -> None:
        """Keep a run and its items; what a former try left of them is replaced."""

    async def change(self, run: Run) -> None:
        """Keep a run's categories, status and ways; not its costs or state."""

    async def keep(self, run: str, key: str, value: str) -> None:
        """Keep a word of a run's state."""

    def unsorted(self, run: str) -> AsyncIterator[Sequence[Item]]:
        """Return the items that have no verdict, in their order, page by page."""

    def results(self, run: str) -> AsyncIterator[Sequence[Sorted]]:
        """Return the items that have a verdict, in their order, page by page."""

    async def result(self, run: str, number: int) -> Sorted | None:
        """Return an item with its verdict, None where it has none."""

    async def count_sorted(self, run: str) -> int:
        """Count the items that have a verdict."""

    async def save(self, run: Run, verdicts: Sequence[Verdict], calls: Sequence[Call], dollars: float | None) -> None:
        """Keep verdicts, with the calls that they took in the ledger, in one transaction."""

    async def correct(self, run: str, number: int, categories: tuple[str, ...], person: str) -> bool:
        """Keep what a person says an item is; False where there is no such item."""

    async def corrections(self, place: Place, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, newest first."""

    async def running(self, place: Place) -> Sequence[str]:
        """Return the ids of the runs that go on in a thread."""

    async def batched(self) -> Sequence[tuple[str, str]]:
        """Return the workspaces and ids of the runs that the model works on in its own time."""


class RunBookmark(ForwardingBookmark):
    """The bookmark of all turns that work on one run: they carry on in one message."""

    def __init__(self, run: Run, turn: Bookmark, runs: Runs) -> None:
        super().__init__(turn)
        self._run, self._runs = run, runs
        self._state = dict(run.state)

    @property
    def reference(self) -> str:
        """Name the run."""
        return self._run.id[:8]

    def get(self, key: str) -> str | None:
        """Return what was kept under `key`."""
        return self._state.get(key)

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`. Raises when the turn is no longer ours to run."""
        self.check()
        await self._runs.keep(self._run.id, key, value)
        self._state[key] = value
