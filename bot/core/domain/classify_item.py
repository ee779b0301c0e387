"""One text to classify, and how a file of them is read. What reads files loads no more than this."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ITEMS = 50_000
SHOWN_TO_MODEL = 6_000  # characters of an item: its beginning and end say what it is about
SHOWN_OF_END = 1_000
# Of the files that we write: export.py heads them so, table/ knows them again.
HEADINGS = (  # not for people: of files, which are read back
    "number",
    "text",
    "category",
    "confidence",
    "evidence",
    "check",
    "corrected by",
    "source",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One text to sort. Numbers count from 1.

    `source` says where the text came from: a link, or `row 7`; "" for what was typed. `cells` are what else stood in
    its row.
    """

    number: int
    text: str
    source: str = ""
    cells: tuple[str, ...] = ()

    @property
    def excerpt(self) -> str:
        """The part that the model sees."""
        if len(self.text) <= SHOWN_TO_MODEL:
            return self.text
        return f"{self.text[: SHOWN_TO_MODEL - SHOWN_OF_END]} […] {self.text[-SHOWN_OF_END:]}"

    def opening(self, most: int) -> str:
        """Return its beginning on one line of `most` characters; a text can have megabytes."""
        line = " ".join(self.text[: 4 * most].split())
        return line if len(line) <= most and len(self.text) <= 4 * most else f"{line[: most - 1]}…"

    @property
    def is_cut(self) -> bool:
        """Return whether the model sees less than all of it."""
        return len(self.text) > SHOWN_TO_MODEL


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How to read a file, as far as the person said; what is "" or None is detected.

    `column` and `sheet` are names or numbers from 1 on, which `#` tells from names that are numbers; `heading` is the
    number of the row that names the columns, 0 for none; `encoding` as people write it.
    """

    column: str = ""
    sheet: str = ""
    heading: int | None = None
    encoding: str = ""


AS_FOUND = ReadAs()  # no one said anything, so it is detected
