"""Find the words of a text that decided, as the model quotes them. What is not in the text is no evidence."""

from __future__ import annotations

import re
from itertools import islice

LONGEST = 120  # characters
COMPARED = 20  # words of a quote

_WORD = re.compile(r"\w+")
_QUOTES = " .…\"'“”„«»"


def evidence(quote: str, text: str) -> str:
    """Return a quote as the text has it, on one line; "" if it is not there, so that none is invented.

    Case and spaces may differ, and so may what stands between the words: models straighten apostrophes and leave out
    commas.
    """
    quote, text = " ".join(quote.split()).strip(_QUOTES), " ".join(text.split())
    return (_literal(quote, text) or _by_words(quote, text))[:LONGEST].rstrip()


def _literal(quote: str, text: str) -> str:
    start = text.casefold().find(quote.casefold())
    found = text[start : start + len(quote)] if start >= 0 else ""
    # Some letters change their length when their case is folded, which would shift the place.
    return found if found.casefold() == quote.casefold() else ""


def _by_words(quote: str, text: str) -> str:
    """Find the quote's words in the text, one after another; whatever stands between them is the text's own."""
    wanted = [match[0].casefold() for match in islice(_WORD.finditer(quote), COMPARED)]
    words = list(_WORD.finditer(text))
    folded = [match[0].casefold() for match in words]
    for first in range(len(words) - len(wanted) + 1 if wanted else 0):
        if folded[first : first + len(wanted)] == wanted:
            return text[words[first].start() : words[first + len(wanted) - 1].end()]
    return ""
