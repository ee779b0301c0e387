"""Read a workbook as tables: a heading for each sheet, and its rows in Markdown."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from bot.core.documents import open_xml, workbook
from bot.core.documents.document import Document, Thing, counted, named
from bot.core.documents.grid import MOST_CELLS, MOST_ROWS, TooWideError, extent
from bot.core.documents.kinds import PACKED
from bot.core.documents.refusal import too_many_cells
from bot.core.markdown_table import cell, markdown_table
from bot.errors import UsageError
from bot.language import N_, _, in_english

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.document import Words
    from bot.core.documents.grid import Grid

# Told to the model:
ABOUT = (
    "Cells have values, not formulas; "  # not for people: as said
    "dates are written year-month-day, and where a percentage has no sign, it is a fraction of 1."
)
_COMMENTS = re.compile(r"xl/(?:comments/)?comments\d*\.xml")
_HIDDEN = re.compile(rb"<(row|col)\s([^<>]{0,300}?hidden=\"(?:1|true)\"[^<>]{0,300})")
_SPAN = re.compile(rb"\b(min|max)=\"(\d{1,5})\"")
MOST_COLUMNS = 16_384  # of a sheet in Excel: what reaches as far is hidden to its end, and has no cells there


def read(name: str, data: bytes) -> Document:
    """Read a workbook's visible sheets. Raises `UsageError`."""
    try:
        book = workbook.read(name, data, as_shown=True)
    except TooWideError:
        raise too_many_cells(name, MOST_CELLS) from None
    shown = [one for one in book.sheets if one.rows]
    faulty = [one for one in book.sheets if one.fault]
    if faulty and not shown:
        raise UsageError(faulty[0].fault)
    left_out: tuple[Words, ...] = (
        *named(Thing.HIDDEN_SHEET, [one.title for one in book.sheets if one.is_hidden and not one.rows]),
        *named(Thing.FAR_SHEET, [one.title for one in faulty]),
        *(
            partial(_, N_("all rows of “{title}” after the first {n:,}"), title=one.title, n=MOST_ROWS)
            for one in shown
            if len(one.rows) == MOST_ROWS
        ),
        *_beside(data),
    )
    with in_english():
        remarks = dict.fromkeys(remark() for one in shown for remark in one.remarks)
        unseen = counted(_hidden(data))
        about = (ABOUT, *remarks, *(f"It has {words()} in Excel." for words in unseen))  # not for people: as said
    return Document("\n\n".join(map(_table, shown)), left_out, " ".join(about), unseen)


def _table(grid: Grid) -> str:
    width = max(extent(cells) for _, cells in grid.rows)
    rows = [[cell(one) for one in (*cells, *[""] * width)[:width]] for _, cells in grid.rows]
    hidden = " (hidden)" if grid.is_hidden else ""
    return f"## Sheet “{grid.title}”{hidden}\n\n{markdown_table(rows[0], rows[1:])}"


def _beside(data: bytes) -> Iterator[Words]:
    if not data.startswith(PACKED):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        found = open_xml.beside(names)
        found[Thing.CELL_COMMENT] = sum(
            archive.read(name).count(b"<comment ") for name in names if _COMMENTS.fullmatch(name)
        )
    yield from counted(found)


def _hidden(data: bytes) -> Counter[Thing]:
    """Count the rows and columns that their author has hidden in Excel, and that are read all the same."""
    found = Counter[Thing]()
    if not data.startswith(PACKED):
        return found
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        for what, given in (one for name in names for one in _HIDDEN.findall(archive.read(name))):
            span = {key: int(number) for key, number in _SPAN.findall(given)}
            if what == b"row":
                found[Thing.HIDDEN_ROW] += 1
            elif span.get(b"max", 0) < MOST_COLUMNS:
                found[Thing.HIDDEN_COLUMN] += max(1, span.get(b"max", 0) - span.get(b"min", 0) + 1)
    return found
