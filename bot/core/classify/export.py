"""What a spreadsheet gets of a run: every item with its category, confidence, evidence and the rest of its row.

Blocking, for some thousand rows noticeably: to be called in a thread.
"""

from __future__ import annotations

import csv
import io
from itertools import zip_longest
from typing import TYPE_CHECKING

from bot.core.classify.category import UNCLASSIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.classify.item import Sorted

HEADINGS = ("number", "text", "category", "confidence", "evidence", "check", "corrected by", "source")
LONGEST_CELL = 32_767  # characters, Excel's limit
WIDTHS = (8, 80, 24, 11, 40, 8, 14, 14)
USUAL_WIDTH = 20

# A cell that begins so is run as a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: str) -> str:
    """Take the power out of a text that a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) or cell.startswith(_FORMULA) else cell


def rows(results: Iterable[Sorted], threshold: int) -> Iterator[tuple[int | str, ...]]:
    """Return the cells of each item; `check` is "yes" where a person should look."""
    for one in results:
        verdict = one.verdict
        yield (
            one.item.number,
            one.item.text,
            "; ".join(verdict.categories) or UNCLASSIFIED,
            verdict.confidence,
            verdict.evidence,
            "yes" if one.needs_person(threshold) else "",
            one.corrected_by,
            one.item.source,
            *one.item.cells,
        )


def to_csv(results: Iterable[Sorted], threshold: int, columns: Sequence[str] = ()) -> bytes:
    """Write CSV, in UTF-8 with the mark by which Excel knows it. `columns` head the items' cells."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*HEADINGS, *map(harmless, columns)])
    for cells in rows(results, threshold):
        writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in cells)
    return file.getvalue().encode("utf-8-sig")


def to_xlsx(results: Iterable[Sorted], threshold: int, columns: Sequence[str] = ()) -> bytes:
    """Write XLSX: texts as texts, never as formulas or links. `columns` head the items' cells."""
    import xlsxwriter  # noqa: PLC0415 (nobody else has any use for it)

    file = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        # What Excel itself marks a cell with when somebody types an apostrophe first.
        as_text = workbook.add_format({"quote_prefix": True})
        sheet = workbook.add_worksheet("classified")
        sheet.freeze_panes(1, 0)
        headings = (*HEADINGS, *columns)
        for column, (heading, width) in enumerate(zip_longest(headings, WIDTHS, fillvalue=USUAL_WIDTH)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, str(heading)[:LONGEST_CELL])
        for number, cells in enumerate(rows(results, threshold), start=1):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif cell:
                    prefixed = (as_text,) if harmless(cell) != cell else ()
                    sheet.write_string(number, column, cell[:LONGEST_CELL], *prefixed)
    return file.getvalue()
