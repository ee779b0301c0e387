"""Reading rows from a file: CSV, TSV, JSON lines, XLSX, or plain lines. Blocking: to be called in a thread."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import PurePath
from statistics import mean
from typing import TYPE_CHECKING

import python_calamine

from bot.core.classify.item import MOST_ITEMS, Item
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

LARGEST_FILE = 25_000_000  # bytes
LARGEST_UNPACKED = 250_000_000  # bytes of what an XLSX file unpacks to
LOOKED_AT = 200  # rows, to tell delimiters, headings and columns apart
LONGEST_HEADING = 60  # characters
SHOWN_COLUMNS = 20
LONGEST_CELL = 2_000  # characters that are kept of a column beside the texts
MOST_CONTROLS = 8  # in a text of some lines; a file with more is none

_DELIMITERS = ",;\t|"
# What a text file does not hold, but for a stray one: control characters, and bytes of no code page.
_BINARY = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_OTHER_KINDS = (b"%PDF-", b"\x89PNG", b"{\\rtf", b"\xd0\xcf\x11\xe0")  # the last is of Office before 2007
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_TEXT_COLUMNS = (
    *("text", "message", "messages", "comment", "comments", "feedback", "body", "content", "description", "review"),
    *("question", "ticket", "request", "summary", "subject", "title", "nachricht", "kommentar", "texte", "mensaje"),
)


@dataclass(frozen=True)
class Sheet:
    """A table: its headings, and its rows, each with its number in the file. `has_headings`: the file named them."""

    name: str
    headings: tuple[str, ...]
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list, repr=False)
    has_headings: bool = True

    def column(self, wanted: str = "") -> int:
        """Return which column holds the texts: the one that was named, else the one that looks it.

        A column is named by its heading, upper and lower case aside, or by its number from 1 on. Raises `UsageError`.
        """
        if not wanted:
            return self._likely()
        folded = [" ".join(heading.split()).casefold() for heading in self.headings]
        if (name := " ".join(wanted.split()).casefold()) in folded:
            return folded.index(name)
        if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= len(self.headings):
            return int(wanted) - 1
        shown = ", ".join(f"“{heading[:LONGEST_HEADING]}”" for heading in self.headings[:SHOWN_COLUMNS])
        raise UsageError(f"There is no column “{wanted[:LONGEST_HEADING]}” in {self.name}. It has: {shown}.")

    def without(self, column: int) -> Sheet:
        """Return the table with one column blanked, so that it is not taken for the texts."""
        rows = [(row, tuple("" if n == column else cell for n, cell in enumerate(cells))) for row, cells in self.rows]
        headings = tuple("" if n == column else heading for n, heading in enumerate(self.headings))
        return replace(self, headings=headings, rows=rows)

    def items(self, column: int) -> list[Item]:
        """Return the texts of a column, numbered from 1 on; rows without a text there are left out."""
        texts = ((row, cells[column].strip(), cells) for row, cells in self.rows if column < len(cells))
        filled = ((row, text, self._beside(column, cells)) for row, text, cells in texts if text)
        return [Item(number, text, f"row {row}", rest) for number, (row, text, rest) in enumerate(filled, start=1)]

    def others(self, column: int) -> tuple[str, ...]:
        """Return the headings of all columns but one."""
        return self.headings[:column] + self.headings[column + 1 :]

    def _beside(self, column: int, cells: tuple[str, ...]) -> tuple[str, ...]:
        whole = cells[: len(self.headings)] + ("",) * (len(self.headings) - len(cells))
        return tuple(cell[:LONGEST_CELL] for cell in whole[:column] + whole[column + 1 :])

    def _likely(self) -> int:
        for name in _TEXT_COLUMNS if self.has_headings else ():
            for number, heading in enumerate(self.headings):
                if heading.strip().casefold() == name:
                    return number
        looked_at = [cells for _, cells in self.rows[:LOOKED_AT]]
        return max(range(len(self.headings)), key=lambda number: _wordiness(_column(looked_at, number)))


def read(name: str, data: bytes) -> Sheet:
    """Read a file; how is told by its name's ending, or else by its content.

    Raises `UsageError` for what can't be read, is empty, or has too many rows.
    """
    if len(data) > LARGEST_FILE:
        raise too_large(name)
    ending = PurePath(name).suffix.casefold()
    try:
        sheet = _reader(ending, data)(name, data)
    except (ValueError, csv.Error, RecursionError, zipfile.BadZipFile, python_calamine.CalamineError) as error:
        raise unreadable(name) from error
    if not sheet.rows:
        raise UsageError(f"There are no rows in {name}.")
    if len(sheet.rows) > MOST_ITEMS:
        raise UsageError(
            f"{name} has more than {MOST_ITEMS:,} rows, which is what I classify at a time: please split it."
        )
    return sheet


def too_large(name: str) -> UsageError:
    """Say that a file is too large."""
    return UsageError(f"{name} is larger than {LARGEST_FILE // 1_000_000} MB, which is what I read at most.")


def unreadable(name: str) -> UsageError:
    """Say that a file can't be read."""
    return UsageError(
        f"I can't read {name}: it should be a CSV, TSV, JSONL, XLSX or plain text file. "
        "Opening it and saving it as CSV (UTF-8) usually helps."
    )


def _reader(ending: str, data: bytes) -> Callable[[str, bytes], Sheet]:
    if ending in {".xlsx", ".xlsm"} or data.startswith(b"PK\x03\x04"):
        return _read_xlsx
    if ending in {".jsonl", ".ndjson"} or (ending not in {".csv", ".tsv", ".txt"} and data.lstrip()[:1] == b"{"):
        return _read_json_lines
    return _read_lines if ending in {".txt", ".log", ".md"} else _read_csv


def _text(data: bytes) -> str:
    """Decode a file. What is neither UTF-8 nor marked as UTF-16 is taken for Windows' western code page.

    Raises `ValueError` for what holds no text.
    """
    if data.startswith(_OTHER_KINDS):
        raise ValueError("another kind of file")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _clean(data.decode("utf-16"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if len(_BINARY.findall(text)) > MOST_CONTROLS + len(text) // 100:
        raise ValueError("binary")
    return _clean(text)


def _clean(text: str) -> str:
    return _NO_TEXT.sub("", text)


def _read_lines(name: str, data: bytes) -> Sheet:
    lines = ((number, (line,)) for number, line in enumerate(_text(data).splitlines(), start=1) if line.strip())
    return Sheet(name, ("line",), list(islice(lines, MOST_ITEMS + 1)), has_headings=False)


def _read_csv(name: str, data: bytes) -> Sheet:
    text = _text(data)
    delimiter = "\t" if PurePath(name).suffix.casefold() == ".tsv" else _delimiter(text)
    return _sheet(name, (tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))


def _delimiter(text: str) -> str:
    """Find the delimiter by which the first rows have most columns, all of them equally many."""

    def columns(delimiter: str) -> int:
        # A short delimiter-less head is no table: then the whole line is the text.
        rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), LOOKED_AT)
        widths = {len(row) for row in rows if row}
        return min(widths) if len(widths) == 1 else min(1, len(widths))

    best = max(_DELIMITERS, key=columns)
    if columns(best) > 1:
        return best
    head = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=head.count)


def _read_json_lines(name: str, data: bytes) -> Sheet:
    headings: dict[str, None] = {}
    records: list[tuple[int, dict[str, object]]] = []
    for number, line in enumerate(_text(data).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError:
            raise UsageError(f"Line {number} of {name} is not valid JSON.") from None
        record = value if isinstance(value, dict) else {"text": value}
        headings |= dict.fromkeys(record)
        records.append((number, record))
        if len(records) > MOST_ITEMS:
            break
    rows = [(number, tuple(_cell(record.get(heading)) for heading in headings)) for number, record in records]
    return Sheet(name, tuple(headings), rows)


def _read_xlsx(name: str, data: bytes) -> Sheet:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # Reading it all once holds the sizes that it claims to the truth, before anything is unpacked into memory.
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED or archive.testzip():
            raise unreadable(name)
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        for title in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(title).iter_rows()
            sheet = _sheet(name, (tuple(map(_cell, row)) for row in rows))
            if sheet.rows:
                return sheet
    return Sheet(name, ())


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _sheet(name: str, rows: Iterable[tuple[str, ...]]) -> Sheet:
    filled = _filled(rows)
    looked_at = list(islice(filled, LOOKED_AT))
    if not looked_at:
        return Sheet(name, ())
    width = max(len(cells) for _, cells in looked_at)
    first = looked_at[0][1]
    if has_headings := _is_heading(first, [cells for _, cells in looked_at[1:]]):
        looked_at = looked_at[1:]
    given = first if has_headings else ()
    headings = tuple(given[n].strip() if n < len(given) and given[n].strip() else f"{n + 1}" for n in range(width))
    rest = islice(filled, max(0, MOST_ITEMS + 1 - len(looked_at)))
    return Sheet(name, headings, [*looked_at, *rest], has_headings)


def _filled(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    return ((number, cells) for number, cells in enumerate(rows, start=1) if any(cell.strip() for cell in cells))


def _is_heading(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns: short and distinct, with the words standing below it."""
    names = [cell.strip() for cell in first]
    if any(name.casefold() in _TEXT_COLUMNS for name in names):
        return True
    if len(names) < 2 or not others or not all(0 < len(name) <= LONGEST_HEADING for name in names):  # noqa: PLR2004 - a lone line may be anything
        return False
    if len({name.casefold() for name in names}) < len(names) or any(_is_number(name) for name in names):
        return False
    wordiest = max(range(len(names)), key=lambda number: _wordiness(_column(others, number)))
    return len(names[wordiest].split()) < mean(len(cell.split()) for cell in _column(others, wordiest) or [""])


def _column(rows: Sequence[Sequence[str]], number: int) -> list[str]:
    return [cells[number] for cells in rows if number < len(cells) and cells[number].strip()]


def _wordiness(cells: Sequence[str]) -> float:
    """Tell how much a column looks like texts: long, of several words, hardly ever the same."""
    if not cells:
        return 0.0
    return mean(len(cell.split()) + len(cell) / 20 for cell in cells) * len(set(cells)) / len(cells)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
