"""Find what separates the cells of a text file: the character that gives rows of the same width."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice

from bot.core.classify.table import naming
from bot.core.documents.grid import LOOKED_AT

DELIMITERS = (",", ";", "\t", "|")
LEAST_FIT = 0.6  # of 1: below, lines are whole texts
LOOKED_AT_CHARACTERS = 200_000
EVEN_WIDTH, EVEN_ROWS = 3, 4  # from which on rows of one width are no chance, blanks after the commas or not

_QUOTED = re.compile(r'"[^"]*"(?=[ ]?[,;\t|\r\n]|\Z)')
_SEP = re.compile(r"\A\"?sep=(?P<delimiter>[^\r\n]?)\"?[ \t]*(?:\r\n|\n|\r|\Z)", re.IGNORECASE)


def announced(text: str) -> tuple[str, int]:
    """Return the delimiter that a first line `sep=;` names, as Excel has it, and how long that line is."""
    match = _SEP.match(text)
    return (match["delimiter"].strip('"'), match.end()) if match else ("", 0)


def find(text: str) -> str:
    """Return the delimiter of a text, "" if its lines are whole texts."""
    head = text[:LOOKED_AT_CHARACTERS]
    fits = {delimiter: _fit(head, delimiter) for delimiter in DELIMITERS}
    best = max(fits, key=lambda delimiter: fits[delimiter])
    return best if fits[best][0] >= LEAST_FIT else ""


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """Judge how well a delimiter makes a table: by the share of rows of one width, and then by that width."""
    rows = _rows(text, delimiter)
    widths = [len(row) for row in rows]
    wide = [n for n, width in enumerate(widths) if width > 1]
    if not wide:
        return 0.0, 0
    candidates = {Counter(widths[wide[0] :]).most_common(1)[0][0], widths[wide[0]]} - {1}
    best = max((_fit_of(widths, width), width) for width in candidates) if candidates else (0.0, 0)
    share = best[0] * (1.0 if delimiter not in ",;" else _tightness(text, delimiter, rows, whole=best[0] == 1.0))
    return round(share, 3), best[1]


def _fit_of(widths: list[int], width: int) -> float:
    """Return the share of rows that have a width; a title above them counts half, as does a row with more cells."""
    first = widths.index(width)
    below = widths[first:]
    exact = sum(one == width for one in below)
    more = sum(one > width for one in below)
    return (0.5 * first + exact + 0.75 * more) / len(widths)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    # Quotes that are none make one huge cell of many rows: then lines are rows.
    loose = is_loose(text, delimiter)
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, skipinitialspace=loose)
        rows: list[list[str]] = []
        try:
            rows.extend(row for row in islice(reader, LOOKED_AT) if any(cell.strip() for cell in row))
        except csv.Error:  # a cell of more characters than the reader takes: those before it tell enough
            if not rows:
                continue
        return rows
    return []


def is_loose(text: str, delimiter: str) -> bool:
    """Return whether a blank follows each delimiter of the first line, as some people write tables."""
    first = text.split("\n", 1)[0][:LOOKED_AT_CHARACTERS]
    return delimiter in first and first.count(delimiter) == first.count(f"{delimiter} ")


def _tightness(text: str, delimiter: str, rows: list[list[str]], *, whole: bool) -> float:
    """Judge by what follows the commas: in prose a blank does, in tables hardly ever."""
    bare = _QUOTED.sub('""', text)
    count = bare.count(delimiter)
    loose = len(re.findall(re.escape(delimiter) + r"[ \u00a0](?!\")", bare))
    tight = (count - loose) / count if count else 1.0
    first = text.split("\n", 1)[0]
    is_short = delimiter in first and len(first) < 20 * (first.count(delimiter) + 1)
    if whole and is_short and (tight > 0.5 or _is_table(rows)):  # noqa: PLR2004 - most of them
        return 1.0
    if whole and is_loose(text, delimiter) and tight <= 0.5:  # noqa: PLR2004 - as above
        return 0.5
    return 0.5 + 0.5 * min(1.0, 2 * tight)


def _is_table(rows: list[list[str]]) -> bool:
    """Return whether rows of one width are a table although blanks follow the commas, as in prose."""
    if len(rows[0]) >= EVEN_WIDTH and len(rows) >= EVEN_ROWS:
        return True
    if all(naming.is_known(cell) for cell in rows[0] if cell.strip()):
        return True
    return any(sum(map(_is_code, column)) * 10 >= len(rows) * 7 for column in zip(*rows, strict=False))


def _is_code(cell: str) -> bool:
    """Return whether a cell is a number, a date or an id: a word with digits."""
    return any(map(str.isdigit, cell)) and len(cell.split()) == 1
