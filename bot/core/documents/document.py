"""What was read of a document, and the words for what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import partial
from typing import TYPE_CHECKING

from bot.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

LONGEST_NAME = 60  # characters of a name that is given
MOST_NAMES = 5

Words = Callable[[], str]
"""Writes what was left out: for a person in their language, for the model in English."""


class Thing(StrEnum):
    """What a document has beside the text that is read."""

    ATTACHMENT = auto()
    CELL_COMMENT = auto()
    CHART = auto()
    COMMENT = auto()
    DIAGRAM = auto()
    DRAWING = auto()
    FAR_SHEET = auto()
    EMBEDDED_DOCUMENT = auto()
    EMBEDDED_OBJECT = auto()
    EMBEDDED_PAGE = auto()
    HIDDEN_COLUMN = auto()
    HIDDEN_PASSAGE = auto()
    HIDDEN_ROW = auto()
    HIDDEN_SHEET = auto()
    HIDDEN_SLIDE = auto()
    MACRO_PROJECT = auto()
    MORE_SLIDE = auto()
    PICTURE = auto()
    RECORDING = auto()
    TRACKED_DELETION = auto()


COUNTED: Mapping[Thing, Callable[[int], str]] = {
    Thing.ATTACHMENT: lambda n: ngettext("{n:,} attachment", "{n:,} attachments", n),
    Thing.CELL_COMMENT: lambda n: ngettext("{n:,} cell comment", "{n:,} cell comments", n),
    Thing.CHART: lambda n: ngettext("{n:,} chart", "{n:,} charts", n),
    Thing.COMMENT: lambda n: ngettext("{n:,} comment", "{n:,} comments", n),
    Thing.DIAGRAM: lambda n: ngettext("{n:,} diagram", "{n:,} diagrams", n),
    Thing.DRAWING: lambda n: ngettext("{n:,} drawing", "{n:,} drawings", n),
    Thing.EMBEDDED_DOCUMENT: lambda n: ngettext("{n:,} embedded document", "{n:,} embedded documents", n),
    Thing.EMBEDDED_OBJECT: lambda n: ngettext("{n:,} embedded object", "{n:,} embedded objects", n),
    Thing.EMBEDDED_PAGE: lambda n: ngettext("{n:,} embedded page", "{n:,} embedded pages", n),
    Thing.FAR_SHEET: lambda n: ngettext(
        "{n:,} sheet whose cells reach too far", "{n:,} sheets whose cells reach too far", n
    ),
    Thing.HIDDEN_COLUMN: lambda n: ngettext("{n:,} hidden column", "{n:,} hidden columns", n),
    Thing.HIDDEN_ROW: lambda n: ngettext("{n:,} hidden row", "{n:,} hidden rows", n),
    Thing.HIDDEN_PASSAGE: lambda n: ngettext("{n:,} hidden passage", "{n:,} hidden passages", n),
    Thing.HIDDEN_SHEET: lambda n: ngettext("{n:,} hidden sheet", "{n:,} hidden sheets", n),
    Thing.HIDDEN_SLIDE: lambda n: ngettext("{n:,} hidden slide", "{n:,} hidden slides", n),
    Thing.MACRO_PROJECT: lambda n: ngettext("{n:,} macro project", "{n:,} macro projects", n),
    Thing.MORE_SLIDE: lambda n: ngettext("{n:,} more slide", "{n:,} more slides", n),
    Thing.PICTURE: lambda n: ngettext("{n:,} picture", "{n:,} pictures", n),
    Thing.RECORDING: lambda n: ngettext("{n:,} recording", "{n:,} recordings", n),
    Thing.TRACKED_DELETION: lambda n: ngettext("{n:,} tracked deletion", "{n:,} tracked deletions", n),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document's text. `unread` is what in it was not read, `about` is told to the model alone.

    `unseen` was read, though someone who opens the document does not see it. `pictures` are those that its reader sees,
    in their order, and `lost` is how many there are beside them.
    """

    text: str
    unread: tuple[Words, ...] = ()
    about: str = ""
    unseen: tuple[Words, ...] = ()
    pictures: tuple[bytes, ...] = ()
    lost: int = 0

    def missing(self, shown: int = 0) -> tuple[Words, ...]:
        """Return the words for what was not read, where so many of the pictures are shown."""
        return (*counted(Counter({Thing.PICTURE: len(self.pictures) + self.lost - shown})), *self.unread)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was not read, in words."""
        return tuple(words() for words in self.missing())


def counted(found: Counter[Thing]) -> tuple[Words, ...]:
    """Return the words for what was counted, in its order: "2 pictures", "1 comment"."""
    return tuple(partial(COUNTED[thing], number) for thing, number in found.items() if number)


def named(thing: Thing, names: Sequence[str]) -> tuple[Words, ...]:
    """Return the words for what has names: "1 hidden sheet (Lists)"; nothing for none."""
    if not names:
        return ()
    given = [name[:LONGEST_NAME] for name in names[:MOST_NAMES]]
    more = ", …" if len(names) > MOST_NAMES else ""
    return (lambda: f"{COUNTED[thing](len(names))} ({', '.join(given)}{more})",)


def within(name: str, unread: Sequence[Words]) -> tuple[Words, ...]:
    """Return the words for what was not read of a document that is in another one."""
    return tuple(partial(_within, name, words) for words in unread)


def _within(name: str, words: Words) -> str:
    return _("{thing} of {name}", thing=words(), name=name)


def text_of(element: etree._Element) -> str:
    """Return an element's letters."""
    return "".join(map(str, element.itertext()))
