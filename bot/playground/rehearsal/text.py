"""Text analysis without a model: words, sentences, central sentences, themes, tagged content."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import sqrt

SHOWN_OF_SENTENCE = 400  # characters
MAX_WORDS_OF_THEME = 3
MAX_THEMES = 5
# How many sentences summarize a text of up to that many.
SUMMARY_SIZES = ((3, 1), (8, 2), (30, 3))
MAX_SUMMARY = 5
ALIKE = 0.6  # the share of words in common that makes one of two sentences superfluous
LEAST_TELLING = 3  # words that carry meaning: a heading has fewer
FEWEST_WORDS = 4  # that carry meaning: a shorter sentence counts as if it had as many

_STOPWORDS = """
a about above after again against all also am an and any are aren't as at be because been before being below between
both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each even ever few for
from further get gets got had has have haven't having he her here hers him his how i i'd i'll i'm i've if in into is
isn't it it's its itself just let like made make many may me might more most much must my myself no nor not now of off
on once one only or other our ours out over own per please put same she should shouldn't since so some still such than
that that's the their theirs them themselves then there these they this those through till tis to too under until up
upon us use very was wasn't we we're were what what's when whenever where whether which while who whom why will with
won't would wouldn't yes yet you you're your yours
"""
STOPWORDS = frozenset(_STOPWORDS.split())
ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "cf.", "vs.", "dr.", "mr.", "mrs.", "ms.", "no.", "st.")

# \u2019 is the curly apostrophe; \u3002, \uff01 and \uff1f end sentences in Chinese and Japanese, without a space.
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_CLAUSE_END = re.compile(r"(?<=[:;])\s+")
_LIST_MARK = re.compile(r"^(?:[-*•>#]+|\d{1,3}[.)])\s+")
_NAMED = re.compile(r"<?@[\w-]+>?")
_PUNCTUATION = re.compile(r"[^\w\s'\u2019]+")


@dataclass(frozen=True, slots=True)
class Theme:
    """A phrase of a text, and how often it occurs."""

    phrase: str
    count: int


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return [word.replace("\u2019", "'") for word in _WORD.findall(text.casefold())]


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """Strip the most common English endings, so that "crashes" and "crashed" match; other languages lose little."""
    word = word.removesuffix("'s")
    for ending in ("ing", "ed", "ly"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            word = word.removesuffix(ending)
            break
    else:
        if word.endswith("s") and not word.endswith("ss") and len(word) > 3:  # noqa: PLR2004 - "is", "gas" stay
            word = word[:-1]
    word = word.removesuffix("e")
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word  # noqa: PLR2004 - "logg" → "log"; "add" stays


def stems(text: str) -> list[str]:
    """Return the stems of a text's words that carry meaning."""
    return [stem(word) for word in words(text) if word not in STOPWORDS]


def sentences(text: str) -> list[str]:
    """Split a text into sentences, each on one line."""
    runs: list[list[str]] = []
    for raw in _SENTENCE_END.split(text):
        sentence = " ".join(_LIST_MARK.sub("", raw.strip()).split())
        if not sentence:
            continue
        if runs and runs[-1][-1].casefold().endswith(ABBREVIATIONS):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return [" ".join(run) for run in runs]


def shorten(text: str, length: int) -> str:
    """Return a text on one line of at most `length` characters, cut between words if possible."""
    line = " ".join(text[: length * 4].split())
    if len(line) <= length and len(text) <= length * 4:
        return line
    return (line[: length - 1].rpartition(" ")[0] or line[: length - 1]) + "…"


def central(text: str, count: int | None = None) -> list[str]:
    """Return the sentences with the text's most frequent words, the first one favored, in their original order.

    A text of a single sentence is split into clauses.
    """
    found = sentences(text)
    found = _CLAUSE_END.split(found[0]) if len(found) == 1 else found
    count = size_of(len(found)) if count is None else count
    contents = [stems(sentence) for sentence in found]
    weights = Counter(word for content in contents for word in content)

    def score(number: int) -> float:
        content = contents[number]
        # A sentence of two or three words says little, however often they are repeated.
        total = sum(weights[word] for word in set(content)) / sqrt(max(len(content), FEWEST_WORDS))
        total *= min(1.0, len(content) / LEAST_TELLING)
        return total * (1.5 if number == 0 and len(content) >= FEWEST_WORDS else 1.0)

    best: list[int] = []
    for number in sorted(range(len(found)), key=lambda number: (-score(number), number)):
        if len(best) == count:
            break
        if not any(_are_alike(contents[number], contents[other]) for other in best):
            best.append(number)
    return [shorten(found[number], SHOWN_OF_SENTENCE) for number in sorted(best)]


def _are_alike(one: list[str], other: list[str]) -> bool:
    """Return whether two sentences share most of the words of the shorter one."""
    shorter = min(len(set(one)), len(set(other)))
    return shorter > 0 and len(set(one) & set(other)) > ALIKE * shorter


def size_of(count: int) -> int:
    """Return how many sentences summarize a text of so many."""
    return next((size for limit, size in SUMMARY_SIZES if count <= limit), MAX_SUMMARY)


def themes(text: str, count: int = MAX_THEMES) -> list[Theme]:
    """Return the phrases that a text repeats, without near duplicates; people who are mentioned are no theme."""
    text = _NAMED.sub(". ", text)
    weights = Counter(stems(text))
    found: Counter[tuple[str, ...]] = Counter()
    for part in _PUNCTUATION.split(text):
        for is_content, run in groupby(words(part), key=lambda word: word not in STOPWORDS):
            if is_content:
                found.update(_cut(list(run)))
    ranked = sorted(found, key=lambda phrase: -found[phrase] * sum(weights[stem(word)] for word in phrase))
    chosen: list[Theme] = []
    covered: set[str] = set()
    for phrase in ranked:
        if len(chosen) == count:
            break
        if not covered.issuperset(stem(word) for word in phrase):
            covered.update(stem(word) for word in phrase)
            chosen.append(Theme(" ".join(phrase), found[phrase]))
    return chosen


def _cut(run: list[str]) -> list[tuple[str, ...]]:
    """Split a run of words into phrases, without those of only one or two letters or only digits."""
    phrases = (tuple(run[n : n + MAX_WORDS_OF_THEME]) for n in range(0, len(run), MAX_WORDS_OF_THEME))
    return [phrase for phrase in phrases if any(len(word) > 2 and not word.isdecimal() for word in phrase)]  # noqa: PLR2004 - as said


def tagged(text: str, tag: str) -> object | None:
    """Return the content of a tag, decoded from JSON; the raw text if it is not JSON, None without the tag.

    Only the JSON shows where the content ends: a closing tag may be part of a string in it.
    """
    _, opening, rest = text.partition(f"<{tag}>")
    if not opening:
        return None
    data: object
    try:
        data, _ = json.JSONDecoder().raw_decode(rest.lstrip())
    except (ValueError, RecursionError):
        return rest.partition(f"</{tag}>")[0]
    return data
