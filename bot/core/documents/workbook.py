"""Read Excel and OpenDocument workbooks: their sheets, which of them are visible, and which one is active."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from html import unescape
from typing import TYPE_CHECKING

import python_calamine

from bot.core.decoding.text import clean
from bot.core.documents import archive
from bot.core.documents.grid import Grid, bounded, filled
from bot.core.documents.kinds import COMPOUND, PACKED
from bot.core.documents.refusal import another, damaged, protected, reaches_too_far
from bot.language import N_, _

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Sequence

LARGEST_AREA = 8_000_000  # cells of the rectangle that a sheet's cells span: the library lays it out in memory
MOST_SHEETS = 50  # that are looked into
CHUNK = 1_000_000
OVERLAP = 800  # bytes of a chunk that are looked at again with the next
EXACT = 10**15  # up to which a cell's number holds each digit
LARGEST_PART = 2_000_000  # bytes of a part that describes the others

# How Excel 97 to today name a stream of a compound file: in UTF-16.
_ENCRYPTED_PACKAGE, _WORD = "EncryptedPackage".encode("utf-16-le"), "WordDocument".encode("utf-16-le")
_POWERPOINT = "PowerPoint Document".encode("utf-16-le")  # not for people: in a file
_OUTLOOK = "__nameid_version1.0".encode("utf-16-le")
_COLUMN = re.compile(rb" r=[\"']([A-Z]{1,3})\d")
_ROW = re.compile(rb"row (?:[^<>]{0,200} )?r=[\"'](\d{1,7})[\"']")
# A formula whose result the file lacks: libraries that write workbooks don't calculate.
_UNCALCULATED = re.compile(
    rb"<c (?![^<>]{0,100}t=\"str\")[^<>]{0,100}><f[^<>]{0,200}>(?:[^<>]{0,200}</f>)?(?:<v></v>|<v ?/>)?</c>"
)
UNCALCULATED = N_(
    "Some of its cells hold formulas without results, which I read as blank: open it in Excel or LibreOffice, save it, "
    "and send it again."
)
_ACTIVE = re.compile(r"<(?:\w{1,10}:)?workbookView\s[^<>]{0,1000}?activeTab=[\"'](\d{1,4})[\"']")
_SHEET = re.compile(r"<(?:\w{1,10}:)?sheet\s([^<>]{1,2000})>")
_RELATION = re.compile(r"<(?:\w{1,10}:)?Relationship\s([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(r"([\w:]{1,40})\s{0,4}=\s{0,4}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})')")
# Formats of numbers, and which of them each style has: https://ecma-international.org/publications-and-standards/standards/ecma-376/
_FORMAT = re.compile(r"<numFmt\s([^<>]{1,2000})>")
_STYLE = re.compile(r"<xf\s([^<>]{1,2000})>")
_STYLED = re.compile(rb"<c r=\"([A-Z]{1,3})(\d{1,7})\" s=\"(\d{1,5})\"")
_PERCENT = re.compile(r"(?:\.(0{1,9}))?%")
MOST_PERCENTAGES = 100_000  # cells that are written as percentages; the others are fractions of 1
_ODS_ACTIVE = re.compile(r"config:name=\"ActiveTable\"[^<>]{0,200}>([^<]{1,200})<")
_KINDS = {
    "word/": N_("a Word document"),
    "ppt/": N_("a PowerPoint presentation"),
    "visio/": N_("a Visio drawing"),
    "Index/Document.iwa": N_("an Apple Numbers or Pages file"),
    "Index/Tables/": N_("an Apple Numbers file"),
    "META-INF/container.xml": N_("an e-book"),
}
_ODF = {"text": N_("a text document"), "presentation": N_("a presentation"), "graphics": N_("a drawing")}


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook's sheets that hold anything, and the title of the one that it opens on, "" where that is not known."""

    sheets: tuple[Grid, ...]
    active: str = ""


Percentages = Mapping[tuple[int, int], int]
"""The cells that show a percentage, by row and column from 1 on, with its decimals."""


def read(
    name: str,
    data: bytes,
    is_wanted: Callable[[str, int], bool] = lambda *_: False,
    *,
    as_shown: bool = False,
) -> Book:
    """Read a workbook's sheets. Hidden ones are read if they are wanted, or if there is nothing else.

    `is_wanted` gets a sheet's title and its number from 1 on. `as_shown`: write percentages of an XLSX file as Excel
    shows them; otherwise they are fractions of 1.

    Raises `UsageError` for what is protected, damaged, too large, or no workbook.
    """
    active, far, lacking, shares = "", dict[str, str](), set[str](), dict[str, Percentages]()
    if data.startswith(PACKED):
        try:
            active, far, lacking, shares = _look_into(name, data)
        except (ValueError, OSError) as error:
            raise damaged(name) from error
    elif data.startswith(COMPOUND):
        _check_compound(name, data)
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as workbook:
            grids = _sheets(name, workbook, is_wanted, far, shares if as_shown else {})
            said = (
                replace(one, remarks=(*one.remarks, partial(_, UNCALCULATED))) if one.title in lacking else one
                for one in grids
            )
            return Book(tuple(said), active)
    except python_calamine.PasswordError:
        raise protected(name) from None
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise damaged(name) from error


def _sheets(
    name: str,
    workbook: python_calamine.CalamineWorkbook,
    is_wanted: Callable[[str, int], bool],
    far: dict[str, str],
    shares: Mapping[str, Percentages],
) -> list[Grid]:
    """Read the sheets, in their order; hidden ones if they are meant, or if there is nothing else."""
    pages = [one for one in workbook.sheets_metadata if one.typ is python_calamine.SheetTypeEnum.WorkSheet][
        :MOST_SHEETS
    ]
    hidden = {one.name for one in pages if one.visible is not python_calamine.SheetVisibleEnum.Visible}
    meant = {one.name for number, one in enumerate(pages, start=1) if is_wanted(one.name, number)}
    found = {
        one.name: _sheet(name, workbook, one.name, far, shares)
        for one in pages
        if one.name in meant or one.name not in hidden
    }
    if not any(grid.rows for grid in found.values()):
        found |= {title: _sheet(name, workbook, title, far, shares) for title in hidden}
    return [replace(found.get(one.name, Grid(title=one.name)), is_hidden=one.name in hidden) for one in pages]


def _sheet(
    name: str,
    workbook: python_calamine.CalamineWorkbook,
    title: str,
    far: dict[str, str],
    shares: Mapping[str, Percentages],
) -> Grid:
    if title in far:
        return Grid(title=title, fault=reaches_too_far(name, title, far[title]))
    sheet, percentages = workbook.get_sheet_by_name(title), shares.get(title, {})
    left = sheet.start[1] + 1 if sheet.start else 1

    def written(row: int, values: Sequence[object]) -> tuple[str, ...]:
        if not percentages:
            return tuple(map(_cell, values))
        decimals = (percentages.get((row, column)) for column, _value in enumerate(values, start=left))
        return tuple(
            _cell(value) if places is None or not isinstance(value, float) else f"{value:.{places}%}"
            for value, places in zip(values, decimals, strict=True)
        )

    cells = ((row, written(row, values)) for row, values in enumerate(sheet.iter_rows(), start=1))
    return bounded((row for row in cells if filled(row[1])), title=title)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return "" if value is None else str(value)


def _look_into(name: str, data: bytes) -> tuple[str, dict[str, str], set[str], dict[str, Percentages]]:
    """Return a packed file's active sheet, the far cells of too large sheets, which lack results, and percentages."""
    with archive.opened(name, data) as packed:
        names = packed.namelist()
        for start, what in _KINDS.items():
            if any(one.startswith(start) for one in names):
                raise another(name, _(what))
        if "xl/workbook.xml" in names:
            return _excel(packed)
        return _open_document(name, packed), {}, set(), {}


def _excel(packed: zipfile.ZipFile) -> tuple[str, dict[str, str], set[str], dict[str, Percentages]]:
    book = _part(packed, "xl/workbook.xml")
    links = _part(packed, "xl/_rels/workbook.xml.rels")
    paths = {one.get("Id", ""): one.get("Target", "") for one in map(_attributes, _RELATION.findall(links))}
    sheets = [(one.get("name", ""), paths.get(one.get("id", ""), "")) for one in map(_attributes, _SHEET.findall(book))]
    active = _ACTIVE.search(book)
    place = int(active[1]) if active else 0
    styles = _percent_styles(_part(packed, "xl/styles.xml"))
    looked = [(title, _look_at(packed, path, styles)) for title, path in sheets]
    far = {title: cell for title, (cell, _lacks, _shares) in looked if cell}
    shown = sheets[place][0] if place < len(sheets) else ""
    lacking = {title for title, (_cell, lacks, _shares) in looked if lacks}
    return shown, far, lacking, {title: shares for title, (_cell, _lacks, shares) in looked if shares}


def _percent_styles(styles: str) -> dict[bytes, int]:
    """Return the numbers of the styles that show percentages, as sheets have them, with their decimals."""
    decimals = {"9": 0, "10": 2}  # those that every Excel file has
    for one in map(_attributes, _FORMAT.findall(styles)):
        if found := _PERCENT.search(one.get("formatCode", "")):
            decimals[one.get("numFmtId", "")] = len(found[1] or "")
    listed = styles.partition("<cellXfs")[2].partition("</cellXfs>")[0]
    numbers = enumerate(map(_attributes, _STYLE.findall(listed)))
    return {
        str(number).encode(): decimals[one["numFmtId"]] for number, one in numbers if one.get("numFmtId") in decimals
    }


def _part(packed: zipfile.ZipFile, path: str) -> str:
    """Return the beginning of a part that describes the others, "" if there is none."""
    if path not in packed.namelist():
        return ""
    with packed.open(path) as part:
        return part.read(LARGEST_PART).decode(errors="replace")


def _attributes(given: str) -> dict[str, str]:
    return {key.rpartition(":")[2]: unescape(double or single) for key, double, single in _ATTRIBUTE.findall(given)}


def _look_at(packed: zipfile.ZipFile, path: str, styles: Mapping[bytes, int]) -> tuple[str, bool, Percentages]:
    """Return the corner of what a sheet's cells span, "" where that can be read; if formulas lack results; percentages.

    `styles`: those that show percentages.
    """
    whole = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    if whole not in packed.namelist():
        return "", False, {}
    last_row, columns, lacks, shares = 0, {b"A"}, False, dict[tuple[int, int], int]()
    with packed.open(whole) as part:
        rest = b""
        while chunk := part.read(CHUNK):
            chunk = rest + chunk
            columns.update(_COLUMN.findall(chunk))
            last_row = max(last_row, *map(int, _ROW.findall(chunk)), 0)
            if styles and len(shares) < MOST_PERCENTAGES:
                shares |= {
                    (int(row), _number(column)): styles[style]
                    for column, row, style in _STYLED.findall(chunk)
                    if style in styles
                }
            lacks = lacks or _UNCALCULATED.search(chunk) is not None
            rest = chunk[-OVERLAP:]
    column = max(columns, key=_number)
    return (f"{column.decode()}{last_row}" if last_row * _number(column) > LARGEST_AREA else ""), lacks, shares


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _open_document(name: str, packed: zipfile.ZipFile) -> str:
    kind = _part(packed, "mimetype")
    for word, what in _ODF.items():
        if kind.startswith(f"application/vnd.oasis.opendocument.{word}"):
            raise another(name, _(what))
    if "encryption-data" in _part(packed, "META-INF/manifest.xml"):
        raise protected(name)
    match = _ODS_ACTIVE.search(_part(packed, "settings.xml"))
    return unescape(match[1]) if match else ""


def _check_compound(name: str, data: bytes) -> None:
    if _ENCRYPTED_PACKAGE in data:
        raise protected(name)
    for mark, what in (
        (_WORD, N_("a Word document")),
        (_POWERPOINT, N_("a PowerPoint presentation")),
        (_OUTLOOK, N_("an Outlook message")),
    ):
        if mark in data and "Workbook".encode("utf-16-le") not in data:
            raise another(name, _(what))
