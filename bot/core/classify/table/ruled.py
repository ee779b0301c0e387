"""Read tables drawn with bars and rules in plain text: Markdown's, and those that database shells print."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bot.core.documents.grid import MOST_COLUMNS, Grid, bounded, filled
from bot.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_TABLES = 50

_LINE_END = re.compile(r"\r\n|\n|\r")
_BAR = re.compile(r"(?<!\\)[|│┃║]")
_BARS, _DASHES = "|+│┃║┼╪╬", "-=─━═"
_RULE = f" \t:{_BARS}{_DASHES}┌┬┐├┤└┴┘╞╡╔╦╗╠╣╚╩╝┏┳┓┡╇┩┗┻┛╒╤╕╘╧╛╭╮╰╯┝┥"


def read(text: str, *, is_prose: bool) -> list[Grid]:
    """Read the tables that are drawn in a text, in linear time; none if nothing is drawn.

    `is_prose`: other lines may stand above a table. Otherwise its first line begins one, or there is none.
    """
    lines = _LINE_END.split(text)
    grids: list[Grid] = []
    drawn, at = 0, 0
    while at < len(lines) and len(grids) < MOST_TABLES:
        if not lines[at].strip():
            at += 1
        elif end := _end(lines, at):
            grids += _grid(lines, at, end)
            drawn += end - at
            at = end
        elif is_prose or grids:
            at += 1
        else:
            return []
    around = sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in lines) - drawn
    if around <= 0 or not grids:
        return grids
    remark = partial(_of_several if len(grids) > 1 else _of_one, around)
    return [replace(grid, remarks=(*grid.remarks, remark)) for grid in grids]


def _of_one(around: int) -> str:
    return ngettext(
        "I read the table in it, and left out {n:,} line around it.",
        "I read the table in it, and left out the {n:,} lines around it.",
        around,
    )


def _of_several(around: int) -> str:
    return ngettext(
        "I read the tables in it, and left out {n:,} line around them.",
        "I read the tables in it, and left out the {n:,} lines around them.",
        around,
    )


def _end(lines: Sequence[str], at: int) -> int:
    """Return the line after a table that begins at a line, 0 where none does: a rule is below its headings."""
    names = at + 1 if _is_rule(lines[at]) else at
    if names >= len(lines) or not _is_row(lines[names]):
        return 0
    below = names + 1
    while names > at and below < len(lines) and _is_row(lines[below]):
        below += 1  # the names go on, or their types are there
    if below >= len(lines) or not _is_rule(lines[below]):
        return 0
    end = below + 1
    while end < len(lines) and (_is_row(lines[end]) or _is_rule(lines[end])):
        end += 1
    return end


def _is_rule(line: str) -> bool:
    """Return whether a line is drawn: dashes, and what is where columns meet."""
    marks = line.strip(" \t")
    return len(marks) > 1 and any(dash in marks for dash in _DASHES) and not marks.strip(_RULE) and len(set(marks)) > 1


def _is_row(line: str) -> bool:
    return _BAR.search(line) is not None and not _is_rule(line)


def _grid(lines: Sequence[str], at: int, end: int) -> Iterator[Grid]:
    first = at + 1 if _is_rule(lines[at]) else at
    is_framed = _BAR.match(lines[first].strip()) is not None
    names = _cells(lines[first], is_framed=is_framed)[:MOST_COLUMNS]
    start = next(n for n in range(first, end) if _is_rule(lines[n]))
    rows = ((n + 1, _cells(lines[n], is_framed=is_framed)) for n in range(start, end) if not _is_rule(lines[n]))
    grid = bounded((row for row in rows if filled(row[1])), delimiter="|")
    if grid.rows:
        named = tuple(name or f"{n}" for n, name in enumerate(names, start=1))
        yield replace(grid, names=named)


def _cells(line: str, *, is_framed: bool) -> tuple[str, ...]:
    cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip())]
    if is_framed:
        cells = cells[0 if cells[0] else 1 :]
        cells = cells[: -1 if not cells[-1] else None]
    return tuple(cells)
