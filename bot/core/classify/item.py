"""What is sorted: an item; and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ITEMS = 50_000
SHOWN_TO_MODEL = 6_000  # characters of an item: its beginning and end say what it is about
SHOWN_OF_END = 1_000
# Of the files that we write: export.py heads them so, table/ knows them again.
HEADINGS = ("number", "text", "category", "confidence", "evidence", "check", "corrected by", "source")


def counted(count: int) -> str:
    """Write how many messages there are."""
    return f"{count:,} message{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Item:
    """One text to sort. Numbers count from 1.

    `source` tells where the text came from: a link, or `row 7`; "" for what was typed. `cells` are what else stood in
    its row.
    """

    number: int
    text: str
    source: str = ""
    cells: tuple[str, ...] = ()

    @property
    def excerpt(self) -> str:
        """What the model gets to see of it."""
        if len(self.text) <= SHOWN_TO_MODEL:
            return self.text
        return f"{self.text[: SHOWN_TO_MODEL - SHOWN_OF_END]} […] {self.text[-SHOWN_OF_END:]}"

    def opening(self, most: int) -> str:
        """Return how it begins, on one line of `most` characters; a text may have megabytes."""
        line = " ".join(self.text[: 4 * most].split())
        return line if len(line) <= most and len(self.text) <= 4 * most else f"{line[: most - 1]}…"

    @property
    def is_cut(self) -> bool:
        """Tell whether the model sees less than all of it."""
        return len(self.text) > SHOWN_TO_MODEL


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an item is: its categories, the main one first, none for "unclassified".

    `confidence` is in percent, as the model judges itself; `evidence` are words of the item's own.
    """

    number: int
    categories: tuple[str, ...] = ()
    confidence: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """An item with its verdict; `corrected_by` is the person who changed the category, "" for nobody."""

    item: Item
    verdict: Verdict
    corrected_by: str = ""

    def needs_person(self, threshold: int) -> bool:
        """Tell whether a person should look: nobody has, and the model was less sure than `threshold` percent."""
        return not self.corrected_by and (not self.verdict.categories or self.verdict.confidence < threshold)
