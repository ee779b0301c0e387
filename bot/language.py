"""The bot's own sentences, in the language of the person who reads them.

Code holds the English sentence, which is also its key in the catalog; each other language has a file
`locales/<language>/LC_MESSAGES/parley.po`, in gettext's format.

    _("I left out {count:,} files.", count=n)                          a sentence, and what goes into it
    ngettext("{n:,} file", "{n:,} files", n)                           one that depends on a number, itself its `n`
    HINT = N_("Ask your administrator.")  …  _(HINT)                   one that is declared before anybody reads it

Where a job starts or a request arrives, `speak` sets the language for all that follows in the same task; outside,
it is English. What the operator reads, in the log or a terminal, is always English. So is what Claude is told.
"""

from __future__ import annotations

import gettext
import io
import string
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

ENGLISH = "en"
FOLDER = Path(__file__).parent / "locales"
LANGUAGES = (ENGLISH, *sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/parley.po")))
"""The languages that the bot speaks, by their ISO 639 codes."""
NUMBERS = {",": None, ",.1f": "#,##0.0"}  # Babel's patterns; None is a language's own

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def supported(tag: str) -> str:
    """Return the language that the bot speaks for a locale such as "de-DE" or "de_AT"; "" if it has none."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else ""


def speak(language: str) -> None:
    """Let this task, and those that it starts, write in a language of `LANGUAGES`."""
    _spoken.set(language)


def spoken() -> str:
    """Return the language in which this task writes."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write in another language of `LANGUAGES` for a moment, to someone else."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def in_english() -> AbstractContextManager[None]:
    """Write in English for a moment, where Claude is told the same as a person."""
    return speaking(ENGLISH)


def load() -> None:
    """Read all catalogs. They are kept: a sentence must not wait for a file."""
    for language in LANGUAGES:
        _catalog(language)
        _formatter(language).format("{0:,}", 0)


def _(sentence: str, /, **values: object) -> str:
    """Return a sentence in the reader's language, with its values put in.

    `{n:,}`, `{n:,.1f}` and `{n:.0%}` write a number as the language does. Values are never read as a sentence's fields.
    """
    language = _spoken.get()
    found = _catalog(language).gettext(sentence) if sentence else ""
    return _formatter(language).vformat(found, (), values) if values else found


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """Return the form of a sentence that a number takes in the reader's language; `{n}` is that number."""
    language = _spoken.get()
    found = _catalog(language).ngettext(one, many, n)
    return _formatter(language).vformat(found, (), values | {"n": n})


def N_(sentence: str) -> str:  # noqa: N802 (gettext's name, by which its tools find these sentences)
    """Mark a sentence for the catalog and return it in English: `_` translates it where it is read."""
    return sentence


class Sentence:
    """A class's sentence: in English where it is declared, in the reader's language where it is read."""

    def __init__(self, english: str) -> None:
        self._english = english

    def __get__(self, instance: object, owner: type | None = None) -> str:
        return _(self._english)


def locale() -> Locale:
    """Return what Babel knows of the reader's language."""
    return _locale(_spoken.get())


def number(value: float) -> str:
    """Write a number with the separators of the reader's language: 12,345 or 12.345."""
    return format_decimal(value, locale=locale())


def percent(share: float) -> str:
    """Write a share as the reader's language does: 30% or 30\N{NO-BREAK SPACE}%."""
    return format_percent(share, locale=locale())


def and_list(items: Iterable[str]) -> str:
    """Join parts of a sentence: "a", "a and b", "a, b and c"."""
    return _joined(items, N_("{before} and {last}"))


def or_list(items: Iterable[str]) -> str:
    """Join what one can choose from: "a", "a or b", "a, b or c"."""
    return _joined(items, N_("{before} or {last}"))


def _joined(items: Iterable[str], pair: str) -> str:
    *before, last = [*items] or [""]
    return _(pair, before=", ".join(before), last=last) if before else last


class _Formatter(string.Formatter):
    """Puts values into a sentence; numbers with `,` or `%` are written as a language writes them."""

    def __init__(self, language: str) -> None:
        self._locale = _locale(language)

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, int | float) and format_spec in NUMBERS:
            return format_decimal(value, NUMBERS[format_spec], locale=self._locale)
        if isinstance(value, int | float) and format_spec == ".0%":
            return format_percent(value, locale=self._locale)
        return format(value, format_spec)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


@cache
def _formatter(language: str) -> _Formatter:
    return _Formatter(language)


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    """Read a language's catalog. Translations that a translator has not confirmed ("fuzzy") are left out."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    with (FOLDER / language / "LC_MESSAGES" / "parley.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
