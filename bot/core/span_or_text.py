"""A short line that may be a span or a text: the bot asks, instead of guessing and paying.

A line with only a place and a time is a request, and never gets here. One with several lines, in quotes or of more than
a few words is a text, whatever it begins with: "Since Monday the app crashes" is one. Between these, the asker is told
how to write each.
"""

from __future__ import annotations

import difflib
import re

from bot.core import typed_scope
from bot.core.commands import SUMMARIZE
from bot.core.time_span import times
from bot.core.time_span import words as spoken
from bot.errors import UsageError
from bot.language import _

MOST_WORDS = 5
MOST_TIMELY = 12  # words, all of which are said of times
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
_SHORT = {"w", "h", "q"}  # before a number: W47, H2
_AROUND, _VAGUE, _BESIDES = (  # not for people: what they type
    set(words.split())
    for words in (
        # What happened comes after it: "after the release".
        "after before during until till nach vor wahrend bis avant apres pendant jusque antes despues durante hasta",
        # Tell of a time that is none in figures.
        (
            "few several couple some sprint night evening afternoon while fortnight tonight overnight nacht abend "
            "nachmittag soir nuit noche tarde recently lately neulich kurzlich kurzem recemment recientemente earlier "
            "kw cw fy decade century lunchtime half summer winter spring autumn fall "
            "sommer herbst fruhling fruhjahr ete hiver verano invierno christmas weihnachten easter ostern holidays"
        ),
        # Said around times and in requests, and no sign of a time by themselves.
        (
            "about around roughly approximately circa ca etwa ungefahr environ alrededor ages long early late "
            "later mid middle end ende fin rest first second other time times sometime only just or oder ou o "
            "please bitte messages message posts post feedback everything alles all conversation conversations "
            "discussion discussions channel kanal here what what's happened said was were calendar kalenderwoche "
            "s mehreren mehrere paar einigen einige wenigen plus minus quelques plusieurs algunos algunas varios "
            "varias unos unas"
        ),
    )
)
_FORM = re.compile(
    r"(?:mo|di|mi|do|fr|sa|so|tu|we|th|su|lu|ma|me|je|ve|m|t|w|f)\s?(?:[-\u2013\u2014/+&]|bis|to)\s?"
    r"(?:mo|di|mi|do|fr|sa|so|tu|we|th|su|lu|ma|me|je|ve|m|t|w|f)|\d{4}[-/.]\d{1,2}",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?:in|from|of|on|aus|dans|en)\s+\S+(?:\s+channel)?(?:[,;]\s*\S+(?:\s\S+)?)?|\S+(?:\s+channel)?", re.IGNORECASE
)


def check(text: str, name: str) -> None:
    """Raise `UsageError` for a text that may be a span; `name` is what the command would do with a text."""
    text = text.strip().rstrip(".?!")
    if "\n" in text or not text or text[0] in "\"'\u2018\u201c„«`":
        return
    around, channels = typed_scope.apart(text) if len(text) <= typed_scope.LONGEST else (text, 0)
    said = _WORD.findall(around[: 4 * spoken.LONGEST])
    is_near = bool(said) and (bool(_FORM.fullmatch(around)) or _is_near_a_span(said, is_placed=around != text))
    words = _with_little_besides(around, said) if said else ""
    if channels > 1 and (words or is_near or not said):
        one = _("I read one channel at a time, so pick one of those in “{text}”.", text=text[:80])
        raise UsageError(f"{one} {_in_quotes(name)}")
    if words:
        raise UsageError(_time_or_text(words, name))
    if is_near and (not times.take(around)[0] or _is_all_timely(said)):
        time = _(
            "If “{text}” is a time, I don't understand it: try {examples}.", text=text[:80], examples=times.EXAMPLES
        )
        raise UsageError(f"{time} {_in_quotes(name)}")


def _in_quotes(name: str) -> str:
    if name == SUMMARIZE.name:
        return _("To summarize it as a text, put it in quotes.")
    return _("To classify it as a text, put it in quotes.")


def _time_or_text(words: str, name: str) -> str:
    if name == SUMMARIZE.name:
        return _(
            "I can't tell whether you mean the time “{words}” or a text. For the time, send `{words}` alone, perhaps "
            "with a `#channel` from the list that appears while you type; to summarize this as a text, put it in "
            "quotes.",
            words=words,
        )
    return _(
        "I can't tell whether you mean the time “{words}” or a text. For the time, send `{words}` alone, perhaps "
        "with a `#channel` from the list that appears while you type; to classify this as a text, put it in quotes.",
        words=words,
    )


def _with_little_besides(text: str, said: list[str]) -> str:
    """Return the span that a text begins or ends with, if there is hardly anything else."""
    words, rest = times.take(text)
    if words and (not rest or _PLACE.fullmatch(rest.lstrip(" ,;"))):
        return words
    if len(said) <= 2 * MOST_WORDS and (match := re.match(r"\S+\s+", text)):
        words, rest = times.take(text[match.end() :])
        return words if words and not rest else ""
    return ""


def _is_near_a_span(said: list[str], *, is_placed: bool) -> bool:
    folded = [spoken.folded(word) for word in said]
    if _is_all_timely(folded):
        return True
    if len(folded) > MOST_WORDS:
        return False
    others = [word for word in folded if word not in _FROM and word not in _NEARBY]
    strange = sum(not _looks_timely(word) for word in others)
    if folded[0] in _FROM or _is_slip(folded[0], _FROM):
        return len(folded) < MOST_WORDS + is_placed and strange <= 2 + is_placed
    if folded[0] in _AROUND:
        return len(folded) < MOST_WORDS and strange <= 1 + is_placed
    if folded[0] in _NEARBY:
        return strange <= 1 and strange < len(others)
    is_all_timely = len(folded) <= FEW_WORDS and all(map(_looks_timely, folded))
    return is_all_timely and not all(map(str.isdigit, folded))


def _is_all_timely(said: list[str]) -> bool:
    """Return whether all words are about times, and at least one names a time."""
    folded = [spoken.folded(word) for word in said[: MOST_TIMELY + 1]]
    if len(folded) > MOST_TIMELY:
        return False
    is_telling = [
        word in _VAGUE
        or (spoken.is_known(word) and (len(word) >= SHORTEST or (n > 0 and folded[n - 1].isdigit())))
        or (word in _SHORT and "".join(folded[n + 1 : n + 2]).isdigit())
        for n, word in enumerate(folded)
    ]
    return any(is_telling) and all(
        is_one
        or word.isdigit()
        or word in _BESIDES
        or word in _NEARBY
        or word in _AROUND
        or spoken.is_said_of_times(word)
        for is_one, word in zip(is_telling, folded, strict=True)
    )


def _looks_timely(word: str) -> bool:
    is_word = len(word) >= SHORTEST and (spoken.is_known(word) or _is_slip(word, spoken.spellings()))
    return word.isdigit() or word in _VAGUE or is_word


def _is_slip(word: str, near: tuple[str, ...] | set[str]) -> bool:
    return len(word) >= SHORTEST and bool(difflib.get_close_matches(word[:20], near, n=1, cutoff=ALIKE))
