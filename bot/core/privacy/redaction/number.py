"""Card numbers and IBANs, however their digits are grouped; the check digits decide."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Span = tuple[int, int]

# What stands between digits: spaces of all widths, tabs, dots, dashes, slashes, and what is not seen at all.
_GAP = "[ \t.\\-/_\u00a0\u00ad\u2000-\u200d\u2010-\u2015\u202f\u205f\u2060\u2212\u3000\ufeff]"
_CARD = re.compile(rf"(?<![\w])(?<!\d[.,])\d{{1,19}}(?:{_GAP}{{1,3}}\d{{1,19}}){{0,23}}(?!\w)")
_GROUP = re.compile(r"\d+")
# Other signs, and more of them, stand between the items of lists, too.
_ANY_GAP = re.compile(r"[\W_]{1,6}")
_OF_LISTS = re.compile(r"[,;|\t\n]")
# Letters and figures of full width are some, too.
_LETTER = "A-Za-z\uff21-\uff3a\uff41-\uff5a"
_BETWEEN = r"[\W_]{0,6}"
_IBAN = re.compile(rf"(?<![^\W_])(?=([{_LETTER}]{{2}}{_BETWEEN}\d{_BETWEEN}\d(?:{_BETWEEN}[{_LETTER}\d]){{11,30}}))")
_ALNUM = re.compile(r"[^\W_]")
SHORTEST_CARD, LONGEST_CARD = 13, 19
LONGEST_GAP = 6  # characters
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
    end = 0
    for start, stop in sorted([*_in_numbers(text), *_in_lists(text)]):
        if start >= end:
            yield start, stop
            end = stop


def _in_numbers(text: str) -> Iterator[Span]:
    for match in _CARD.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *match.span())]
        for first, last in _windows(text, groups):
            if _is_card(text, groups[first:last]):
                yield groups[first][0], groups[last - 1][1]
                break


def _in_lists(text: str) -> Iterator[Span]:
    """Find card numbers whose groups are parted by anything, as the items of a list may be."""
    groups = [group.span() for group in _GROUP.finditer(text)]
    gaps = [
        text[before[1] : after[0]] if after[0] - before[1] <= LONGEST_GAP else "" for before, after in pairwise(groups)
    ]
    gaps = ["", *(gap if _ANY_GAP.fullmatch(gap) else "" for gap in gaps), ""]  # before each group, and after the last
    for first in range(len(groups)):
        last, size = first + 1, groups[first][1] - groups[first][0]
        while last < len(groups) and gaps[last] and size < LONGEST_CARD:
            size += groups[last][1] - groups[last][0]
            last += 1
            if SHORTEST_CARD <= size <= LONGEST_CARD and _is_apart(text, groups, gaps, first, last):
                yield groups[first][0], groups[last - 1][1]
                break


def _is_apart(text: str, groups: Sequence[Span], gaps: Sequence[str], first: int, last: int) -> bool:
    """Return whether groups are a card number, and not some of a longer list's."""
    sizes = tuple(end - start for start, end in groups[first:last])
    inner, around = set(gaps[first + 1 : last]), (gaps[first], gaps[last])
    if len(inner) > 1 and sizes != _USUAL[0]:
        return False
    beside = [groups[at] for at, gap in zip((first - 1, last), around, strict=True) if gap and gap in inner]
    is_usual = sizes in _USUAL and all(end - start != sizes[0] for start, end in beside)
    is_alone = not beside and (len(sizes) > 2 or not any(map(_OF_LISTS.search, inner)))  # noqa: PLR2004 (two items)
    is_even = len(set(sizes[:-1])) == 1 or min(sizes) >= 4  # noqa: PLR2004
    start, end = groups[first][0], groups[last - 1][1]
    is_word = text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()
    return not is_word and (is_usual or (is_alone and is_even)) and _is_card(text, groups[first:last])


def _is_card(text: str, groups: Sequence[Span]) -> bool:
    from stdnum import luhn  # noqa: PLC0415 (only who redacts pays for it)

    digits = "".join(str(int(one)) for start, end in groups for one in text[start:end])
    return _is_issued(digits) and luhn.is_valid(digits)


def _windows(text: str, groups: Sequence[Span]) -> Iterator[Span]:
    sizes = [end - start for start, end in groups]
    gaps = {text[before[1] : after[0]] for before, after in pairwise(groups)}
    # Figures that are grouped oddly and parted in several ways are rather a table, or several things.
    is_even = len(gaps) <= 1 or all(size == sizes[0] for size in sizes[:-1])
    if len(groups) == 2 and "." in gaps and sizes[0] <= LONGEST_WHOLE:  # noqa: PLR2004 (before and after the point)
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

    last = 0
    for match in _IBAN.finditer(text):
        if match.start() < last:
            continue
        signs = [sign.start() for sign in _ALNUM.finditer(text, *match.span(1))]
        compact = "".join(_plain(text[at]) for at in signs)
        for count in range(min(len(signs), LONGEST_IBAN), SHORTEST_IBAN - 1, -1):
            last = signs[count - 1] + 1
            is_end = last == len(text) or not text[last].isalnum()
            # A bank that the library does not know of has accounts all the same.
            if is_end and iban.is_valid(compact[:count], check_country=False):
                yield match.start(), last
                break
        else:
            last = 0


def _plain(sign: str) -> str:
    return str(int(sign)) if sign.isdecimal() else normalize("NFKC", sign)
