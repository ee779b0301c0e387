"""Which statements of an answer have a source that says so, and the answer without the others.

A citation counts only if the words that it cites stand in a passage that the model got. A statement has a source if
such a citation covers enough of it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from bot.core.knowledge.phishing import asks_for_secrets
from bot.core.knowledge.statements import MARK, Statement, letters, statements
from bot.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.core.domain.tool import Citation, Passage

LEAST_CITED = 1 / 3  # of a statement's letters: models cite clauses, and leave out what leads to them

_NO_WORDS = re.compile(r"[\W_]+")


def stands(citation: Citation, passages: Iterable[Passage]) -> bool:
    """Return whether a citation exists: its words stand in a passage of its source, blanks and markup aside.

    One of a page that the API has found by itself is the API's word.
    """
    if citation.words is None:
        return True
    wanted = folded(citation.words)
    return bool(wanted) and any(
        one.source == citation.source.url and f" {wanted} " in f" {folded(one.text)} " for one in passages
    )


def folded(text: str) -> str:
    """Return the words of a text, in small letters, with a blank between each two."""
    return _NO_WORDS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


@dataclass(frozen=True, slots=True)
class Cited:
    """A part of an answer that cites a source, from `start` to `end`."""

    start: int
    end: int
    source: str


class CitedText:
    """An answer while it is written, and what its parts cite."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.cited: list[Cited] = []

    @property
    def text(self) -> str:
        """What was written."""
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def write(self, piece: str) -> None:
        """Add what was written."""
        self._pieces.append(piece)

    def cite(self, citation: Citation) -> None:
        """Add that what was written last cites a source."""
        text = self.text
        start = text.rfind(citation.statement, max(0, len(text) - 2 * len(citation.statement) - 200))
        if start < 0:  # such as what is restored a piece later
            start = max(0, len(text) - len(citation.statement))
        self.cited.append(Cited(start, start + len(citation.statement), citation.source.url))


@dataclass(frozen=True, slots=True)
class Supported:
    """An answer of which each statement has a source, with its marks. `removed`: how many statements had none."""

    text: str
    removed: int


def supported(text: str, cited: Sequence[Cited], passages: Sequence[Passage], mark: Callable[[str], str]) -> Supported:
    """Leave out the statements that have no source, and what leads to nothing then; mark the others.

    What asks people for a secret is left out whatever it cites.

    `mark` returns the mark of a source. Marks that the model itself wrote are none, and go.
    """
    found = _with_sources(text, cited, passages)
    asking = _asking([one for one, _ in found], text)
    parts = [(one, () if asks else sources) for (one, sources), asks in zip(found, asking, strict=True)]
    kept = [keeps and not asks for keeps, asks in zip(_kept(parts), asking, strict=True)]
    written: list[str] = []
    gap, at = "", 0
    for _, unit in groupby(range(len(parts)), key=lambda number: parts[number][0].unit):
        numbers = list(unit)
        first, last = parts[numbers[0]][0], parts[numbers[-1]][0]
        line = max(at, text.rfind("\n", 0, first.start) + 1)
        gap, at = max(gap, text[at:line], key=len), last.end
        if left := [parts[number] for number in numbers if kept[number]]:
            written += [gap if written else "", text[line : first.start], _marked(text, left, mark)]
            gap = ""
    removed = sum((one.is_claim and not sources) or asks for (one, sources), asks in zip(parts, asking, strict=True))
    return Supported("".join(written).strip(), removed)


def _asking(said: Sequence[Statement], text: str) -> list[bool]:
    """Return which statements ask people for a secret."""
    parts = asks_for_secrets(text)
    ends = [end for _, end in parts]
    first = [bisect_right(ends, one.start) for one in said]
    return [at < len(parts) and parts[at][0] < one.end for one, at in zip(said, first, strict=True)]


def asks_back(text: str) -> bool:
    """Return whether a text states nothing, and ends with a question, which is for no secret."""
    is_question = text.rstrip().rstrip("*_ ").endswith(("?", "\uff1f"))
    return is_question and not asks_for_secrets(text) and not any(one.is_claim for one in statements(text))


def left_out(count: int) -> str:
    """Say that statements are left out."""
    return ngettext(
        "{n:,} statement had no source and is left out.",
        "{n:,} statements had no source and are left out.",
        count,
    )


Part = tuple[Statement, tuple[str, ...]]
"""A statement with its sources."""


def _with_sources(text: str, cited: Sequence[Cited], passages: Sequence[Passage]) -> list[Part]:
    return [
        (one, _sources_of(one, text, cited) or (_sources_of_code(one, text, passages) if one.is_code else ()))
        for one in statements(text)
    ]


def _sources_of(statement: Statement, text: str, cited: Sequence[Cited]) -> tuple[str, ...]:
    """Return the sources of a statement, in the order of their citations."""
    found: dict[str, None] = {}
    covered = [False] * (statement.end - statement.start)
    for one in cited:
        start, end = max(one.start, statement.start), min(one.end, statement.end)
        if start < end and letters(text[start:end]):
            found[one.source] = None
            covered[start - statement.start : end - statement.start] = [True] * (end - start)
    said = text[statement.start : statement.end]
    share = "".join(sign for sign, is_covered in zip(said, covered, strict=True) if is_covered)
    return tuple(found) if found and letters(share) >= LEAST_CITED * letters(said) else ()


def _sources_of_code(statement: Statement, text: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """Return the source that has each line of a block of code, in whole words, and what follows its fence."""
    opening, *block = text[statement.start : statement.end].splitlines()
    opening = opening.strip(" \t`~")
    block += [opening] if len(opening.split()) > 1 else []  # one word is the language
    lines = [_spaced(line) for line in block if line.strip(" \t`~")]
    known = ((one.source, _spaced(one.text)) for one in passages)
    found = (source for source, words in known if all(line in words for line in lines))
    source = next(found, "") if lines else ""
    return (source,) if source else ()


def _spaced(text: str) -> str:
    """Return a text's words with a blank around each, as code in a line has backticks."""
    return f" {' '.join(text.replace('`', ' ').split())} "


def _kept(parts: Sequence[Part]) -> list[bool]:
    """Return which statements stay: those with a source, and what leads directly to one of them."""
    kept = [bool(found) for _, found in parts]
    leads_on = was_claim = False
    for number in range(len(parts) - 1, -1, -1):
        is_claim = parts[number][0].is_claim or kept[number]
        if is_claim:
            leads_on = kept[number] or (leads_on and was_claim and not parts[number][0].is_code)
        else:
            kept[number] = leads_on
        was_claim = is_claim
    return kept


def _marked(text: str, parts: Sequence[Part], mark: Callable[[str], str]) -> str:
    """Write statements that follow each other, with their marks behind the last of those that have the same."""
    written = []
    for number, (one, found) in enumerate(parts):
        after = parts[number + 1] if number + 1 < len(parts) else None
        said = text[one.start : one.end]
        written.append(said if one.is_code else MARK.sub("", said).rstrip())
        if after is None or after[1] != found:
            marks = "".join(map(mark, found))
            written.append(f"\n{marks.strip()}" if one.is_code and marks else marks)
        if after is not None:
            between = text[one.end : after[0].start]
            written.append(between if between.isspace() else " ")
    return "".join(written)
