"""Judge a column by its heading, in the languages and the tools that I know."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

LONGEST_NAME = 60  # characters; longer ones are questions, or no headings

_WORDS = tomllib.loads(Path(__file__).with_name("headings.toml").read_text(encoding="utf-8"))
_GROUPS = {group: frozenset(words.split()) for group, words in _WORDS.items()}
TEXTS, WEAK, TITLES, OTHERS = (_GROUPS[group] for group in ("texts", "weak", "titles", "others"))
ASKING, ANSWERING, SERVING = (_GROUPS[group] for group in ("asking", "answering", "serving"))
REPLIES, ANSWERS, BODIES = (_GROUPS[group] for group in ("replies", "answers", "bodies"))
_WRITTEN = TEXTS | ANSWERS
CUSTOMERS, TEAM = "customers", "team"
ASKED = 4.5  # the score of a heading that names the customers' own words: the highest
LONGEST_WORD = 20  # characters, of a compound such as "Kundenkommentar"
LEAST_SUFFIX = 5
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+", re.UNICODE)
_EAST = 0x0E00  # from Thai on
_JOINTS = "sの的"  # of compounds, as in "Nutzerskommentar"
_ENDS_AS_QUESTION = ("?", "\uff1f", "\u061f")


def folded(name: str) -> str:
    """Return a heading normalized for comparison: without extra blanks, ignoring case."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def tokens(name: str) -> tuple[str, ...]:
    """Split a heading into words: `reviewText`, `review_text` and “Review Text” are the same."""
    return tuple(word.casefold() for word in _WORD.findall(unicodedata.normalize("NFC", name[:500])))


def is_question(name: str) -> bool:
    """Return whether a heading asks something."""
    return name.strip().rstrip("*_ \"'”").endswith(_ENDS_AS_QUESTION)


def is_known(name: str) -> bool:
    """Return whether a cell is what columns are called."""
    words = tokens(name)
    if not words or len(name) > LONGEST_NAME:
        return False
    known = sum(any(_is(word, group) for group in (TEXTS, TITLES, OTHERS)) for word in words)
    return folded(name) in TEXTS or known * 2 >= len(words)


def names_text(name: str) -> bool:
    """Return whether a heading ends in a word for what people write."""
    words = tokens(name)
    return folded(name) in TEXTS or bool(words and _is(words[-1], TEXTS))


def is_title(name: str) -> bool:
    """Return whether a column holds short texts that say what the longer one is about."""
    return titled(name) is not None


def titled(name: str) -> tuple[str, ...] | None:
    """Return what is before the word for a title in a heading, None where it names none.

    A ticket's or a card's name is its title; a ticket's short description, too.
    """
    words = tokens(name)
    if words[-2:] == ("short", "description"):
        return words[:-2]
    is_named = words[-1:] and words[-1] in _GROUPS["names"] and words[-2:-1] and words[-2] in _GROUPS["tickets"]
    return words[:-1] if words and (is_named or _is(words[-1], TITLES)) else None


def bare(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words of a heading without those for a ticket, a card or a post."""
    return tuple(word for word in words if word not in _GROUPS["tickets"])


def is_asked(name: str) -> bool:
    """Return whether a heading names customers, and nothing known that they have but what they wrote."""
    words = _parted(tokens(name))
    is_theirs = any(word in ASKING for word in words) and not _is_answer(words)
    return is_theirs and (words[-1] in ASKING or not any(_is(words[-1], group) for group in (OTHERS, TITLES)))


def ends_in_person(name: str) -> bool:
    """Return whether a heading ends in a word for customers that stands alone: it may say who wrote."""
    words = tokens(name)
    return bool(words) and words[-1] in ASKING and not any(word in _GROUPS["of"] for word in words)


def is_answer(name: str) -> bool:
    """Return whether a heading's last word is one for what answers something, such as “reply”."""
    words = _parted(tokens(name))
    return bool(words) and words[-1] in ANSWERS


def owner(name: str) -> str:
    """Return whose texts a heading says that a column holds: `CUSTOMERS`, `TEAM`, other words it has, or ""."""
    words = _parted(tokens(name))
    if _is_answer(words):
        return TEAM
    if any(word in ASKING for word in words):
        return CUSTOMERS
    left = [word for word in words if not (word.isdigit() or _is(word, TEXTS) or word in ANSWERS)]
    return "" if is_question(name) else " ".join(left)


def says_text(name: str) -> float:
    """Judge by its heading whether a column holds what people wrote: 3 is yes, -3 is no, 0 is not told.

    `ASKED`, more than yes, is for the words of customers where the heading says that they are theirs.
    """
    words = tokens(name)
    if folded(name) in TEXTS:
        return 2.0 if folded(name) in WEAK else 3.0
    if is_question(name):
        return 2.0
    if len(name) > LONGEST_NAME:
        return 1.5  # a question without its mark
    return _told(words) if words else 0.0


def _told(words: tuple[str, ...]) -> float:
    if _is(words[-1], TITLES):
        return 1.0
    parts = _parted(words)
    if _is_answer(parts) or words[0] in {"is", "has"}:
        return -3.0
    last, is_text = parts[-1], [_is(word, TEXTS) for word in parts]
    is_asking = [word in ASKING for word in parts]
    if any(is_text) and any(is_asking) and (is_text[-1] or is_asking[-1]):
        return ASKED
    is_other = [_is(word, OTHERS) and not text for word, text in zip(parts, is_text, strict=True)]
    if is_other[-1] or last in ASKING:
        return -3.0
    if any(is_text):
        return 2.0 if any(is_other) else 2.5
    return -1.5 if any(is_other) or any(word in ANSWERING for word in parts) else 0.0


def _is_answer(words: tuple[str, ...]) -> bool:
    """Return whether a column holds what a team answered: that is not what is to be sorted."""
    if any(word in {"reply", "replies", "replied"} for word in words):
        return True
    at = next((n for n, word in enumerate(words) if word in _GROUPS["to"]), len(words))
    if at < len(words) and any(word in ASKING for word in words[:at] + words[at + 1 :]):
        return not any(word in ASKING for word in words[:at])  # "response to customer", "customer's note to agent"
    by_team = any(_is(word, ANSWERING) for word in words) and any(_is(word, REPLIES) for word in words)
    return by_team or (any(_is(word, SERVING) for word in words) and any(_is(word, ANSWERS) for word in words))


def _parted(words: tuple[str, ...]) -> tuple[str, ...]:
    """Split compounds of who wrote and what, such as "kundenkommentar"."""
    return tuple(part for word in words for part in _parts(word))


def _parts(word: str) -> tuple[str, ...]:
    for n in range(1, min(len(word), LONGEST_WORD)):
        who, what = word[:n], word[n:]
        is_who = who in ASKING or who in ANSWERING or who in SERVING
        if is_who and (rest := next((one for one in (what, what.lstrip(_JOINTS)) if one in _WRITTEN), "")):
            return who, rest
    return (word,)


def _is(word: str, group: frozenset[str]) -> bool:
    """Return whether a word is one of a group, or ends in one: scripts without blanks and German build words so."""
    if word in group:
        return True
    least = 2 if word and ord(word[0]) >= _EAST else LEAST_SUFFIX
    return any(word[n:] in group for n in range(max(1, len(word) - LONGEST_WORD), len(word) - least + 1))
