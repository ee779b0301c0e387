"""Recognize posts that are plainly not feedback: greetings, thanks, mere emoji. The model judges the others."""

# not for people: words that people write

from __future__ import annotations

import re

MOST_WORDS = 6

_SHORTCODE = re.compile(r":[a-z0-9_+-]+:|<@[^<>]*>")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_WORDS = """
hi hello hey hiya howdy morning afternoon evening good day night all everyone everybody team folks there guys
thanks thank thx ty you so much very many a lot cheers ok okay great cool nice perfect welcome bye later lol
haha yes no sure done np please hallo guten tag morgen abend danke vielen dank merci bonjour salut gracias
hola buenas obrigado obrigada ciao grazie ola tschüss bitte
"""
_POLITE = frozenset(_WORDS.split())


def is_small_talk(text: str) -> bool:
    """Return whether a post says nothing: no words at all, or only a few polite ones. Numbers say something."""
    text = _SHORTCODE.sub(" ", text)
    if re.search(r"\d", text):
        return False
    words = [word.casefold() for word in _WORD.findall(text)]
    return "?" not in text and len(words) <= MOST_WORDS and all(word in _POLITE for word in words)
