"""Show a sender how a file was read, if that is uncertain, with menus to correct it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.actions import CANCEL_RUN, CONFIRM_READING, READ_COLUMN, READ_ENCODING, READ_HEADING, READ_SHEET
from bot.core.classify.file_reader import COLUMN, ENCODING, HEADING, SHEET
from bot.core.decoding.encoding import NAMES, OFFERED
from bot.core.domain.classification import counted
from bot.core.domain.control_value import RunRef
from bot.errors import UsageError
from bot.language import N_, _, and_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.classification import ClassifyRun
    from bot.core.domain.classify_item import Item, ReadAs
    from bot.core.domain.interaction import Control
    from bot.core.domain.spreadsheet import Spreadsheet

CHANGES = (READ_COLUMN, READ_HEADING, READ_SHEET, READ_ENCODING)
A_CENT = 0.01  # dollars: a cheaper run starts without asking how its file is read
SHOWN_ITEMS = 3
SHOWN_OF_ITEM = 200  # characters
MOST_OPTIONS = 100  # of a menu; https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element

_OPEN = {
    COLUMN: N_("which column holds the messages"),
    HEADING: N_("which row has the headings"),
    SHEET: N_("which sheet you mean"),
    ENCODING: N_("which encoding it has"),
}


def is_asked(sheet: Spreadsheet | None, items: int, price: float | None, *, listed: int) -> bool:
    """Return whether to show how a file was read before classifying it: if it is uncertain and a mistake costs.

    `listed` is the number of items up to which the whole result is a list that anyone can check. An uncertain encoding
    is always shown: in the wrong one, the texts are no one's words.
    """
    if sheet is None or not sheet.doubts:
        return False
    return ENCODING in sheet.doubts or items > listed or price is None or price > A_CENT


def question(run: ClassifyRun, sheet: Spreadsheet, items: Sequence[Item], costs: str) -> str:
    """Describe how a file was read: its first messages, and what is uncertain."""
    parts = [sheet.described]
    if sheet.heading > 0:
        parts.append(_("headings in row {row}", row=sheet.heading))
    elif sheet.tops:
        parts.append(_("no heading row"))
    how = ", ".join(parts)
    opening = (
        _(
            "I'm not sure {doubts}. This is how I read it: {how}.",
            doubts=and_list(_(_OPEN[one]) for one in sheet.doubts),
            how=how,
        )
        if sheet.doubts
        else _("This is how I read it now: {how}.", how=how)
    )
    shown = "\n".join(f"{one.number}. {one.opening(SHOWN_OF_ITEM)}" for one in items[:SHOWN_ITEMS])
    remarks = "".join(f"\n_{one}_" for one in sheet.remarks)
    ending = _("{messages} in all, for {cost}. Is that right?", messages=counted(run.items), cost=costs)
    return f"{opening}\n\n{shown}\n\n{ending}{remarks}"


def controls(run: ClassifyRun, sheet: Spreadsheet) -> Sequence[Control]:
    """Return the button that accepts a reading, and a menu for each part of it that can be changed."""
    columns = tuple((f"#{n + 1}", sheet.shown(n)) for n in range(len(sheet.headings)))
    together = tuple((_joined(sheet.texts), sheet.text_name) for _more in sheet.texts[1:2])
    rows = (
        *((str(number), _("Row {number}: {cells}", number=number, cells=cells)) for number, cells in sheet.tops),
        ("0", _("No heading row")),
    )
    menus = (
        (READ_COLUMN, (*together, *columns) if len(columns) > 1 else ()),
        (READ_SHEET, tuple((f"#{n}", one or f"{n}") for n, one in enumerate(sheet.titles, start=1))),
        (READ_HEADING, rows if sheet.tops else ()),
        (READ_ENCODING, tuple((one, NAMES[one]) for one in OFFERED if sheet.encoding)),
    )
    ref = RunRef(run=run.id)
    return (
        CONFIRM_READING.button(ref, style="primary"),
        CANCEL_RUN.button(ref),
        *(spec.menu(options[:MOST_OPTIONS], ref) for spec, options in menus if options),
    )


def _joined(columns: Sequence[int]) -> str:
    return "+".join(f"#{n + 1}" for n in columns)


def changed(reading: ReadAs, name: str, choice: str) -> ReadAs:
    """Return how to read a file after someone's choice. Raises `UsageError` for what no menu offers."""
    if name == READ_COLUMN.name:
        return replace(reading, column=choice)
    if name == READ_SHEET.name:
        return replace(reading, sheet=choice, column="", heading=None)
    if name == READ_ENCODING.name:
        return replace(reading, encoding=choice)
    if not (choice.isascii() and choice.isdigit() and len(choice) < 10):  # noqa: PLR2004 - as sheets have rows
        raise UsageError(_("Please choose one of the rows."))
    return replace(reading, heading=int(choice))
