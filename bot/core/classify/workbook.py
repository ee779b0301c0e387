"""Write what people wrote into a workbook: always as a text, whatever the library would read in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.characters import sendable
from bot.core.classify.formula import harmless

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# How XlsxWriter marks XML of its own making, which it writes as it is.
_OPENS, _CLOSES = "<r>", "</r>"


def write_text(sheet: Worksheet, row: int, column: int, text: str, quoted: Format | None = None) -> None:
    """Write a text to a cell; one that could be taken for a formula gets the format `quoted`.

    A text that could be taken for the library's own XML gets a space at its end.
    """
    text = sendable(text)
    is_markup = text.startswith(_OPENS) and text.endswith(_CLOSES)
    prefixed = (quoted,) if quoted is not None and harmless(text) != text else ()
    sheet.write_string(row, column, f"{text} " if is_markup else text, *prefixed)
