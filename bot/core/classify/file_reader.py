"""Read rows from a user's file, and say how it was read and what is uncertain. Blocking.

These files come from strangers: call it where `core.ports.FileReader` bounds what that takes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.classify import formula
from bot.core.classify.table import choose, column, delimited, delimiter, file_kind, html_rows, naming, records, ruled
from bot.core.classify.table.heading import Heading
from bot.core.classify.table.options import is_meant
from bot.core.decoding.text import DecodedText, decode
from bot.core.documents import workbook
from bot.core.documents.grid import MOST_CELLS, Grid, TooWideError, extent
from bot.core.documents.kinds import COMPOUND, PACKED
from bot.core.documents.refusal import NO_ROWS, another, damaged, too_many_cells, unreadable
from bot.core.domain.classify_item import AS_FOUND, HEADINGS, MOST_ITEMS, ReadAs
from bot.core.domain.spreadsheet import Spreadsheet
from bot.errors import UsageError
from bot.language import _, ngettext

if TYPE_CHECKING:
    from bot.core.documents.grid import Row

LARGEST_FILE = 25_000_000  # bytes
SHOWN_TOPS = 6  # rows that are offered as the headings
SHOWN_OF_TOP = 60  # characters of such a row
LOOKED_INTO = 20_000  # characters of a plain text, to see whether it is a table
EVENLY = 3  # columns of each row
COLUMN, HEADING, SHEET, ENCODING = "column", "heading", "sheet", "encoding"


def read(name: str, data: bytes, read_as: ReadAs = AS_FOUND) -> Spreadsheet:
    """Read a file; its content says what it is, and then its extension.

    Raises `UsageError` for what can't be read, is empty, has too many rows, or lacks what was asked for.
    """
    if len(data) > LARGEST_FILE:
        raise too_large(name)
    try:
        sheet = _read(name, data, read_as)
    except TooWideError:
        raise too_many_cells(name, MOST_CELLS) from None
    except ValueError as error:
        raise unreadable(name) from error
    if not sheet.rows:
        raise UsageError(_(NO_ROWS, name=name))
    if len(sheet.rows) > MOST_ITEMS:
        raise UsageError(
            _(
                "{name} has more than {limit:,} rows, which is the most I classify at a time: please split it.",
                name=name,
                limit=MOST_ITEMS,
            )
        )
    return sheet


def column_of(sheet: Spreadsheet, wanted: str = "") -> int:
    """Return which column holds the texts: the one that was named, else the most likely one.

    A column is named by its heading, ignoring case, or by its number from 1 on. Raises `UsageError`.
    """
    return column.named(wanted, _heading(sheet), sheet.name).columns[-1] if wanted else sheet.texts[-1]


def without(sheet: Spreadsheet, number: int) -> Spreadsheet:
    """Return the table with one column blanked, so that it is not taken for the texts."""
    rows = [(row, tuple("" if n == number else cell for n, cell in enumerate(cells))) for row, cells in sheet.rows]
    headings = tuple("" if n == number else one for n, one in enumerate(sheet.headings))
    blanked = replace(sheet, headings=headings, rows=rows, labels=())
    return replace(blanked, texts=column.find(_heading(blanked)).columns)


def _heading(sheet: Spreadsheet) -> Heading:
    return Heading(sheet.headings, tuple(sheet.rows), sheet.heading, labels=sheet.labels)


def too_large(name: str) -> UsageError:
    """Return the error for a file that is too large."""
    return UsageError(
        _("{name} is larger than {limit} MB, which is the most I can read.", name=name, limit=LARGEST_FILE // 1_000_000)
    )


def _read(name: str, data: bytes, read_as: ReadAs) -> Spreadsheet:
    inner, data = file_kind.unpacked(name, data, LARGEST_FILE)
    file_kind.check(name, data)
    if data.startswith((PACKED, COMPOUND)):
        book = workbook.read(name, data, lambda title, number: is_meant(read_as.sheet, title, number))
        return _sheet(name, list(book.sheets), read_as, active=book.active)
    text = decode(name, data, read_as.encoding)
    return _sheet(name, _grids(inner, text.text, read_as), read_as, text=text)


def _grids(name: str, text: str, read_as: ReadAs) -> list[Grid]:
    ending = file_kind.ending(name)
    if html_rows.looks_like(text):
        if grids := html_rows.read(text):
            return grids
        raise another(name, _("a web page without a table"))
    if ending in file_kind.JSON:
        return records.read(name, text)
    if records.looks_like(text) and (grids := _maybe_json(name, text)):
        return grids
    if text[:2_000].lstrip("\ufeff \t\r\n").startswith("<?xml"):
        raise another(name, "XML")
    if grids := ruled.read(text, is_prose=ending in file_kind.LINES):
        return grids
    if ending in file_kind.LINES and not delimiter.announced(text)[0] and not _is_table(text, read_as):
        return [Grid(tuple(delimited.whole_lines(text)), ("line",))]
    grid = delimited.read(text, "\t" if ending in {".tsv", ".tab"} else "")
    if ending in file_kind.BOOKS and not grid.delimiter:
        raise damaged(name)
    return [grid]


def _maybe_json(name: str, text: str) -> list[Grid]:
    try:
        return records.read(name, text)
    except UsageError:
        return []


def _is_table(text: str, read_as: ReadAs) -> bool:
    """Return whether a file that is called plain text is a table: with tabs or bars in each line, or usual headings."""
    head = text[:LOOKED_INTO]
    if file_kind.is_tabbed(head.replace("\r", "\n").split("\n")[:50]) or read_as.heading:
        return True
    found = delimited.read(head)
    widths = {len(cells) for _, cells in found.rows[:50]}
    if not found.delimiter or not found.rows:
        return False
    is_even = found.delimiter in "|;" and len(found.rows) > 1 and len(widths) == 1 and min(widths) >= EVENLY
    return is_even or all(map(naming.is_known, filter(None, found.rows[0][1])))


def _sheet(
    name: str, grids: list[Grid], read_as: ReadAs, *, active: str = "", text: DecodedText | None = None
) -> Spreadsheet:
    taken = choose.choose(name, [_ours(grid) for grid in grids], read_as, active)
    found, grid, choice = taken.heading, taken.grid, taken.choice
    rows, joined = _whole(found, choice.columns[-1], grid.delimiter)
    doubts = {
        SHEET: not taken.is_certain,
        ENCODING: text is not None and not text.is_certain,
        HEADING: not found.is_certain,
        COLUMN: not choice.is_certain and not read_as.column,
    }
    sheet = Spreadsheet(
        name,
        found.names,
        rows,
        choice.columns,
        found.row,
        grid.title,
        tuple(one.title for one in grids) if len(grids) > 1 else (),
        text.encoding if text else "",
        tuple(doubt for doubt, is_open in doubts.items() if is_open),
        (*((text.remark,) if text and text.remark else ()), *(remark() for remark in grid.remarks)),
        _tops(grid),
        found.labels,
    )
    if not joined:
        return sheet
    remark = ngettext(
        "{n:,} row has more cells than the heading: I read the extra ones as part of “{column}”.",
        "{n:,} rows have more cells than the heading: I read the extra ones as part of “{column}”.",
        joined,
        column=sheet.text_name,
    )
    return replace(sheet, remarks=(*sheet.remarks, remark))


def _ours(grid: Grid) -> Grid:
    """Restore what our own export changed, if someone sends it again."""
    ours = grid.delimiter and grid.rows and grid.rows[0][1][: len(HEADINGS)] == HEADINGS
    if not ours:
        return grid
    return replace(grid, rows=tuple((number, tuple(map(formula.restored, cells))) for number, cells in grid.rows))


def _whole(found: Heading, text: int, parted_by: str) -> tuple[list[Row], int]:
    """Join texts that unquoted delimiters have split; return the rows, and in how many of them that was so."""
    width, joined = len(found.names), 0
    rows: list[Row] = []
    for number, cells in found.rows:
        extra = extent(cells) - width if parted_by and len(cells) > width else 0
        if extra > 0:
            whole = parted_by.join(cells[text : text + extra + 1])
            rows.append((number, (*cells[:text], whole, *cells[text + extra + 1 : width + extra])))
            joined += 1
        else:
            rows.append((number, cells))
    return rows, joined


def _tops(grid: Grid) -> tuple[tuple[int, str], ...]:
    if grid.names:
        return ()
    shown = (
        (number, ", ".join(" ".join(cell.split()) for cell in cells if cell.strip()))
        for number, cells in grid.rows[:SHOWN_TOPS]
    )
    return tuple((number, cells[:SHOWN_OF_TOP]) for number, cells in shown)
