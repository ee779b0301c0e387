"""Find the row that names a table's columns: below titles, with blank, repeated, numeric or long names; or none."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from bot.core.classify.table import naming
from bot.core.documents.grid import LOOKED_AT, MOST_COLUMNS, Row, extent
from bot.core.domain.classify_item import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ABOVE = 30  # rows with something in them that may stand above the headings
JUDGED_BY = 50  # rows below
LEAST, SURE = 0.2, 0.5  # of about 1.5: below, no row names the columns; above, it is certain
SHORT = 2  # words of a name that stands alone
WIDE_ENOUGH = 0.6  # of the table's width: rows with less are titles

# https://www.qualtrics.com/support/survey-platform/data-and-analysis-module/data/download-data/export-data-overview/
_IMPORT_ID = re.compile(r"\A\s*\{\s*[\"']ImportId[\"']")
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d\s.,'%:/)-]*\Z")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_BELOW_QUESTION = frozenset(
    (
        *("response", "antwort", "réponse", "respuesta", "resposta", "risposta", "自由回答", "回答", "ответ"),
        *("open-ended response", "offene antwort", "réponse ouverte"),  # not for people: in files
        *("respuesta abierta", "resposta aberta", "risposta aperta"),  # not for people: in files
    )
)

BY_FORMAT = -1  # the names are none of the rows: the file's format has them


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of a table's columns, and the rows below."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    row: int  # the number of the row that names them, 0 if none does, or `BY_FORMAT`
    is_certain: bool = True  # nothing suggests another reading
    labels: tuple[str, ...] = ()  # second names that a survey tool gives below, "" for none


def find(rows: Sequence[Row], wanted: int | None = None, *, is_parted: bool = False) -> Heading:
    """Find the headings of a table; `wanted` is the row that someone named, 0 for none, None where no one has.

    `is_parted`: delimiters part the cells, so that a row with more of them than the others may be parted too often.
    """
    width = _width(rows, is_parted)
    if wanted is not None:
        at = next((n for n, (number, _) in enumerate(rows) if number == wanted), None)
        return _without(rows, width, is_parted) if at is None else _at(rows, at, width, is_parted)
    if (told := _told_by_tool(rows)) is not None:
        return _at(rows, told, width, is_parted)
    scores = {n: _score(rows, n, width) for n in range(min(MOST_ABOVE, len(rows)))}
    best = max(scores, key=lambda n: (round(scores[n], 2), -n), default=0)
    if not scores or scores[best] < LEAST:
        is_doubtful = bool(scores) and scores[best] > LEAST - 0.3
        return replace(_without(rows, width, is_parted), is_certain=not is_doubtful)
    return replace(_at(rows, best, width, is_parted), is_certain=scores[best] >= SURE)


def _told_by_tool(rows: Sequence[Row]) -> int | None:
    """Return the row of the headings where it is plain: in our own export, and above the ids of Qualtrics."""
    if rows and rows[0][1][: len(HEADINGS)] == HEADINGS:
        return 0
    for n, (_, cells) in enumerate(rows[:MOST_ABOVE]):
        marked = [cell for cell in cells if cell.strip()]
        if n and marked and all(map(_IMPORT_ID.match, marked)):
            return max(0, n - 2)
    return None


def _width(rows: Sequence[Row], is_parted: bool) -> int:  # noqa: FBT001 - as it was given
    """Return how many columns most rows have; titles above and stray cells aside."""
    extents = Counter(extent(cells) for _, cells in rows[:LOOKED_AT])
    if not extents:
        return 0
    wide = {width: count for width, count in extents.items() if width > 1 and count > 1}
    if is_parted and wide:  # commas in texts make rows wider, titles are of one cell
        return min(MOST_COLUMNS, max(wide, key=lambda width: (wide[width], -width)))
    filled = Counter(
        n for _, cells in rows[:LOOKED_AT] for n, cell in enumerate(cells[:MOST_COLUMNS], start=1) if cell.strip()
    )
    most = max(filled.values(), default=0)
    return max((n for n, count in filled.items() if count >= max(min(2, most), most * 0.1)), default=0)


def _without(rows: Sequence[Row], width: int, is_parted: bool) -> Heading:  # noqa: FBT001 - as it was given
    widest = width if is_parted else max((extent(cells) for _, cells in rows), default=width)
    return Heading(tuple(f"{n + 1}" for n in range(max(1, min(widest, MOST_COLUMNS)))), tuple(rows), 0)


def _at(rows: Sequence[Row], at: int, width: int, is_parted: bool) -> Heading:  # noqa: FBT001 - as it was given
    number, cells = rows[at]
    below, labels = _second_rows(rows[at + 1 :], cells)
    same = tuple(cell.strip() for cell in cells)
    kept = tuple(row for row in below if tuple(cell.strip() for cell in row[1]) != same)  # of concatenated files
    return Heading(_named(cells, kept, width, is_parted), kept, number, labels=labels)


def _named(cells: Sequence[str], below: Sequence[Row], width: int, is_parted: bool) -> tuple[str, ...]:  # noqa: FBT001
    """Return a name for each column: its number where it has none; a repeated one gets its number after it."""
    last = max((extent(row) for _, row in below), default=0)
    named = max(extent(tuple(cells)), min(len(cells), last), 1)
    whole = [*cells[:named], *[""] * (0 if is_parted else last - named)]
    if is_parted and width == named + 1 and _counts_rows(below, width):
        whole = ["", *whole]  # R and pandas leave the column of the rows' names without one
    counts = Counter(naming.folded(cell) for cell in whole)
    names = []
    for n, cell in enumerate(whole[:MOST_COLUMNS], start=1):
        name = " ".join(cell.split())
        names.append(f"{name} ({n})" if name and counts[naming.folded(cell)] > 1 else name or f"{n}")
    return tuple(names)


def _counts_rows(below: Sequence[Row], width: int) -> bool:
    if any(extent(cells) != width for _, cells in below[:LOOKED_AT]):
        return False
    firsts = [cells[0].strip() for _, cells in below[:LOOKED_AT] if cells]
    counted = [int(one) for one in firsts if one.isascii() and one.isdigit() and len(one) < 9]  # noqa: PLR2004
    return (
        bool(counted) and len(counted) == len(firsts) and counted == list(range(counted[0], counted[0] + len(counted)))
    )


def _second_rows(below: Sequence[Row], cells: Sequence[str]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Remove the rows in which survey tools repeat the questions, below the headings."""
    for n, (_, row) in enumerate(below[:2]):
        filled = [cell for cell in row if cell.strip()]
        if filled and all(_IMPORT_ID.match(cell) for cell in filled):
            return tuple(below[n + 1 :]), tuple(below[0][1]) if n else ()
    if len(below) > 1 and _says_again(below[0][1], cells):
        return tuple(below[1:]), tuple(below[0][1])
    if len(below) > 1 and below[0][1] and not below[0][1][0].strip():
        subs = [naming.folded(cell) for cell in below[0][1] if cell.strip()]
        if any(sub in _BELOW_QUESTION for sub in subs):
            return tuple(below[1:]), _joined(cells, below[0][1])
    return tuple(below), ()


def _says_again(row: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a row repeats most headings: the others are what a survey asked."""
    pairs = [(naming.folded(a), naming.folded(b)) for a, b in zip(row, cells, strict=False) if b.strip()]
    same = sum(a == b or a.replace(" ", "") == b.replace(" ", "") for a, b in pairs)
    return len(pairs) > same >= max(2, len(pairs) * 0.4)


def _joined(cells: Sequence[str], subs: Sequence[str]) -> tuple[str, ...]:
    """Return the options of a question that spans columns, as the names of those."""
    whole = [*cells, *[""] * (len(subs) - len(cells))]
    return tuple(
        "" if naming.folded(sub) in _BELOW_QUESTION or own.strip() else sub
        for own, sub in zip(whole, subs, strict=False)
    )


def _score(rows: Sequence[Row], at: int, width: int) -> float:
    """Judge how much a row looks like the names of what is below it."""
    cells = [cell.strip() for cell in rows[at][1]][:MOST_COLUMNS]
    below = [row for _, row in rows[at + 1 : at + 1 + JUDGED_BY] if row != rows[at][1]]
    filled = [cell for cell in cells if cell]
    if not filled:
        return -1.0
    if width <= 1:
        return _score_alone(rows, at, filled[0])
    if extent(tuple(cells)) < max(2, WIDE_ENOUGH * width) or len(filled) < WIDE_ENOUGH * width * 0.7:
        return -1.0
    total = 0.0
    for n in range(max(width, len(cells))):
        name = cells[n] if n < len(cells) else ""
        total += _speaks(name, [row[n].strip() for row in below if n < len(row) and row[n].strip()])
    repeated = len(filled) - len({naming.folded(cell) for cell in filled})
    return (total - 0.3 * repeated) / max(width, 1) - 0.02 * at


def _speaks(name: str, column: Sequence[str]) -> float:
    """Judge one cell as the name of the cells below it."""
    if not name:
        return -0.2 if column else 0.0
    if _IMPORT_ID.match(name) or name.startswith(("http://", "https://")) or ("@" in name and " " not in name):
        return -1.0
    numbers = sum(map(_is_number, column))
    if _is_number(name) and not name.isalpha():
        return _speaks_as_number(name, column, numbers)
    known = 1.0 if naming.is_known(name) else 0.6 if naming.is_question(name) else 0.0
    if column and numbers * 10 >= len(column) * 7:
        return 1.0 + known * 0.3
    if len(column) > 1 and column.count(name) * 5 >= len(column):
        return -0.8  # a value like those below
    longer = 0.4 if column and median(map(len, column)) > 1.6 * len(name) else 0.0
    sentence = -0.6 if name.endswith((".", "!", "。")) or (len(name) > naming.LONGEST_NAME and not known) else 0.0
    return max(known, longer) + sentence


def _speaks_as_number(name: str, column: Sequence[str], numbers: int) -> float:
    """Judge a number as a name: a year may head numbers, hardly anything else does."""
    is_year = name.isdigit() and len(name) == 4 and 1900 <= int(name) <= 2100  # noqa: PLR2004 - as people write years
    if is_year and numbers * 2 >= len(column) > 0:
        return 0.0
    return -0.5 if is_year or not column else -1.0


def _score_alone(rows: Sequence[Row], at: int, name: str) -> float:
    """Judge the first line of a single column: it is a name where it is a usual one, or asks what others answer."""
    if at:
        return -1.0
    others = [cells[0].strip() for _, cells in rows[1 : 1 + JUDGED_BY] if cells]
    if not others:
        return 1.0 if naming.names_text(name) else -1.0
    if naming.folded(name) in naming.TITLES or (naming.names_text(name) and len(naming.tokens(name)) <= SHORT):
        return 1.0
    asks = naming.is_question(name) or name.endswith((":", "\uff1a"))
    if asks and not any(naming.is_question(one) for one in others):
        return 0.3
    return -1.0 if naming.is_question(name) or len(name.split()) > SHORT + 1 else -0.05


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.match(cell) or _DATE.match(cell)) or cell.casefold() in {"true", "false", "yes", "no", "nan"}
