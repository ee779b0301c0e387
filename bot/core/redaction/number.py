"""Card numbers and IBANs, however their digits are grouped; the check digits decide."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Span = tuple[int, int]

# What stands between digits: spaces of all widths, tabs, dots, dashes, slashes, and what is not seen at all.
_GAP = "[ \t.\\-/_\u00a0\u00ad\u2000-\u200d\u2010-\u2015\u202f\u205f\u2060\u2212\u3000\ufeff]"
_CARD = re.compile(rf"(?<![\w])(?<!\d[.,])\d{{1,19}}(?:{_GAP}{{1,3}}\d{{1,19}}){{0,23}}(?!\w)")
_GROUP = re.compile(r"\d+")
_IBAN = re.compile(
    rf"(?<![^\W_])[a-z]{{2}}{_GAP}{{0,3}}\d{_GAP}{{0,3}}\d(?:{_GAP}{{0,3}}[a-z0-9]){{11,34}}", re.IGNORECASE
)
_ALNUM = re.compile(r"[a-z0-9]", re.IGNORECASE)
SHORTEST_CARD, LONGEST_CARD = 13, 19
LONGEST_WHOLE = 3  # figures before a point, more often of a decimal than of a card
SHORTEST_IBAN, LONGEST_IBAN = 15, 34

# What the numbers of Visa, Mastercard, American Express, Diners Club, Discover, UnionPay and JCB begin with, and their
# lengths; https://en.wikipedia.org/wiki/Payment_card_number
_ISSUERS = (
    (re.compile("4"), {13, 16, 19}),
    (re.compile("5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), {16}),
    (re.compile("3[47]"), {15}),
    (re.compile("3(?:0[0-5]|[689])"), {14}),
    (re.compile("6(?:011|4[4-9]|5|2)|35"), {16, 17, 18, 19}),
)
_USUAL = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (4, 3, 3, 3), (6, 13))


def cards(text: str) -> Iterator[Span]:
    """Find card numbers: groups of any size where they are all of it, of a usual size among other digits."""
    from stdnum import luhn  # noqa: PLC0415 (only who redacts pays for it)

    for match in _CARD.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *match.span())]
        for first, last in _windows(text, groups):
            digits = "".join(str(int(one)) for start, end in groups[first:last] for one in text[start:end])
            if _is_issued(digits) and luhn.is_valid(digits):
                yield groups[first][0], groups[last - 1][1]
                break


def _windows(text: str, groups: Sequence[Span]) -> Iterator[Span]:
    sizes = [end - start for start, end in groups]
    gaps = {text[before[1] : after[0]] for before, after in pairwise(groups)}
    # Figures that are grouped oddly and parted in several ways are rather a table, or several things.
    is_even = len(gaps) <= 1 or all(size == sizes[0] for size in sizes[:-1])
    if len(groups) == 2 and "." in gaps and sizes[0] <= LONGEST_WHOLE:  # noqa: PLR2004 (before and behind the point)
        return
    if SHORTEST_CARD <= sum(sizes) <= LONGEST_CARD and is_even and (min(sizes) > 1 or len(set(sizes[:-1])) <= 1):
        yield 0, len(groups)
    for first in range(len(groups)):
        for usual in _USUAL:
            if tuple(sizes[first : first + len(usual)]) == usual:
                yield first, first + len(usual)
        if SHORTEST_CARD <= sizes[first] <= LONGEST_CARD and text[groups[first][0] - 1 : groups[first][0]] != ".":
            yield first, first + 1


def _is_issued(digits: str) -> bool:
    return any(len(digits) in lengths and start.match(digits) for start, lengths in _ISSUERS)


def ibans(text: str) -> Iterator[Span]:
    """Find IBANs. The word after one may look like a part of it, so each end that a word has is tried."""
    from stdnum import iban  # noqa: PLC0415 (as above)

    for match in _IBAN.finditer(text):
        signs = [sign.start() for sign in _ALNUM.finditer(text, *match.span())]
        compact = "".join(text[at] for at in signs)
        for count in range(min(len(signs), LONGEST_IBAN), SHORTEST_IBAN - 1, -1):
            end = signs[count - 1] + 1
            is_end = end == len(text) or not text[end].isalnum()
            # A bank that the library does not know of has accounts all the same.
            if is_end and iban.is_valid(compact[:count], check_country=False):
                yield match.start(), end
                break
