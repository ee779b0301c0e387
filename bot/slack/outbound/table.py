"""Markdown tables: where they stand in a text, and the same as Slack's table blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.slack.outbound import fence
from bot.slack.outbound.cell import cells, rich_text

# Slack's limits on a table, its header row included; https://docs.slack.dev/reference/block-kit/blocks/table-block
MAX_ROWS = 100
MAX_COLUMNS = 20
MAX_TEXT = 10_000
# A header that is repeated in each part of a long table has to leave room for rows.
MAX_HEADER = 2_000

_DELIMITER = re.compile(r" {0,3}\|?+ *+:?+-++:?+ *+(?:\| *+:?+-++:?+ *+)*\|?+[ \t]*+\r?")
_BEGUN_DELIMITER = re.compile(r"[ \t|:-]*")
_NEW_BLOCK = re.compile(r" {4}| {0,3}(?:[-*+] |\d{1,9}[.)] |>|#{1,6} |`{3}|~{3}|<)")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a text. `rows` are where its lines begin, the header's first; `end` is after its last line."""

    rows: tuple[int, ...]
    end: int
    columns: int
    is_over: bool

    @property
    def start(self) -> int:
        """Where its header begins."""
        return self.rows[0]

    @property
    def body(self) -> tuple[int, ...]:
        """Where the lines below the header and its delimiter begin."""
        return self.rows[2:]


def find(text: str) -> list[Table]:
    """Find the tables of a text, as GitHub's Markdown has them, outside of code, lists and quotes.

    The last one may still grow, unless it `is_over`. A table wider than Slack's is taken for text.
    """
    if "|" not in text or "-" not in text:
        return []
    found: list[Table] = []
    lines = _lines(text)
    number = 0
    while number < len(lines):
        if (stop := _table_end(lines, number)) > number:
            end = lines[stop][0] if stop < len(lines) else len(text)
            rows, columns = tuple(at for at, _ in lines[number:stop]), len(cells(lines[number + 1][1]))
            found.append(Table(rows, end, columns, is_over=stop < len(lines)))
            number = stop
            continue
        number += 1
    return found


def _lines(text: str) -> list[tuple[int, str]]:
    """Return where lines begin, and what they hold, "" for code, which has no tables."""
    return [(one.start, "" if one.fence else one.text) for one in fence.lines(text) if one.start < len(text)]


def _table_end(lines: list[tuple[int, str]], number: int) -> int:
    """Return the number of the line after the table that begins at one, or that number where none begins."""
    head = lines[number][1]
    if "|" not in head or number + 1 >= len(lines) or _NEW_BLOCK.match(head):
        return number
    delimiter = lines[number + 1][1]
    if "|" not in delimiter or not _DELIMITER.fullmatch(delimiter) or len(head) + len(delimiter) > MAX_HEADER:
        return number
    columns = len(cells(delimiter))
    if columns != len(cells(head, columns)) or columns > MAX_COLUMNS:
        return number
    stop = number + 2
    while stop < len(lines) and lines[stop][1].strip() and not _NEW_BLOCK.match(lines[stop][1]):
        stop += 1
    return stop


def settled(text: str) -> int:
    """Return up to where a text that still grows can't become part of a table that is not whole yet."""
    if "|" not in text:
        return len(text)
    tables = find(text)
    if tables and not tables[-1].is_over:
        return tables[-1].start
    last = text.rfind("\n", 0, len(text) - 1) + 1
    line = text[last:]
    before = text.rfind("\n", 0, max(0, last - 1)) + 1
    if last and not line.endswith("\n") and _BEGUN_DELIMITER.fullmatch(line) and "|" in text[before:last]:
        return before
    return last if "|" in line else len(text)


def weight(table: Table, end: int) -> int:
    """Return how many characters the cells of a table hold at most, up to where one of its rows ends.

    An empty cell holds one, as Slack takes none without text.
    """
    rows = sum(row < end for row in table.rows) - 1
    return end - table.start + rows * table.columns


def fits(table: Table) -> bool:
    """Return whether a table is one that Slack takes."""
    return len(table.rows) - 1 <= MAX_ROWS and weight(table, table.end) <= MAX_TEXT


def block(source: str) -> dict[str, Any]:
    """Turn the Markdown of one table into a table block. A row's surplus cells go into its last one."""
    head, delimiter, *body = source.rstrip("\n").split("\n")
    columns = len(cells(delimiter))
    rows = [[rich_text(cell, is_bold=True) for cell in cells(head, columns)]]
    for line in body:
        row = cells(line, columns)
        row = [*row[: columns - 1], " | ".join(row[columns - 1 :])] if len(row) > columns else row
        rows.append([rich_text(cell) for cell in row + [""] * (columns - len(row))])
    settings = [{"align": _alignment(mark), "is_wrapped": True} for mark in cells(delimiter)]
    return {"type": "table", "rows": rows, "column_settings": settings}


def _alignment(mark: str) -> str:
    if mark.endswith(":"):
        return "center" if mark.startswith(":") else "right"
    return "left"
