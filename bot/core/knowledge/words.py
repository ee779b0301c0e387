"""The words that a passage is found by: folded as all words are, in their basic form by the passage's language.

A name of code is found whole and by its parts: `pool.max_size`, `maxSize`, `--no-cache`, `2.1.3`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import snowballstemmer

from bot.core.search_words import LONGEST, SEARCHED, is_unspaced, place_word, text_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.knowledge.passages import PagePassage

USUAL_LANGUAGE = "en"  # where it is not known
# By ISO 639-1. https://snowballstem.org/algorithms/
_ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
BODY = "\ue001"  # a word that stands between those of the headings and those of the text
_WHOLE = "\ue002"  # joins the parts of a name; no word of a text has it
# A name of several parts, or a word with capitals inside.
_NAME = re.compile(r"\b[^\W_]+(?:(?:[.:/@-]|::|->)[^\W_]+|_+[^\W_]*)+|\b[^\W_]*[a-z0-9][A-Z][^\W_]*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
MOST_PARTS = 6  # of a name that is found whole
SHORTEST = 3  # letters of a word that has a basic form
CACHED = 50_000  # words whose basic form is known


def passage_words(passage: PagePassage, title: str, language: str, workspace: str, channel: str) -> str:
    """Return the words of a passage, with one for the place that its source serves, title and headings first."""
    heads = words(" \n ".join((title, *passage.headings)), language)
    return " ".join([place_word(workspace, channel), *heads, BODY, *words(passage.text, language)])


def words(text: str, language: str) -> list[str]:
    """Return the words of a text in their basic form, and then what its names of code are found by besides.

    As many in each language. Takes linear time.
    """
    text = text[:SEARCHED]
    found = text_words(text)
    found += (part for match in _NAME.finditer(text) for part in _parts(match[0]))
    return [basic(word, language) for word in found]


def basic(word: str, language: str) -> str:
    """Return the basic form of a word; a language that is not known is taken for English."""
    if len(word) < SHORTEST or not word.isalpha():
        return word
    return _basic(word, _ALGORITHMS.get(language.lower()[:2] or USUAL_LANGUAGE, ""))


def spelled(search_words: str) -> set[str]:
    """Return which words that people spell are among those that a passage is found by."""
    return {word for word in search_words.split(" ") if SHORTEST <= len(word) <= LONGEST and word.isalpha()}


def _parts(name: str) -> Iterator[str]:
    """Return a name of code as one word; the parts that only its capitals show; of a number with dots nothing else."""
    parts, told = text_words(_HUMP.sub(" ", name)), text_words(name)
    if len(parts) > len(told):
        yield from parts
    if 1 < len(parts) <= MOST_PARTS and not any(map(is_unspaced, parts)):
        yield _WHOLE.join(parts)[: 2 * LONGEST]


@lru_cache(maxsize=CACHED)
def _basic(word: str, algorithm: str) -> str:
    # A stemmer holds the word that it works on, so that threads need their own.
    return str(snowballstemmer.stemmer(algorithm).stemWord(word)) if algorithm else word
