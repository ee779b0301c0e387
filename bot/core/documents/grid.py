"""Hold rows of cells as they are in a file, before anything is known about what they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from bot.core.domain.classify_item import MOST_ITEMS
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOKED_AT = 200  # rows, to tell delimiters, headings and columns apart
MOST_COLUMNS = 1_000  # that are looked at
MOST_ROWS = MOST_ITEMS + 100  # that are read: titles and headings are none of the items
MOST_CELLS = 3_000_000  # of a table, the blank ones too

Row = tuple[int, tuple[str, ...]]  # the number in the file, counted from 1, and the cells


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a file."""

    rows: tuple[Row, ...] = ()
    names: tuple[str, ...] = ()  # its headings, if the format itself has them
    delimiter: str = ""  # what separates its cells, if they could have been split in the wrong place
    title: str = ""  # its name among the file's other tables
    is_hidden: bool = False  # its author has hidden it
    fault: str = ""  # the sentence that says why its rows can't be read
    remarks: tuple[Callable[[], str], ...] = ()  # each writes a sentence for people, or in English for the model


def filled(cells: tuple[str, ...]) -> bool:
    """Return whether a row has anything in it."""
    return any(cell and not cell.isspace() for cell in cells)


def extent(cells: tuple[str, ...]) -> int:
    """Return how many cells a row has up to the last that is not blank."""
    return next((n for n in range(len(cells), 0, -1) if cells[n - 1] and not cells[n - 1].isspace()), 0)


class TooWideError(Exception):
    """A table has more cells than are read."""


def bounded(rows: Iterable[Row], *, delimiter: str = "", title: str = "") -> Grid:
    """Take rows until there are more than I read, and of each the first columns. Raises `TooWideError`."""
    kept: list[Row] = []
    cells = widest = 0
    for number, row in islice(rows, MOST_ROWS):
        widest = max(widest, extent(row) if len(row) > MOST_COLUMNS else 0)
        kept.append((number, row[:MOST_COLUMNS]))
        cells += len(kept[-1][1])
        if cells > MOST_CELLS:
            raise TooWideError
    cut = partial(_, N_("I looked at the first {most:,} of {all:,} columns."), most=MOST_COLUMNS, all=widest)
    return Grid(tuple(kept), delimiter=delimiter, title=title, remarks=(cut,) if widest > MOST_COLUMNS else ())
