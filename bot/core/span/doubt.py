"""A short line that may be a span or a text: the bot asks, instead of guessing and paying.

What says nothing but where and when is a request, and never comes here. What has several lines, stands in quotes or
goes on for more than a few words is a text, whatever it begins with: "Since Monday the app crashes" is one. Between
these, the asker alone is told how each is written.
"""

from __future__ import annotations

import difflib
import re

from bot.core.span import times
from bot.core.span import words as spoken
from bot.errors import UsageError

MOST_WORDS = 5
FEW_WORDS = 3  # all of which look like words of spans, perhaps with a slip of the finger
ALIKE = 0.8  # of 1, by difflib's measure
SHORTEST = 3  # letters of a word that counts

_WORD = re.compile(r"\d+|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_FROM = {"since", "seit", "depuis", "desde"}
_NEARBY = {"last", "past", "previous", "this", "next", "from", "between", "until", "till", "before", "after", "letzte"}
_NEARBY |= {
    "letzten",
    "vor",
    "zwischen",
    "bis",
    "ab",
    "entre",
    "dernier",
    "derniere",
    "hace",
    "ultimo",
    "ultima",
    "the",
    "in",
}
_VAGUE = {"few", "several", "couple", "some", "sprint", "night", "evening", "afternoon", "while", "fortnight"}
_PLACE = re.compile(
    r"(?:in|from|of|on|aus|dans|en)\s+\S+(?:\s+channel)?(?:[,;]\s*\S+(?:\s\S+)?)?|\S+(?:\s+channel)?", re.IGNORECASE
)


def check(text: str, name: str) -> None:
    """Raise `UsageError` for a text that may be a span; `name` is what the command would do with a text."""
    text = text.strip().rstrip(".?!")
    if "\n" in text or not text or text[0] in "\"'\u2018\u201c„«`":
        return
    said = _WORD.findall(text[: 4 * spoken.LONGEST])
    if words := _with_little_besides(text, said):
        raise UsageError(
            f"I can't tell whether you mean the time “{words}” or a text. For the time, say `{words}` alone, perhaps "
            f"with a `#channel` from the list that appears while you type; to {name} this as a text, put it in quotes."
        )
    if not times.take(text)[0] and _is_near_a_span(said):
        raise UsageError(
            f"If “{text[:80]}” is a time, I don't understand it: try {times.EXAMPLES}. To {name} it as a text, put it "
            "in quotes."
        )


def _with_little_besides(text: str, said: list[str]) -> str:
    """Return the span that a text begins or ends with, where hardly anything else is said."""
    words, rest = times.take(text)
    if words and (not rest or _PLACE.fullmatch(rest.lstrip(" ,;"))):
        return words
    if len(said) <= 2 * MOST_WORDS and (match := re.match(r"\S+\s+", text)):
        words, rest = times.take(text[match.end() :])
        return words if words and not rest else ""
    return ""


def _is_near_a_span(said: list[str]) -> bool:
    folded = [spoken.folded(word) for word in said]
    if not folded or len(folded) > MOST_WORDS:
        return False
    others = [word for word in folded if word not in _FROM and word not in _NEARBY]
    strange = sum(not _looks_timely(word) for word in others)
    if folded[0] in _FROM or _is_slip(folded[0], _FROM):
        return len(folded) < MOST_WORDS and strange <= 2  # noqa: PLR2004 (since the big launch)
    if folded[0] in _NEARBY:
        return strange <= 1 and strange < len(others)
    is_all_timely = len(folded) <= FEW_WORDS and all(map(_looks_timely, folded))
    return is_all_timely and not all(map(str.isdigit, folded))


def _looks_timely(word: str) -> bool:
    is_word = len(word) >= SHORTEST and (spoken.is_known(word) or _is_slip(word, spoken.spellings()))
    return word.isdigit() or word in _VAGUE or is_word


def _is_slip(word: str, near: tuple[str, ...] | set[str]) -> bool:
    return len(word) >= SHORTEST and bool(difflib.get_close_matches(word[:20], near, n=1, cutoff=ALIKE))
