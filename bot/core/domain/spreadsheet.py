"""Tables of someone's file, as they were read."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.domain.classify_item import Item
from bot.language import _

LONGEST_CELL = 2_000  # characters that are kept of a column beside the texts
SHOWN_OF_NAME = 60


@dataclass(frozen=True)
class Spreadsheet:
    """A table: its headings, and its rows, each with its number in the file.

    `texts` are the columns that make the text of an item. `heading` is the number of the row that names the columns, 0
    where none does, less where the format has the names; `tops` are rows that might. `title` is the sheet's, `titles`
    are all. `encoding` is a text file's. `doubts` name what of these may be wrong; `remarks` are sentences
    about what was lost or mended. `labels` are second names of columns, as some tools give them.
    """

    name: str
    headings: tuple[str, ...]
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list, repr=False)
    texts: tuple[int, ...] = (0,)
    heading: int = 0
    title: str = ""
    titles: tuple[str, ...] = ()
    encoding: str = ""
    doubts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    tops: tuple[tuple[int, str], ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def text_name(self) -> str:
        """What the column of the texts is called; of several, all."""
        return " + ".join(self.shown(n) for n in self.texts)

    @property
    def described(self) -> str:
        """A description of what was read: the file, the sheet where there are several, the column, the encoding."""
        said = [self.name]
        if len(self.titles) > 1:
            said.append(_("sheet “{name}”", name=self.title[:SHOWN_OF_NAME]))
        if len(self.headings) > 1 or self.heading > 0:
            said.append(_("column “{name}”", name=self.text_name))
        if self.encoding not in {"", "UTF-8"}:
            said.append(self.encoding)
        return ", ".join(said)

    def shown(self, number: int) -> str:
        """Return how a column's names are shown."""
        name, label = self.headings[number], self.labels[number] if number < len(self.labels) else ""
        said = f"{name}: {label}" if label and _letters(label) != _letters(name) else name
        return " ".join(said.split())[:SHOWN_OF_NAME]

    def items(self) -> list[Item]:
        """Return the texts, numbered from 1 on; rows without a text are left out."""
        texts = ((row, self._text(cells), cells) for row, cells in self.rows)
        filled = ((row, text, self._beside(cells)) for row, text, cells in texts if text)
        return [Item(number, text, f"row {row}", rest) for number, (row, text, rest) in enumerate(filled, start=1)]

    def others(self) -> tuple[str, ...]:
        """Return the headings of the columns beside the texts."""
        return tuple(one for n, one in enumerate(self.headings) if n not in self.texts)

    def _text(self, cells: tuple[str, ...]) -> str:
        parts = (cells[n].strip() for n in self.texts if n < len(cells))
        whole = "\n\n".join(part for part in parts if part)
        return whole.replace("\r\n", "\n").replace("\r", "\n") if "\r" in whole else whole

    def _beside(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        whole = cells[: len(self.headings)] + ("",) * (len(self.headings) - len(cells))
        return tuple(cell[:LONGEST_CELL] for n, cell in enumerate(whole) if n not in self.texts)


def _letters(name: str) -> str:
    """Return a heading as it is compared with its label: `reviewText` and “Review text” are the same."""
    return "".join(filter(str.isalnum, name)).casefold()
