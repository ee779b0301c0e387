"""Which column of a table holds what people wrote: by its name, and by what stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

from bot.core.classify.item import HEADINGS
from bot.core.classify.table import naming
from bot.core.classify.table.grid import LOOKED_AT
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.classify.table.grid import Row
    from bot.core.classify.table.heading import Heading

SHOWN_COLUMNS = 20
MOST_JOINED = 5  # columns that someone names to be read together
CLEAR_LEAD = 0.8
SEVERAL = 1.0  # what a name that several columns have says less
LOOKED_INTO = 400  # characters of a cell

_NO_PROSE = re.compile(
    r"\A(?:https?://\S+|\S+@\S+\.\w+|[\w.-]+(?:\.[\w-]+){2,}|[#@][\w-]+|[0-9a-fA-F-]{16,}|[\[{].*)\Z", re.DOTALL
)
_WORDS_OF_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns whose cells make the text, one as a rule; `is_certain`: nothing speaks for another."""

    columns: tuple[int, ...]
    is_certain: bool = True


def named(wanted: str, heading: Heading, file: str) -> Choice:
    """Return the columns that someone named: by headings, or by numbers from 1 on; several with `+` between.

    Raises `UsageError` where there is none of that name.
    """
    if (whole := _place(wanted, heading)) is not None:
        return Choice((whole,))
    parts = [_place(part, heading) for part in wanted.split("+")[:MOST_JOINED]]
    if len(parts) > 1 and None not in parts:
        return Choice(tuple(dict.fromkeys(part for part in parts if part is not None)))
    shown = ", ".join(f"“{name[: naming.LONGEST_NAME]}”" for name in heading.names[:SHOWN_COLUMNS])
    raise UsageError(f"There is no column “{wanted[: naming.LONGEST_NAME]}” in {file}. It has: {shown}.")


def _place(wanted: str, heading: Heading) -> int | None:
    name = naming.folded(wanted)
    if name.startswith("#"):
        return _number(name[1:], heading)
    for names in (heading.names, heading.labels):
        plain = [naming.folded(one) for one in names]
        if name and name in plain:
            return plain.index(name)
        # The first of several of the same name, which are told apart by their numbers.
        repeated = [n for n, one in enumerate(plain) if one.rpartition(" (")[0] == name and one.endswith(f"({n + 1})")]
        if name and repeated:
            return repeated[0]
    return _number(name, heading)


def _number(name: str, heading: Heading) -> int | None:
    is_number = name.isascii() and name.isdigit() and len(name) < 6  # noqa: PLR2004 - there are a thousand at most
    return int(name) - 1 if is_number and 0 < int(name) <= len(heading.names) else None


def find(heading: Heading) -> Choice:
    """Find the column of the texts; in a tracker's export, the title and the text below it together."""
    looked_at = heading.rows[:LOOKED_AT]
    count = len(heading.names)
    if count <= 1:
        return Choice((0,))
    if heading.names[: len(HEADINGS)] == HEADINGS:
        return Choice((HEADINGS.index("text"),))
    prose = [_prose(looked_at, n) for n in range(count)]
    scores = [_says(heading, n) + 2 * prose[n] if prose[n] > 0 else -9.0 + _filled(looked_at, n) for n in range(count)]
    best = max(range(count), key=lambda n: scores[n])
    rivals = [scores[n] for n in range(count) if n != best]
    title = _title(heading, best, prose)
    if title is not None:
        rivals = [scores[n] for n in range(count) if n not in {best, title}]
    lead = scores[best] - max(rivals, default=-9.0)
    is_certain = lead >= CLEAR_LEAD and (_says(heading, best) > 0 or max(rivals, default=-9.0) < 0)
    return Choice((best,) if title is None else (title, best), is_certain)


def quality(heading: Heading, choice: Choice) -> float:
    """Judge how much a table's column looks like what people wrote: 0 for not at all."""
    n = choice.columns[-1]
    prose = _prose(heading.rows[:LOOKED_AT], n) if heading.rows else 0.0
    return max(0.0, _says(heading, n)) + 2 * prose if prose else 0.0


def _says(heading: Heading, n: int) -> float:
    if not heading.row:
        return 0.0
    label, name = heading.labels[n] if n < len(heading.labels) else "", heading.names[n]
    plain = name.removesuffix(f" ({n + 1})")
    told = naming.says_text(plain) - (SEVERAL if plain != name else 0.0)  # a list of comments, one a column
    return max(told, naming.says_text(label)) if label else told


def _title(heading: Heading, best: int, prose: Sequence[float]) -> int | None:
    """Return the title that belongs to the texts: an issue says in it what it is about, a review says it again."""
    words = naming.tokens(heading.names[best])
    if not heading.row or not words or words[-1] not in _OF_ISSUES or naming.is_title(heading.names[best]):
        return None
    prefix = words[:-1]
    if any(word in _OF_REVIEWS for word in prefix):
        return None
    for n, name in enumerate(heading.names):
        if n != best and prose[n] > 0 and naming.is_title(name) and naming.tokens(name)[:-1] == prefix:
            return n
    return None


_OF_REVIEWS = frozenset({"review", "reviews", "rating"})
_OF_ISSUES = frozenset({"body", "description", "beschreibung", "descripción", "descrição", "descrizione", "описание"})


def _column(rows: Sequence[Row], n: int) -> list[str]:
    return [text[:LOOKED_INTO] for _, cells in rows if n < len(cells) and (text := cells[n].strip())]


def _filled(rows: Sequence[Row], n: int) -> float:
    return len(_column(rows, n)) / len(rows) if rows else 0.0


def _prose(rows: Sequence[Row], n: int) -> float:
    """Judge how much a column looks like texts, from 0 to 1: words that hardly ever are the same."""
    cells = _column(rows, n)
    wordy = [size for cell in cells if (size := _words(cell))]
    if not cells or len(wordy) * 2 < len(cells):
        return 0.0
    length = min(1.0, mean(wordy) / 8)
    distinct = len(set(cells)) / len(cells)
    several = sum(size > 1 for size in wordy) / len(cells)
    return 0.05 + 0.95 * (0.5 * length + 0.5 * several) * distinct * (0.5 + 0.5 * min(1.0, 4 * len(cells) / len(rows)))


def _words(cell: str) -> float:
    """Count the words of a cell, 0 where it is a number, an address, a date or an identifier."""
    if not any(map(str.isalpha, cell)) or _NO_PROSE.match(cell):
        return 0
    east = len(_WORDS_OF_EAST.findall(cell)) / 2
    words = sum(any(map(str.isalpha, word)) for word in cell.split())
    digits = sum(map(str.isdigit, cell))
    return 0 if digits * 2 > len(cell) else max(words, east)
