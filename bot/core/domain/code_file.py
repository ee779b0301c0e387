"""The results of checking code files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Why a file does not parse. `line` counts from 1, 0 where it is not known."""

    reason: str
    line: int = 0

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" if self.line else self.reason


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
