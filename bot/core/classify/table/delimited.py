"""CSV as people send it: stray quotes, quotes that never close, unquoted commas in texts. In linear time."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from bot.core.classify.table import delimiter as delimiters
from bot.core.classify.table import naming
from bot.core.documents.grid import LOOKED_AT, MOST_COLUMNS, MOST_ROWS, Grid, Row, bounded, extent, filled
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator

BROKEN = N_("Some of its quotes have no match: I read those as plain characters, and each line as a row.")
UNWRAPPED = N_("Whole rows of it were quoted: I read the cells within.")
MOST_TRIED = 64  # quotes at which a quoted cell is tried to end
SPAN_TRIED = 20_000  # characters, as far as that goes
EVENLY = 3  # columns of each row, from which on it is a table whatever they are called
MOST_BLANKS = 20  # between a quote and what ends its cell
CELLS_TRIED = 20_000  # of a file: one with more of such cells is no CSV

_DOUBLED = re.compile(r"[^,;\t|\r\n\"\\]\"\"[^,;\t|\r\n\"]")  # a quote written by the rules
_LINE_END = re.compile(r"\r\n|\n|\r")


def read(text: str, delimiter: str = "") -> Grid:
    """Read a text's rows; `delimiter` is "" if it is to be found."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # the file's size is bounded already
    announced, start = delimiters.announced(text)
    body = text[start:]
    if (inner := _unwrapped(body, announced or delimiter)) is not None:
        grid = read(inner, announced or delimiter)
        moved = tuple((number + (1 if start else 0), cells) for number, cells in grid.rows)
        return replace(grid, rows=moved, remarks=(*grid.remarks, partial(_, UNWRAPPED)))
    found = announced or delimiter or delimiters.find(body)
    shift = 1 if start else 0
    if not found:
        return Grid(tuple(whole_lines(body, shift)))
    is_loose = delimiters.is_loose(body, found)
    rows = list(_strict(body, found, is_loose))
    if broken := any(one is None for one in rows):
        rows = list(_lenient(body, found, is_loose))
    numbered = ((row[0] + shift, row[1]) for row in rows if row is not None and filled(row[1]))
    grid = bounded(numbered, delimiter=found)
    return replace(grid, remarks=(*grid.remarks, partial(_, BROKEN))) if broken else grid


def whole_lines(text: str, shift: int = 0) -> Iterator[Row]:
    """Return each line as a row of one cell, unquoted where it is quoted. Only CR and LF end a line."""
    lines = enumerate(_LINE_END.split(text), start=1 + shift)
    return islice(((number, (_bare(line),)) for number, line in lines if line.strip()), MOST_ROWS)


def _unwrapped(text: str, delimiter: str) -> str | None:
    """Remove the quotes that Excel puts around whole rows of a table in one column; None for other texts."""
    lines = _LINE_END.split(text)
    if all(_row_within(line) == line for line in lines[:LOOKED_AT]):
        return None
    bare = [_row_within(line) for line in lines]
    head = "\n".join(bare[:LOOKED_AT])
    found = delimiter or delimiters.find(head)
    if not found:
        return None
    before, after = _widths(lines, found), _widths(bare, found)
    first = next(csv.reader([next(filter(str.strip, bare))], delimiter=found))
    is_named = all(map(naming.is_known, filter(str.strip, first)))
    width = after[0]
    is_even = max(after) == width and after.count(width) * 2 > len(after)
    if width > 1 and is_even and before.count(1) > after.count(1) and (is_named or width >= EVENLY):
        return "\n".join(bare)
    return None


def _row_within(line: str) -> str:
    whole = line.rstrip(",; \t")
    inner = _bare(whole)
    return inner if inner != whole else line


def _widths(lines: list[str], delimiter: str) -> list[int]:
    """Return how many cells each of the first lines has, blank ones at its end aside."""
    rows = csv.reader((line for line in lines[:LOOKED_AT] if line.strip()), delimiter=delimiter)
    return [extent(tuple(row)) for row in rows]


def _bare(line: str) -> str:
    whole = line.strip()
    inner = whole[1:-1]
    is_quoted = len(whole) > 1 and whole[0] == whole[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if is_quoted else line


def _strict(text: str, delimiter: str, is_loose: bool) -> Iterator[Row | None]:  # noqa: FBT001 - of the text
    """Read CSV by the rules; None if it breaks them, or if quotes seem to have swallowed rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=is_loose)
    widths: Counter[int] = Counter()
    try:
        for count, row in enumerate(reader):
            if count >= MOST_ROWS:
                return
            widths[len(row)] += count < LOOKED_AT
            if any("\n" in cell or "\r" in cell for cell in row) and _swallows(row, delimiter):
                yield None
                return
            yield count + 1, tuple(row)
    except csv.Error:
        yield None


def _swallows(row: list[str], delimiter: str) -> bool:
    """Return whether a cell of some lines holds rows: each line of it is as wide as the whole."""
    width = len(row)
    if width < 3:  # noqa: PLR2004 - a comma in each line of a text is no wonder
        return False
    for n, cell in enumerate(row):
        lines = _LINE_END.split(cell)
        if len(lines) > 1:
            ends = [n + 1 + lines[0].count(delimiter), width - n + lines[-1].count(delimiter)]
            inner = [line.count(delimiter) + 1 for line in lines[1:-1] if line.strip()]
            if all(one == width for one in (*ends, *inner)):
                return True
    return False


@dataclass(slots=True)
class _Cursor:
    text: str
    delimiter: str
    is_loose: bool = False  # blanks follow the delimiters
    is_escaped: bool = False  # a backslash is before quotes within cells
    width: int = 0  # of most rows, 0 where it is not known yet
    at: int = 0
    has_quotes: bool = True
    tries: int = CELLS_TRIED

    def line_end(self, start: int) -> tuple[int, int]:
        """Return where a line ends, and where the next one begins."""
        match = _LINE_END.search(self.text, start)
        return (match.start(), match.end()) if match else (len(self.text), len(self.text))


def _lenient(text: str, delimiter: str, is_loose: bool) -> Iterator[Row]:  # noqa: FBT001 - of the text
    """Read faulty CSV: a quote opens a cell only if another closes it before a delimiter or a line's end."""
    is_escaped = '\\"' in text and _DOUBLED.search(text) is None
    looked_at = islice(_rows(_Cursor(text, delimiter, is_loose, is_escaped)), LOOKED_AT)
    widths = Counter(len(cells) for _, cells in looked_at if filled(cells))
    width = widths.most_common(1)[0][0] if widths else 0
    return islice(_rows(_Cursor(text, delimiter, is_loose, is_escaped, width)), MOST_ROWS)


def _rows(cursor: _Cursor) -> Iterator[Row]:
    number = 0
    while cursor.at < len(cursor.text):
        number += 1
        yield number, tuple(_row(cursor))


def _row(cursor: _Cursor) -> list[str]:
    """Read the row at the cursor, and move it to the next."""
    end, following = cursor.line_end(cursor.at)
    cells: list[str] = []
    while True:
        quoted = _quoted(cursor, end, len(cells))
        if quoted is not None:
            cell, cursor.at = quoted
            if cursor.at > end:
                end, following = cursor.line_end(cursor.at)
        else:
            stop = cursor.text.find(cursor.delimiter, cursor.at, end)
            stop = end if stop < 0 else stop
            cell, cursor.at = cursor.text[cursor.at : stop], stop
        cells.append(cell)
        if cursor.at >= end or len(cells) > MOST_COLUMNS:
            cursor.at = following
            return cells
        cursor.at += 1  # after the delimiter


def _quoted(cursor: _Cursor, end: int, before: int) -> tuple[str, int] | None:
    """Return the quoted cell at the cursor and where it ends, None if its quote is only a character."""
    text, opens = cursor.text, cursor.at
    while cursor.is_loose and text[opens : opens + 1] == " ":
        opens += 1
    start = opens + 1
    if not cursor.has_quotes or text[opens:start] != '"':
        return None
    close = _closing(cursor, start)
    if close < 0:
        cursor.has_quotes = '"' in text[start:]
        return None
    ends = _end_of_cell(text, close, cursor.delimiter)
    if ends < 0:
        return _quoted_anyway(cursor, end, before)
    if close > end and cursor.width >= 3 and _rows_within(cursor, close, before):  # noqa: PLR2004 - as above
        return None
    return _plain(cursor, text[start:close]), ends


def _closing(cursor: _Cursor, start: int) -> int:
    """Return the place of the quote that closes a cell, less than 0 for none."""
    text = cursor.text
    close = text.find('"', start)
    while close >= 0:
        if cursor.is_escaped and text[close - 1] == "\\" and close > start:
            close = text.find('"', close + 1)
        elif text[close + 1 : close + 2] == '"':
            close = text.find('"', close + 2)
        else:
            return close
    return close


def _plain(cursor: _Cursor, cell: str) -> str:
    return cell.replace('\\"', '"') if cursor.is_escaped else cell.replace('""', '"')


def _end_of_cell(text: str, close: int, delimiter: str) -> int:
    """Return where a cell ends whose quote closes there, blanks aside; less than 0 where that quote closes nothing."""
    after = close + 1
    while text[after : after + 1] == " " and after - close <= MOST_BLANKS:
        after += 1
    return after if text[after : after + 1] in {delimiter, "\n", "\r", ""} else -1


def _quoted_anyway(cursor: _Cursor, end: int, before: int) -> tuple[str, int] | None:
    """Take quotes within a quoted cell for characters, if that makes the row as wide as the others."""
    cursor.tries -= 1
    if cursor.tries < 0 or end - cursor.at > SPAN_TRIED:
        return None
    line = cursor.text[cursor.at : end]
    if not cursor.width or before + line.count(cursor.delimiter) + 1 == cursor.width:
        return None
    close = cursor.at
    for _try in range(MOST_TRIED):
        close = cursor.text.find('"', close + 1, cursor.at + SPAN_TRIED)
        if close < 0:
            return None
        if (ends := _end_of_cell(cursor.text, close, cursor.delimiter)) >= 0:
            rest_end = min(cursor.line_end(close)[0], cursor.at + SPAN_TRIED)
            if before + 1 + cursor.text.count(cursor.delimiter, close, rest_end) == cursor.width:
                return cursor.text[cursor.at + 1 : close].replace('""', '"'), ends
    return None


def _rows_within(cursor: _Cursor, close: int, before: int) -> bool:
    """Return whether the lines of a quoted cell are rows of their own, each as wide as most."""
    last = cursor.line_end(close)[0]
    lines = [line for line in _LINE_END.split(cursor.text[cursor.at : last]) if line.strip()]
    counts = [line.count(cursor.delimiter) + 1 for line in lines]
    counts[0] += before
    return len(lines) > 1 and all(count == cursor.width for count in counts)
