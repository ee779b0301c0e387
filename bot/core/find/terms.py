"""What a person looks for, as terms. Anything can be typed; none of it is a language that a database would read."""

from __future__ import annotations

import re

from bot.core.domain.search import Term
from bot.core.search_words import wanted_words

MOST_TYPED = 500  # characters that are read
MOST_TERMS = 10
MOST_WORDS = 20  # of a term

_QUOTES = '"“”„«»'
_PART = re.compile(f"[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)[{_QUOTES}]|(?P<word>[^\\s{_QUOTES}]+)")


def terms_of(typed: str) -> tuple[Term, ...]:
    """Return the terms of what was typed, each once: its words, and what is in quotation marks as it is.

    What has no letter and no digit is no term. Words that only punctuation joins, as in `v3.40` or `pick-up`, have to
    follow each other. Takes linear time.
    """
    terms: dict[Term, None] = {}
    for part in _PART.finditer(typed[:MOST_TYPED]):
        words = tuple(wanted_words(part["quoted"] or part["word"] or ""))[:MOST_WORDS]
        if words:
            terms[Term(words, is_exact=part["quoted"] is not None)] = None
    return tuple(terms)[:MOST_TERMS]
