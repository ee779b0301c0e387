"""The words of a question, as they are looked for: in the basic forms of the sources' languages.

A word that no source has is looked for as those that are spelled much alike, and as the two that it is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.knowledge.stop_words import stop_words
from bot.core.knowledge.words import basic, words
from bot.core.search_words import text_words
from bot.core.trigrams import alike, distinct

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterator, Sequence

MOST_TERMS = 400  # words of a question that are looked up
LONGEST_QUESTION = 4_000  # characters
SHORTEST_MISSPELLED = 5  # letters of a word that others may be alike
SHORTEST_PART = 4  # letters of a word that others are made of
SAME_BEGINNING = 2  # letters that words have in common which are taken to be the same, misspelled
LEAST_ALIKE = 0.4  # of their trigrams
MOST_ALIKE = 2  # words that stand for one that is misspelled
_LINKS = ("", "s", "es", "n", "en")  # between the parts of a German word


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a question, in one or several basic forms; `likeness` is 1 unless it stands for another word."""

    forms: frozenset[str]
    likeness: float = 1.0


def terms(question: str, languages: Collection[str]) -> list[QueryWord]:
    """Return the words of a question, each once, in their order. Takes linear time."""
    question = question[:LONGEST_QUESTION]
    typed = text_words(question)
    empty = stop_words(typed)
    stemmed = [words(question, language) for language in sorted(languages) or [""]]
    found = list(map(frozenset, zip(*stemmed, strict=True)))
    # Its names of code follow the words as they are typed.
    telling = [forms for at, forms in enumerate(found) if at >= len(typed) or typed[at] not in empty]
    return [QueryWord(forms) for forms in list(dict.fromkeys(telling or found))[:MOST_TERMS]]


def beginnings(of: Sequence[QueryWord]) -> list[str]:
    """Return with which letters words begin that may be these, misspelled."""
    return sorted({form[:SAME_BEGINNING] for term in of for form in term.forms if _may_be_misspelled(form)})


def parts(of: Sequence[QueryWord], languages: Collection[str]) -> list[str]:
    """Return the words that these may be made of."""
    return sorted({part for term in of for form in term.forms for pair in _pairs(form, languages) for part in pair})


def instead(of: Sequence[QueryWord], known: Counter[str], languages: Collection[str]) -> Iterator[QueryWord]:
    """Return what stands for words that no source has, of those that are known, with how often."""
    for term in of:
        for form in term.forms:
            pairs = [pair for pair in _pairs(form, languages) if all(part in known for part in pair)]
            if pairs:
                yield from (QueryWord(frozenset({part})) for part in max(pairs, key=lambda pair: min(map(len, pair))))
                break
            if _may_be_misspelled(form):
                yield from _alike(form, known)


def _alike(form: str, known: Counter[str]) -> Iterator[QueryWord]:
    own = distinct(form)
    near = [(alike(own, distinct(one)), one) for one in known if one.startswith(form[:SAME_BEGINNING])]
    best = sorted((pair for pair in near if pair[0] >= LEAST_ALIKE), key=lambda pair: (-pair[0], -known[pair[1]]))
    yield from (QueryWord(frozenset({one}), likeness) for likeness, one in best[:MOST_ALIKE])


def _may_be_misspelled(form: str) -> bool:
    return len(form) >= SHORTEST_MISSPELLED and form.isalpha()


def _pairs(form: str, languages: Collection[str]) -> Iterator[tuple[str, str]]:
    """Cut a word in two, in every way that leaves two words."""
    if not form.isalpha():
        return
    for at in range(SHORTEST_PART, len(form) - SHORTEST_PART + 1):
        for link in _LINKS:
            if form[:at].endswith(link) and at - len(link) >= SHORTEST_PART:
                for language in languages:
                    yield basic(form[: at - len(link)], language), basic(form[at:], language)
