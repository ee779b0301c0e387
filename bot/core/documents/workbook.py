"""Read Excel and OpenDocument workbooks: their sheets, which of them are visible, and which one is active."""

from __future__ import annotations

import io
import re
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
from bot.core.documents.refusal import another, damaged, protected
from bot.language import N_, _

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

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


def read(name: str, data: bytes, is_wanted: Callable[[str, int], bool] = lambda *_: False) -> Book:
    """Read a workbook's sheets. Hidden ones are read if they are wanted, or if there is nothing else.

    `is_wanted` gets a sheet's title and its number from 1 on.

    Raises `UsageError` for what is protected, damaged, too large, or no workbook.
    """
    active, far, lacking = "", dict[str, str](), set[str]()
    if data.startswith(PACKED):
        try:
            active, far, lacking = _look_into(name, data)
        except (ValueError, OSError) as error:
            raise damaged(name) from error
    elif data.startswith(COMPOUND):
        _check_compound(name, data)
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as workbook:
            grids = _sheets(name, workbook, is_wanted, far)
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
) -> list[Grid]:
    """Read the sheets, in their order; hidden ones if they are meant, or if there is nothing else."""
    pages = [one for one in workbook.sheets_metadata if one.typ is python_calamine.SheetTypeEnum.WorkSheet][
        :MOST_SHEETS
    ]
    hidden = {one.name for one in pages if one.visible is not python_calamine.SheetVisibleEnum.Visible}
    meant = {one.name for number, one in enumerate(pages, start=1) if is_wanted(one.name, number)}
    found = {
        one.name: _sheet(name, workbook, one.name, far) for one in pages if one.name in meant or one.name not in hidden
    }
    if not any(grid.rows for grid in found.values()):
        found |= {title: _sheet(name, workbook, title, far) for title in hidden}
    return [replace(found.get(one.name, Grid(title=one.name)), is_hidden=one.name in hidden) for one in pages]


def _sheet(name: str, workbook: python_calamine.CalamineWorkbook, title: str, far: dict[str, str]) -> Grid:
    if title in far:
        fault = _(
            "{name} is more than I can read: the cells of its sheet “{title}” reach as far as {cell}, most of them "
            "blank. Delete the far-off cells, or copy the rows into a new file, and send that.",
            name=name,
            title=title,
            cell=far[title],
        )
        return Grid(title=title, fault=fault)
    rows = enumerate(workbook.get_sheet_by_name(title).iter_rows(), start=1)
    cells = ((row, tuple(map(_cell, values))) for row, values in rows)
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


def _look_into(name: str, data: bytes) -> tuple[str, dict[str, str], set[str]]:
    """Return a packed file's active sheet, the far cells of too large sheets, and which sheets lack results."""
    with archive.opened(name, data) as packed:
        names = packed.namelist()
        for start, what in _KINDS.items():
            if any(one.startswith(start) for one in names):
                raise another(name, _(what))
        if "xl/workbook.xml" in names:
            return _excel(packed)
        return _open_document(name, packed), {}, set()


def _excel(packed: zipfile.ZipFile) -> tuple[str, dict[str, str], set[str]]:
    book = _part(packed, "xl/workbook.xml")
    links = _part(packed, "xl/_rels/workbook.xml.rels")
    paths = {one.get("Id", ""): one.get("Target", "") for one in map(_attributes, _RELATION.findall(links))}
    sheets = [(one.get("name", ""), paths.get(one.get("id", ""), "")) for one in map(_attributes, _SHEET.findall(book))]
    active = _ACTIVE.search(book)
    place = int(active[1]) if active else 0
    looked = [(title, _look_at(packed, path)) for title, path in sheets]
    far = {title: cell for title, (cell, _) in looked if cell}
    shown = sheets[place][0] if place < len(sheets) else ""
    return shown, far, {title for title, (_, lacks) in looked if lacks}


def _part(packed: zipfile.ZipFile, path: str) -> str:
    """Return the beginning of a part that describes the others, "" if there is none."""
    if path not in packed.namelist():
        return ""
    with packed.open(path) as part:
        return part.read(LARGEST_PART).decode(errors="replace")


def _attributes(given: str) -> dict[str, str]:
    return {key.rpartition(":")[2]: unescape(double or single) for key, double, single in _ATTRIBUTE.findall(given)}


def _look_at(packed: zipfile.ZipFile, path: str) -> tuple[str, bool]:
    """Return the corner of what a sheet's cells span, "" where that can be read, and whether formulas lack results."""
    whole = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    if whole not in packed.namelist():
        return "", False
    last_row, columns, lacks = 0, {b"A"}, False
    with packed.open(whole) as part:
        rest = b""
        while chunk := part.read(CHUNK):
            chunk = rest + chunk
            columns.update(_COLUMN.findall(chunk))
            last_row = max(last_row, *map(int, _ROW.findall(chunk)), 0)
            lacks = lacks or _UNCALCULATED.search(chunk) is not None
            rest = chunk[-OVERLAP:]
    column = max(columns, key=_number)
    return (f"{column.decode()}{last_row}" if last_row * _number(column) > LARGEST_AREA else ""), lacks


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
