"""Read Excel and OpenDocument workbooks: their sheets, which of them are visible, and which one is active."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from html import unescape

import python_calamine

from bot.core.classify.table.grid import Grid, bounded, filled
from bot.core.classify.table.options import is_meant
from bot.core.classify.table.refusal import another, damaged, protected, strangely_packed
from bot.core.decoding.text import clean
from bot.errors import UsageError

LARGEST_UNPACKED = 250_000_000  # bytes of what a packed file unpacks to
LARGEST_AREA = 8_000_000  # cells of the rectangle that a sheet's cells span: the library lays it out in memory
MOST_SHEETS = 50  # that are looked into
CHUNK = 1_000_000
OVERLAP = 800  # bytes of a chunk that are looked at again with the next
EXACT = 10**15  # up to which a cell's number holds each digit
LARGEST_PART = 2_000_000  # bytes of a part that describes the others

PACKED, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1  # https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.4
# How Excel 97 to today name a stream of a compound file: in UTF-16.
_ENCRYPTED_PACKAGE, _WORD = "EncryptedPackage".encode("utf-16-le"), "WordDocument".encode("utf-16-le")
_POWERPOINT, _OUTLOOK = "PowerPoint Document".encode("utf-16-le"), "__nameid_version1.0".encode("utf-16-le")
_COLUMN = re.compile(rb" r=[\"']([A-Z]{1,3})\d")
_ROW = re.compile(rb"row (?:[^<>]{0,200} )?r=[\"'](\d{1,7})[\"']")
# A formula whose result the file lacks: libraries that write workbooks don't calculate.
_UNCALCULATED = re.compile(
    rb"<c (?![^<>]{0,100}t=\"str\")[^<>]{0,100}><f[^<>]{0,200}>(?:[^<>]{0,200}</f>)?(?:<v></v>|<v ?/>)?</c>"
)
UNCALCULATED = (
    "Some of its cells hold formulas without results, which I read as blank: open it in Excel or LibreOffice, save it, "
    "and send it again."
)
_ACTIVE = re.compile(r"<(?:\w{1,10}:)?workbookView\s[^<>]{0,1000}?activeTab=[\"'](\d{1,4})[\"']")
_SHEET = re.compile(r"<(?:\w{1,10}:)?sheet\s([^<>]{1,2000})>")
_RELATION = re.compile(r"<(?:\w{1,10}:)?Relationship\s([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(r"([\w:]{1,40})\s{0,4}=\s{0,4}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})')")
_ODS_ACTIVE = re.compile(r"config:name=\"ActiveTable\"[^<>]{0,200}>([^<]{1,200})<")
_KINDS = {
    "word/": "a Word document",
    "ppt/": "a PowerPoint presentation",
    "visio/": "a Visio drawing",
    "Index/Document.iwa": "an Apple Numbers or Pages file",
    "Index/Tables/": "an Apple Numbers file",
    "META-INF/container.xml": "an e-book",
}
_ODF = {"text": "a text document", "presentation": "a presentation", "graphics": "a drawing"}


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook's sheets that hold anything, and the title of the one that it opens on, "" where that is not known."""

    sheets: tuple[Grid, ...]
    active: str = ""


def read(name: str, data: bytes, wanted: str = "") -> Book:
    """Read a workbook's sheets; of hidden ones only the one that someone wants, or all if there is nothing else.

    Raises `UsageError` for what is protected, damaged, too large, or no workbook.
    """
    active, far, lacking = "", dict[str, str](), set[str]()
    if data.startswith(PACKED):
        active, far, lacking = _look_into(name, data)
    elif data.startswith(COMPOUND):
        _check_compound(name, data)
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as workbook:
            grids = _sheets(name, workbook, wanted, far)
            said = (
                replace(one, remarks=(*one.remarks, UNCALCULATED)) if one.title in lacking else one for one in grids
            )
            return Book(tuple(said), active)
    except python_calamine.PasswordError:
        raise protected(name) from None
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise damaged(name) from error


def too_large(name: str) -> UsageError:
    """Return the error for a file that holds too much."""
    return UsageError(
        f"{name} unpacks to more than {LARGEST_UNPACKED // 1_000_000} MB, which is the most I can read: please "
        "split it, or send the sheet as CSV."
    )


def _sheets(name: str, workbook: python_calamine.CalamineWorkbook, wanted: str, far: dict[str, str]) -> list[Grid]:
    """Read the sheets, in their order; hidden ones if they are meant, or if there is nothing else."""
    pages = [one for one in workbook.sheets_metadata if one.typ is python_calamine.SheetTypeEnum.WorkSheet][
        :MOST_SHEETS
    ]
    hidden = {one.name for one in pages if one.visible is not python_calamine.SheetVisibleEnum.Visible}
    meant = {one.name for number, one in enumerate(pages, start=1) if is_meant(wanted, one.name, number)}
    found = {
        one.name: _sheet(name, workbook, one.name, far) for one in pages if one.name in meant or one.name not in hidden
    }
    if not any(grid.rows for grid in found.values()):
        found |= {title: _sheet(name, workbook, title, far) for title in hidden}
    return [replace(found.get(one.name, Grid(title=one.name)), is_hidden=one.name in hidden) for one in pages]


def _sheet(name: str, workbook: python_calamine.CalamineWorkbook, title: str, far: dict[str, str]) -> Grid:
    if title in far:
        fault = (
            f"{name} is more than I can read: the cells of its sheet “{title}” reach as far as {far[title]}, most "
            "of them blank. Delete the far-off cells, or copy the rows into a new file, and send that."
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
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_packed(name, archive)
            if "xl/workbook.xml" in archive.namelist():
                return _excel(archive)
            return _open_document(name, archive), {}, set()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise damaged(name) from error
    except RuntimeError as error:  # what zipfile raises for a password
        raise protected(name) from error


def _check_packed(name: str, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise protected(name)
    if any(entry.compress_type not in {_STORED, _DEFLATED} for entry in entries):
        raise strangely_packed(name)
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise too_large(name)
    names = archive.namelist()
    for start, what in _KINDS.items():
        if any(one.startswith(start) for one in names):
            raise another(name, what)
    # Reading it all once checks the sizes that it claims, before anything is unpacked into memory.
    if archive.testzip():
        raise damaged(name)


def _excel(archive: zipfile.ZipFile) -> tuple[str, dict[str, str], set[str]]:
    book = _part(archive, "xl/workbook.xml")
    links = _part(archive, "xl/_rels/workbook.xml.rels")
    paths = {one.get("Id", ""): one.get("Target", "") for one in map(_attributes, _RELATION.findall(links))}
    sheets = [(one.get("name", ""), paths.get(one.get("id", ""), "")) for one in map(_attributes, _SHEET.findall(book))]
    active = _ACTIVE.search(book)
    place = int(active[1]) if active else 0
    looked = [(title, _look_at(archive, path)) for title, path in sheets]
    far = {title: cell for title, (cell, _) in looked if cell}
    shown = sheets[place][0] if place < len(sheets) else ""
    return shown, far, {title for title, (_, lacks) in looked if lacks}


def _part(archive: zipfile.ZipFile, path: str) -> str:
    """Return the beginning of a part that describes the others, "" if there is none."""
    if path not in archive.namelist():
        return ""
    with archive.open(path) as part:
        return part.read(LARGEST_PART).decode(errors="replace")


def _attributes(given: str) -> dict[str, str]:
    return {key.rpartition(":")[2]: unescape(double or single) for key, double, single in _ATTRIBUTE.findall(given)}


def _look_at(archive: zipfile.ZipFile, path: str) -> tuple[str, bool]:
    """Return the corner of what a sheet's cells span, "" where that can be read, and whether formulas lack results."""
    whole = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    if whole not in archive.namelist():
        return "", False
    last_row, columns, lacks = 0, {b"A"}, False
    with archive.open(whole) as part:
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


def _open_document(name: str, archive: zipfile.ZipFile) -> str:
    kind = _part(archive, "mimetype")
    for word, what in _ODF.items():
        if kind.startswith(f"application/vnd.oasis.opendocument.{word}"):
            raise another(name, what)
    if "encryption-data" in _part(archive, "META-INF/manifest.xml"):
        raise protected(name)
    match = _ODS_ACTIVE.search(_part(archive, "settings.xml"))
    return unescape(match[1]) if match else ""


def _check_compound(name: str, data: bytes) -> None:
    if _ENCRYPTED_PACKAGE in data:
        raise protected(name)
    for mark, what in (
        (_WORD, "a Word document"),
        (_POWERPOINT, "a PowerPoint presentation"),
        (_OUTLOOK, "an Outlook message"),
    ):
        if mark in data and "Workbook".encode("utf-16-le") not in data:
            raise another(name, what)
