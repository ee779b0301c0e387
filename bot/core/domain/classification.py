"""Classification: verdicts on items, and the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.domain.category import Category
from bot.core.domain.classify_item import AS_FOUND, Item, ReadAs
from bot.core.domain.message import FileRef, Place
from bot.core.domain.people import Requester
from bot.language import ngettext


def counted(count: int) -> str:
    """Write how many messages there are."""
    return ngettext("{n:,} message", "{n:,} messages", count)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An item's categories, the main one first, none for "unclassified".

    `confidence` is in percent, as the model judges itself; `evidence` are words of the item's own.
    """

    number: int
    categories: tuple[str, ...] = ()
    confidence: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """An item with its verdict; `corrected_by` is the person who changed the category, "" for no one."""

    item: Item
    verdict: Verdict
    corrected_by: str = ""

    def needs_person(self, threshold: int) -> bool:
        """Return whether a person should look: no one has, and the model was less sure than `threshold` percent."""
        return not self.corrected_by and (not self.verdict.categories or self.verdict.confidence < threshold)


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose category a person has settled."""

    text: str
    categories: tuple[str, ...]


class RunStatus(StrEnum):
    """The state of a run."""

    READING = "reading"  # its items are not all stored yet
    ASKING = "asking"  # waits for a person's yes, to its categories or to its price
    RUNNING = "running"
    BATCHED = "batched"  # the model works on it in its own time
    DONE = "done"
    STOPPED = "stopped"  # by a person, or by a failure: what is done stays, and it can be carried on


@dataclass(frozen=True, slots=True)
class ClassifyRequest:
    """A request to classify something. `id` is unique to it; the answer goes to the message `to`.

    `text` is what was typed; `files` came along with it; `channels` are those that it names, each with its id.
    `opening`: the message of the bot's that says what was asked, "" where there is none.
    """

    id: str
    place: Place
    asker: Requester
    to: str
    text: str
    wish: ClassifyOptions
    files: tuple[FileRef, ...] = ()
    is_private: bool = False
    channels: tuple[tuple[str, str], ...] = ()
    opening: str = ""


@dataclass(frozen=True, slots=True)
class ClassifyRun:
    """One run. `source` names in words what is sorted; `skipped` counts what had no text; `columns` head items' cells.

    `origin` is the channel that its items were read from, "" where they came with the request.

    `is_file`: they stood in a file, and `remarks` are sentences about how that was read. `asked` is kept as long as its
    asker may still change that.

    `calls` and `dollars` are what it has cost so far; `dollars` is None where the model's price is unknown.
    """

    id: str
    place: Place
    asker: Requester
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
    asked: ClassifyRequest | None = None
    status: RunStatus = RunStatus.READING
    calls: int = 0
    dollars: float | None = 0.0
    state: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Return whether there is something left to do."""
        return self.status in {RunStatus.RUNNING, RunStatus.BATCHED}


@dataclass(frozen=True, slots=True)
class ClassifyOptions:
    """What a person wants classified, and how.

    Either `lines` are the items, or `link` leads to them (a message, a thread, a file, a channel), or `channel` and
    `span` name them ("" for this channel; the span as it was typed), or it `is_thread`, the one that it is said in, or
    none of these: then they are in what comes along. `is_alone`: of what a link leads to, only the message itself.

    No categories: the channel's. `reading`: how a file is read. `several`: an item may have several. `is_batch`:
    cheaper, when there is time.
    """

    lines: tuple[str, ...] = ()
    link: str = ""
    channel: str = ""
    span: str = ""
    categories: tuple[Category, ...] = ()
    is_thread: bool = False
    is_alone: bool = False
    reading: ReadAs = AS_FOUND
    several: bool = False
    is_batch: bool = False
