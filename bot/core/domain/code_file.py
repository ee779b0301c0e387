"""The results of checking code files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.language import _, in_english


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Why a file does not parse. `line` counts from 1, 0 where it is not known.

    `words` are a parser's own, or the catalog's, with `{code}` for what they are about.
    """

    words: str
    line: int = 0
    code: str = ""

    def __str__(self) -> str:
        """Return what the model is told."""
        with in_english():
            return self.told

    @property
    def reason(self) -> str:
        """Why it does not parse, in the reader's language; in English where only a parser says it."""
        return _(self.words, code=self.code) if self.code else _(self.words)

    @property
    def told(self) -> str:
        """What a person reads."""
        return _("line {line}: {reason}", line=self.line, reason=self.reason) if self.line else self.reason


@dataclass(frozen=True, slots=True)
class SyntaxReport:
    """What checking some files found: the faults by the files' names, and the names of those that nothing could parse.

    `remark` says what was done about the faults.
    """

    faults: Mapping[str, SyntaxFault]
    unchecked: frozenset[str] = frozenset()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file of code. `version` counts from 1 within its thread; what a person attached is version 0."""

    name: str
    content: str
    version: int = 1
