"""Evidence: the words of a text that decided, as the model quotes them. What does not stand in the text is none."""

from __future__ import annotations

import re
from itertools import islice

LONGEST = 120  # characters
COMPARED = 20  # words of a quote

_WORD = re.compile(r"\w+")
_QUOTES = " .…\"'“”„«»"


def evidence(quote: str, text: str) -> str:
    """Return a quote as the text has it, on one line; "" for what does not stand there, so that none is invented.

    Upper and lower case and spaces may differ, and so may what stands between the words: models straighten
    apostrophes, and leave commas out.
    """
    quote, text = " ".join(quote.split()).strip(_QUOTES), " ".join(text.split())
    return (_literal(quote, text) or _by_words(quote, text))[:LONGEST].rstrip()


def _literal(quote: str, text: str) -> str:
    start = text.casefold().find(quote.casefold())
    found = text[start : start + len(quote)] if start >= 0 else ""
    # Some letters change their length when their case is folded: then the place is another.
    return found if found.casefold() == quote.casefold() else ""


def _by_words(quote: str, text: str) -> str:
    """Find the quote's words in the text, one behind the other; whatever stands between them is the text's own."""
    wanted = [match[0].casefold() for match in islice(_WORD.finditer(quote), COMPARED)]
    words = list(_WORD.finditer(text))
    folded = [match[0].casefold() for match in words]
    for first in range(len(words) - len(wanted) + 1 if wanted else 0):
        if folded[first : first + len(wanted)] == wanted:
            return text[words[first].start() : words[first + len(wanted) - 1].end()]
    return ""
