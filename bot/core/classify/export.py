"""Export a run to a spreadsheet: every item with its category, confidence, evidence and the rest of its row.

Blocking, noticeably for some thousand rows: call it in a thread.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from itertools import zip_longest
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.core.classify.formula import harmless
from bot.core.classify.workbook import write_text
from bot.core.domain.category import UNCLASSIFIED
from bot.core.domain.classify_item import HEADINGS
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.domain.classification import Sorted

LONGEST_CELL = 32_767  # characters, Excel's limit
WIDTHS = (8, 80, 24, 11, 40, 8, 14, 14)
USUAL_WIDTH = 20

# A number as it is written everywhere, without thousands separators; a cell of numbers loses more digits than these.
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>0|[1-9]\d*)(?:\.(?P<places>\d{1,10}))?(?P<percent>%?)")
MOST_DIGITS = 15
CUT = " […] (cut: the CSV has all of it)"  # not for people: in English, as the headings of both files are


def stem(source: str) -> str:
    """Name a run's files after what was classified."""
    first = PurePath(source.partition(",")[0]).stem
    kept = "".join(letter if letter.isalnum() else "-" for letter in first).strip("-")[:40]
    return _("{name}-classified", name=kept or _("messages"))


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


def number(cell: str) -> tuple[float, str] | None:
    """Parse a cell that is a number; return it with the format that shows it as it was written.

    None for anything that would look different: `00123`, dates, more digits than a cell of numbers keeps.
    """
    match = _NUMBER.fullmatch(cell)
    if match is None or len(match["whole"]) + len(match["places"] or "") > MOST_DIGITS:
        return None
    value = Decimal(cell.removesuffix("%")) / (100 if match["percent"] else 1)
    if match["sign"] and not value:
        return None
    shown = f"0.{'0' * len(match['places'])}" if match["places"] else "0"
    shown += match["percent"]
    return float(value), f"+{shown};-{shown};{shown}" if match["sign"] == "+" else shown


def to_xlsx(results: Iterable[Sorted], threshold: int, columns: Sequence[str] = ()) -> bytes:
    """Write XLSX: texts as texts, never as formulas, links or dates; numbers of the file's own columns as numbers.

    `columns` head the items' cells.
    """
    import xlsxwriter  # noqa: PLC0415 (nothing else uses it)

    file = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        # Excel's own mark for a cell in which a user typed an apostrophe first.
        formats = {"": workbook.add_format({"quote_prefix": True})}
        sheet = workbook.add_worksheet("classified")
        sheet.freeze_panes(1, 0)
        for column, (heading, width) in enumerate(zip_longest((*HEADINGS, *columns), WIDTHS, fillvalue=USUAL_WIDTH)):
            sheet.set_column(column, column, width)
            write_text(sheet, 0, column, _fitting(str(heading)))
        for row, cells in enumerate(rows(results, threshold), start=1):
            for column, cell in enumerate(cells):
                found = number(cell) if isinstance(cell, str) and column >= len(HEADINGS) else None
                if isinstance(cell, int):
                    sheet.write_number(row, column, cell)
                elif found is not None:
                    shown = found[1]
                    formats[shown] = formats.get(shown) or workbook.add_format({"num_format": shown})
                    sheet.write_number(row, column, found[0], formats[shown])
                elif cell:
                    write_text(sheet, row, column, _fitting(cell), formats[""])
    return file.getvalue()


def _fitting(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL - len(CUT)] + CUT
