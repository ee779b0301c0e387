"""A search of what was said: what is looked for, and what is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.domain.message import Place


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other, as `bot.core.search_words` folds them. `is_exact`: the last is a whole word."""

    words: tuple[str, ...]
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a message must have to be found: all of the terms. `author`, `since` and `before` limit it where given."""

    terms: tuple[Term, ...]
    author: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A message that the bot knows, with its thread's place. `is_own`: the bot said it; `is_bot`: another bot."""

    place: Place
    id: str
    author: str
    text: str
    at: datetime
    is_own: bool = False
    is_bot: bool = False
