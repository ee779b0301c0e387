"""Choose which of a file's tables is meant: the one that someone named, the active one, the one with the texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.classify.table import column, heading, naming
from bot.core.classify.table.column import Choice
from bot.core.classify.table.heading import Heading
from bot.core.classify.table.options import is_meant
from bot.core.documents.grid import Grid
from bot.core.documents.refusal import NO_ROWS
from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.classify_item import ReadAs

MOST_JUDGED = 20  # tables
HOLDS_TEXTS = 0.8  # of about 5, as `column.quality` judges
SHOWN_TITLES = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A table, its headings, its column of texts, and whether no other table could be meant as well."""

    grid: Grid
    heading: Heading
    choice: Choice
    is_certain: bool = True

    @property
    def quality(self) -> tuple[bool, float, int]:
        """What makes one table better than another: headings, texts, rows."""
        return bool(self.heading.row), column.quality(self.heading, self.choice), len(self.heading.rows)


def choose(file: str, grids: Sequence[Grid], read_as: ReadAs, active: str = "") -> Taken:
    """Choose a table. Raises `UsageError` if it, or a named column, is not there, or if all are blank."""
    if read_as.sheet:
        return take(file, _named(file, grids, read_as.sheet), read_as)
    filled = [grid for grid in grids if grid.rows]
    shown = [grid for grid in filled if not grid.is_hidden] or filled
    if not shown:
        raise UsageError(next((grid.fault for grid in grids if grid.fault), _(NO_ROWS, name=file)))
    if len(shown) == 1:
        return take(file, shown[0], read_as)
    judged = [take(file, grid, read_as, is_tried=True) for grid in shown[:MOST_JUDGED]]
    good = [one for one in judged if one.heading.row and one.quality[1] >= HOLDS_TEXTS]
    on_show = [one for one in good if one.grid.title == active and active]
    best = on_show[0] if on_show else max(good or judged, key=lambda one: one.quality)
    return take(file, best.grid, read_as, is_certain=len(good) < 2)  # noqa: PLR2004 - one other is enough to ask


def take(file: str, grid: Grid, read_as: ReadAs, *, is_certain: bool = True, is_tried: bool = False) -> Taken:
    """Read a table's headings, and find the column of its texts. Raises `UsageError`."""
    if grid.names:
        found = Heading(grid.names, grid.rows, heading.BY_FORMAT)
    else:
        found = heading.find(grid.rows, read_as.heading, is_parted=bool(grid.delimiter))
    is_named = read_as.column and not is_tried
    choice = column.named(read_as.column, found, file) if is_named else column.find(found)
    return Taken(grid, found, choice, is_certain)


def _named(file: str, grids: Sequence[Grid], wanted: str) -> Grid:
    meant = [grid for n, grid in enumerate(grids, start=1) if is_meant(wanted, grid.title, n)]
    if not meant and len(grids) == 1 and not grids[0].title:
        raise UsageError(_("{name} has no sheets to choose from: leave `sheet=` out.", name=file))
    if not meant:
        titles = (grid.title[:60] or str(n) for n, grid in enumerate(grids[:SHOWN_TITLES], start=1))
        shown = ", ".join(_("“{name}”", name=title) for title in titles)
        raise UsageError(
            _("There is no sheet “{sheet}” in {name}. It has: {sheets}.", sheet=wanted[:60], name=file, sheets=shown)
        )
    by_name = [grid for grid in meant if naming.folded(grid.title) == naming.folded(wanted)]
    grid = (by_name or meant)[0]
    if not grid.rows:
        raise UsageError(
            grid.fault or _("There are no rows in the sheet “{sheet}” of {name}.", sheet=grid.title[:60], name=file)
        )
    return grid
