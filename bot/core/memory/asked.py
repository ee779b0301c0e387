"""What a message itself asks to be noted: “remember that …”, “merk dir …”.

Only this is written without asking. What Claude puts into a note has to be, word for word, what follows those words in
the asker's own message, from their start to the end of a sentence: then it is noted as the asker typed it. So a text
that was pasted, quoted or forwarded can't be noted by itself, and nothing can be left out of the middle.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKED_AT = 300  # characters in which courtesies and what asks for a note stand
MOST_COURTESIES = 6
NEAR = 0.8  # of 1, by difflib's measure: how near a word with a slip is to one of ours

# Not for people: what they say.
_COURTESY = re.compile(
    r"(?:hey|hi|hello|hallo|ok|okay|so|and|und|also|then|yes|yeah|ja|please|pls|plz|kindly|bitte|thanks|thank\s+you|thx"
    r"|danke|great|super|gut|parley"
    r"|(?:can|could|would|will)\s+(?:you|u)|(?:i\s+want|i\s+need|i['\u2019]d\s+like)\s+you\s+to"
    r"|(?:kannst|k(?:ö|oe)nntest|w(?:ü|ue)rdest)\s+du(?:\s+dir)?)\b[\s,!.:\u2013-]*",
    re.IGNORECASE,
)
_THAT = r"(?:\s*[,:]\s*|\s+)(?:(?:that|this|the\s+following|dass|daß|folgendes)\b)?[\s,:]*"
_ASKS = re.compile(
    r"(?:remember|memori[sz]e|keep\s+in\s+mind|bear\s+in\s+mind|(?:don['\u2019]?t|do\s+not|never)\s+forget"
    r"|(?:make|take)\s+a\s+note(?:\s+of)?|note\s+down|note(?=\s+(?:that|this|down)\b|\s*:)"
    r"|merke?\s+(?:dir|euch|es\s+dir)(?:\s+(?:bitte|mal|doch))*|notiere?(?:\s+(?:dir|bitte|mal|doch))*"
    r"|(?:vergiss|vergesst)\s+nicht|denk(?:e|t)?\s+(?:daran|dran)|behalte?(?:\s+im\s+kopf)?)"
    rf"(?P<that>{_THAT})",
    re.IGNORECASE,
)
_VERBS = ("remember", "memorize", "notiere")
_FIRST = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_SENTENCE_ENDS = re.compile(r"(?<![.!?;…])[.!?;…]++(?=\s|\Z)|\n")
_UNTIL = {
    *("until", "till", "til", "through", "by", "for", "bis", "für", "fuer", "zum", "zur", "to", "the", "end", "of"),
    *("ende", "der", "des", "am", "im", "den"),
}
_THANKS = {*("please", "pls", "plz", "bitte", "thanks", "thank", "you", "thx", "danke", "ok", "okay")}


@dataclass(frozen=True, slots=True)
class _Word:
    plain: str
    start: int
    end: int


def asked_note(said: str) -> str:
    """Return what a message asks to be noted, up to its first blank line; "" if it asks for nothing of the kind."""
    paragraph = said.lstrip().partition("\n\n")[0]
    start = 0
    for _ in range(MOST_COURTESIES):
        if not (match := _COURTESY.match(paragraph, start, LOOKED_AT)):
            break
        start = match.end()
    wanted = _mended(paragraph[start:])
    match = _ASKS.match(wanted)
    noted = wanted[match.end() :].strip() if match else ""
    first = _SENTENCE_ENDS.search(noted)
    return "" if first and "?" in first[0] else noted  # "Remember what we decided?"


def own_words(said: str, text: str, until: str = "") -> str:
    """Return a note in the words of the message that asks for it, "" if they are not the message's own.

    `until` are the words for its end, which have to be the message's, too.
    """
    noted = asked_note(said)
    words, wanted, end = _words(noted), _plain(text), _plain(until)
    if not wanted:
        return ""
    first = _span(words, 0, end) if end else 0  # "until Friday: the office is closed"
    for start in {0, first}:
        after = start + len(wanted)
        if [word.plain for word in words[start:after]] != wanted:
            continue
        rest = words[after:]
        is_timed = not end or start > 0 or _holds(wanted, end)
        if end and (timed := _span(words, after, end)) > after:
            is_timed, rest = True, words[timed:]
        if is_timed and _is_over(noted, words[:after], words[after:], rest):
            stop = words[after].start if after < len(words) else len(noted)
            return noted[words[start].start if start else 0 : stop].strip(" \t\n,:-\u2013\u2014")
    return ""


def _is_over(noted: str, taken: Sequence[_Word], others: Sequence[_Word], rest: Sequence[_Word]) -> bool:
    """Return whether a note ends where a sentence does; the words of its end, and thanks, may come before that."""
    if not rest or all(word.plain in _THANKS for word in rest):
        return True
    before = others[len(others) - len(rest) - 1] if len(others) > len(rest) else taken[-1]
    return bool(_SENTENCE_ENDS.search(noted, before.end, rest[0].start))


def _span(words: Sequence[_Word], at: int, end: Sequence[str]) -> int:
    """Return where the words for an end are over that begin there, `at` itself if none do."""
    bare = [word for word in end if word not in _UNTIL] or list(end)
    others = (n for n in range(at, len(words)) if words[n].plain not in _UNTIL or words[n].plain == bare[0])
    begin = next(others, len(words))
    after = begin + len(bare)
    return after if [word.plain for word in words[begin:after]] == bare else at


def _holds(words: Sequence[str], end: Sequence[str]) -> bool:
    bare = [word for word in end if word not in _UNTIL] or list(end)
    return any(list(words[n : n + len(bare)]) == bare for n in range(len(words) - len(bare) + 1))


def _mended(text: str) -> str:
    """Return a text whose first word asks for a note with a slip, as it was meant; any other as it is."""
    first = _FIRST.match(text)
    if first is None or not difflib.get_close_matches(first[0][:20].casefold(), _VERBS, n=1, cutoff=NEAR):
        return text
    (near,) = difflib.get_close_matches(first[0][:20].casefold(), _VERBS, n=1, cutoff=NEAR)
    return near + text[first.end() :]


def _words(text: str) -> list[_Word]:
    return [_Word(_folded(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]


def _plain(text: str) -> list[str]:
    return [_folded(match[0]) for match in _WORD.finditer(text)]


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("\u2019", "'")
