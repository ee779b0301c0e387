"""Markdown tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """Return a table whose cells are Markdown already, see `cell`; `numbers` are the columns to align right."""
    rules = ("---:" if n in numbers else "---" for n in range(len(headings)))
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, tuple(rules), *rows))


def cell(text: str) -> str:
    """Return a text that fits in one cell: on one line, its bars escaped."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
