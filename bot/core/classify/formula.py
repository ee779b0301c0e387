"""Keep a spreadsheet from running texts as formulas, in a way that can be undone.

What opens our file may split its cells at other places than we do: at semicolons in half of Europe, at tabs, at line
ends where a quote is not the first of its cell. So each place where a cell could begin is guarded, not only the first.
An apostrophe there makes it a text: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import re

# What may precede a cell's first character, or be dropped there: blanks, controls, quotes, and cell separators.
_PARTS = ",;\t|\r\n"
_BEFORE = "\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff\"',;|"
_RUNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b"  # the wide and the small forms too
_START = re.compile(rf"(?<![{_BEFORE}])(?P<before>[{_BEFORE}]++|\A)(?=[{_RUNS}])")
_NUMBER = re.compile(r"[+-]\d++(?:[.,]\d++)*(?:[eE][+-]?\d++)?%?")


def harmless(text: str) -> str:
    """Put an apostrophe before each character that could begin a formula; numbers such as -42 and +3% stay."""
    return text if _NUMBER.fullmatch(text) else _START.sub(_guarded, text)


def restored(text: str) -> str:
    """Remove the apostrophes that `harmless` added."""
    return _START.sub(_bare, text)


def _begins_cell(match: re.Match[str]) -> bool:
    return match.start() == 0 or any(one in match["before"] for one in _PARTS)


def _guarded(match: re.Match[str]) -> str:
    return f"{match['before']}'" if _begins_cell(match) else match["before"]


def _bare(match: re.Match[str]) -> str:
    return match["before"].removesuffix("'") if _begins_cell(match) else match["before"]
