"""Find the column of a table that holds what people wrote, by its name and by what it contains."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

from bot.core.classify.table import naming
from bot.core.documents.grid import LOOKED_AT
from bot.core.domain.classify_item import HEADINGS
from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.classify.table.heading import Heading
    from bot.core.documents.grid import Row

SHOWN_COLUMNS = 20
MOST_JOINED = 5  # columns that someone names to be read together
CLEAR_LEAD = 0.8
SEVERAL = 1.0  # what a name that several columns have says less
NAMED = 2.0  # what a name says at least that is one of texts
NO_TEXTS = -5.0  # the score of a column that has the name alone
TITLED = 0.01  # how much like texts a title looks
DISTINCT = 0.3  # how much like texts what was asked looks, where each row asks something else
LOOKED_INTO = 400  # characters of a cell

_NO_PROSE = re.compile(
    r"\A(?:https?://\S+|\S+@\S+\.\w+|[\w.-]+(?:\.[\w-]+){2,}|[#@][\w-]+|[0-9a-fA-F-]{16,}|[\[{].*)\Z", re.DOTALL
)
_WORDS_OF_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns whose cells make the text, usually one; `is_certain`: nothing suggests another."""

    columns: tuple[int, ...]
    is_certain: bool = True


def named(wanted: str, heading: Heading, file: str) -> Choice:
    """Return the columns that someone named: by headings, or by numbers from 1 on; several with `+` between.

    Raises `UsageError` if there is none of that name.
    """
    if (whole := _place(wanted, heading)) is not None:
        return Choice((whole,))
    parts = [_place(part, heading) for part in wanted.split("+")[:MOST_JOINED]]
    if len(parts) > 1 and None not in parts:
        return Choice(tuple(dict.fromkeys(part for part in parts if part is not None)))
    shown = ", ".join(_("“{name}”", name=name[: naming.LONGEST_NAME]) for name in heading.names[:SHOWN_COLUMNS])
    raise UsageError(
        _(
            "There is no column “{column}” in {name}. It has: {columns}.",
            column=wanted[: naming.LONGEST_NAME],
            name=file,
            columns=shown,
        )
    )


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
    says = _less_answers([_says(heading, n) for n in range(count)], heading, prose)
    scores = [_score(looked_at, n, says[n], prose[n]) for n in range(count)]
    best = max(range(count), key=lambda n: scores[n])
    title = _title(heading, best, prose)
    rivals = [n for n in range(count) if n not in {best, title}]
    beside = max((scores[n] for n in rivals), default=-9.0)
    is_certain = scores[best] - beside >= CLEAR_LEAD and (says[best] > 0 or beside < 0) and scores[best] > NO_TEXTS
    is_certain = is_certain and not _is_disputed(heading, best, says, [n for n in rivals if prose[n] > 0])
    return Choice((best,) if title is None else (title, best), is_certain)


def _score(rows: Sequence[Row], n: int, says: float, prose: float) -> float:
    if prose > 0:
        return says + 2 * prose
    if says < NAMED:
        return -9.0 + _filled(rows, n)
    return says + 0.1 if _expresses(rows, n) else NO_TEXTS - 1 + _filled(rows, n)


def _less_answers(says: list[float], heading: Heading, prose: Sequence[float]) -> list[float]:
    """Lower the score of a name such as “answer” if a column beside it holds what was asked or said."""
    answering = {n for n, name in enumerate(heading.names) if heading.row and naming.is_answer(name)}
    others = [n for n in range(len(says)) if n not in answering and says[n] >= NAMED and prose[n] >= DISTINCT]
    return [min(one, -1.0) if n in answering and others and one < naming.ASKED else one for n, one in enumerate(says)]


def _is_disputed(heading: Heading, best: int, says: Sequence[float], rivals: Sequence[int]) -> bool:
    """Return whether another column of texts has another owner, none of which is known to be the team."""
    owner = naming.owner(heading.names[best]) if heading.row else ""
    for n in rivals if heading.row else ():
        if naming.is_title(heading.names[n]):
            continue
        other = naming.owner(heading.names[n])
        if says[n] >= NAMED and other != owner:
            return True
        if naming.TEAM in {owner, other} and says[best] <= 0 and naming.says_text(heading.names[n]):
            return True
    answers = [n for n in rivals if naming.is_answer(heading.names[n]) and not naming.owner(heading.names[n])]
    return bool(answers) and owner != naming.CUSTOMERS


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
    if told < NAMED and naming.is_asked(plain) and _speaks(heading.rows, n):
        told = naming.ASKED
    elif told == naming.ASKED and naming.ends_in_person(plain) and not _speaks(heading.rows, n):
        told = -3.0  # who wrote
    return max(told, naming.says_text(label)) if label else told


def _speaks(rows: Sequence[Row], n: int) -> bool:
    """Return whether cells are sentences rather than names of people."""
    cells = _column(rows[:LOOKED_AT], n)
    return sum(map(_is_sentence, cells)) * 5 >= 2 * max(1, len(cells))


def _is_sentence(cell: str) -> bool:
    words = cell.split()
    is_said = len(words) > 3 or any(word.islower() for word in words[1:]) or cell.endswith((".", "!", "?", "。"))  # noqa: PLR2004 - as names have
    return is_said or len(_WORDS_OF_EAST.findall(cell)) > 7  # noqa: PLR2004 - as names have


def _title(heading: Heading, best: int, prose: Sequence[float]) -> int | None:
    """Return the title that belongs to the texts: an issue says in it what it is about, a review says it again."""
    name = heading.names[best]
    words = naming.tokens(name)
    if not heading.row or not words or words[-1] not in naming.BODIES or naming.is_title(name):
        return None
    if any(
        word in _OF_REVIEWS
        for one in (heading.names if words[-1] not in _OF_ISSUES else (name,))
        for word in naming.tokens(one)
    ):
        return None
    titles = [
        n for n in range(len(prose)) if n != best and prose[n] >= TITLED and _is_title_of(heading.names[n], words)
    ]
    return max(titles, key=lambda n: naming.titled(heading.names[n]) == words[:-1], default=None)


def _is_title_of(name: str, words: tuple[str, ...]) -> bool:
    before = naming.titled(name)
    return before is not None and naming.bare(before) == naming.bare(words[:-1])


_OF_REVIEWS = frozenset({"review", "reviews", "rating", "ratings", "stars"})
_OF_ISSUES = frozenset(
    {"body", "description", "beschreibung", "descripción", "descrição", "descrizione", "описание", "selftext"}
)


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


def _expresses(rows: Sequence[Row], n: int) -> bool:
    """Return whether a column named for texts has brief ones: emoji, signs such as “?”, some words."""
    cells = _column(rows, n)
    return sum(bool(_words(cell)) or _is_sign(cell) for cell in cells) * 3 >= max(1, len(cells))


def _is_sign(cell: str) -> bool:
    if any(map(str.isalnum, cell)):
        return any(unicodedata.category(one) == "So" for one in cell)
    return any(one in "?!\uff1f\uff01" or unicodedata.category(one) == "So" for one in cell)


def _words(cell: str) -> float:
    """Count the words of a cell, 0 where it is a number, an address, a date or an identifier."""
    if not any(map(str.isalpha, cell)) or _NO_PROSE.match(cell):
        return 0
    east = len(_WORDS_OF_EAST.findall(cell)) / 2
    words = sum(any(map(str.isalpha, word)) for word in cell.split())
    digits = sum(map(str.isdigit, cell))
    return 0 if digits * 2 > len(cell) else max(words, east)
