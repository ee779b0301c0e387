"""Where a text can be cut: between words, else between what a person sees as characters, and in nothing that is one.

A link, a mention, an address, an entity and a piece of code in a line are one thing. All is read in one pass.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_WORD = 300  # characters that are waited for; a longer one is shown before its end
LONGEST_CHARACTER = 40  # code points that a person may see as one character
LONGEST_LINK = 3_000  # characters between a link's brackets and its end

# ZERO WIDTH NON-JOINER and JOINER, the keycap; https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundary_Rules
_JOINER = "\u200d"
_EXTENDING = {"\u200c", _JOINER, "\u20e3"}
_MARKS = {"Mn", "Me", "Mc"}
_RANGES = (("\U0001f3fb", "\U0001f3ff"), ("\U000e0020", "\U000e007f"), ("\u1160", "\u11ff"))  # tones, tags, jamo
_REGIONS = ("\U0001f1e6", "\U0001f1ff")
_VIRAMAS = set("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d")
_WIDE = {"W", "F"}

_FENCE = re.compile(r"^[ \t>*+\-\d.)\[\]xX]{0,60}?(`{3,})", re.MULTILINE)
_TOKEN = re.compile(r"\\[^\s]|`+|\n[ \t]*\n|<[^<>\n]{1,3000}>|&#?[A-Za-z0-9]{1,31};|[\[\]()]|\s+|[^\\`\[\]()<>\s&]+|.")


def word_end(text: str, start: int, end: int) -> int:
    """Return up to where `text[start:end]` has whole words, `start` for nowhere. An overlong word counts as whole."""
    for at in range(end, max(start, end - LONGEST_WORD), -1):
        if _is_between_words(text, at):
            return at
    return between_characters(text, end, start) if end - start > LONGEST_WORD else start


def _is_between_words(text: str, at: int) -> bool:
    if text[at - 1].isspace() or (at < len(text) and text[at].isspace()):
        return True
    before = text[at - 1]
    # Scripts that put no space between words.
    return before > "\u2e80" and unicodedata.east_asian_width(before) in _WIDE and not is_within_character(text, at)


def is_within_character(text: str, at: int) -> bool:
    """Return whether a cut would take an emoji, a flag, or a letter with its marks apart."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if after < "\u0300":
        return before == "\r" and after == "\n"
    if after in _EXTENDING or before == _JOINER or unicodedata.category(after) in _MARKS:
        return True
    if before in _VIRAMAS and unicodedata.category(after) == "Lo":
        return True
    if all(_REGIONS[0] <= side <= _REGIONS[1] for side in (before, after)):
        first = at
        while first and _REGIONS[0] <= text[first - 1] <= _REGIONS[1]:
            first -= 1
        return (at - first) % 2 == 1
    return any(low <= after <= high for low, high in _RANGES)


def between_characters(text: str, at: int, earliest: int) -> int:
    """Return where to cut, no later than `at`, and not within a character unless that is overlong."""
    for cut in range(at, max(earliest, at - LONGEST_CHARACTER, 0), -1):
        if not is_within_character(text, cut):
            return cut
    return at


def wholes(text: str) -> list[tuple[int, int]]:
    """Return from where to where a text must not be cut, in order: links, addresses, mentions, entities, code."""
    return _Wholes(text).found


def whole_around(found: Sequence[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """Return what a cut would take apart, of what `wholes` found."""
    number = bisect_right(found, (at, -1)) - 1
    if number >= 0 and found[number][0] < at < found[number][1]:
        return found[number]
    return None


class _Wholes:
    """One pass over a text. Of what is in one another, the outer is kept."""

    def __init__(self, text: str) -> None:
        self.found: list[tuple[int, int]] = []
        self._open: list[int] = []  # brackets
        self._link: int | None = None  # where the link begins whose target is read
        self._target = self._depth = 0
        behind = 0  # what is before is code
        runs, breaks = _code_marks(text)
        for token in _TOKEN.finditer(text):
            word, at = token[0], token.start()
            if at < behind:
                continue
            if word[0] == "`":
                behind = self._code(token, runs.get(len(word), []), breaks)
            elif word[0] == "\n" and word.count("\n") > 1:
                self._open.clear()
                self._link = None
            elif len(word) > 1 and word[0] in "<&":
                self._add(at, token.end())
            else:
                self._bracket(text, word, at)

    def _code(self, token: re.Match[str], same: list[int], breaks: list[int]) -> int:
        number = bisect_right(same, token.start())
        if not number or same[number - 1] != token.start() or number == len(same):
            return 0
        end = same[number] + len(token[0])
        next_break = bisect_right(breaks, token.start())
        if next_break < len(breaks) and breaks[next_break] < end:
            return 0
        self._add(token.start(), end)
        return end

    def _bracket(self, text: str, word: str, at: int) -> None:
        if self._link is not None:
            self._in_target(word, at)
        elif word == "[":
            self._open.append(at)
        elif word == "]" and self._open:
            begun = self._open.pop()
            if text.startswith("(", at + 1):
                self._link, self._target, self._depth = begun, at, 0

    def _in_target(self, word: str, at: int) -> None:
        self._depth += {"(": 1, ")": -1}.get(word, 0)
        if self._depth == 0 and self._link is not None:
            self._add(self._link, at + 1)
            self._link = None
        elif at - self._target > LONGEST_LINK:
            self._link = None

    def _add(self, start: int, end: int) -> None:
        while self.found and self.found[-1][0] >= start:
            self.found.pop()
        if not self.found or self.found[-1][1] <= start:
            self.found.append((start, end))


def _code_marks(text: str) -> tuple[dict[int, list[int]], list[int]]:
    """Return where runs of backticks stand, by their length, and where paragraphs end. Fences are none."""
    runs: defaultdict[int, list[int]] = defaultdict(list)
    fences = {fence.start(1) for fence in _FENCE.finditer(text)}
    for run in re.finditer("`+", text):
        if run.start() not in fences:
            runs[len(run[0])].append(run.start())
    return runs, [found.start() for found in re.finditer(r"\n[ \t]*\n", text)]
