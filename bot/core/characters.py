"""Characters that no platform or database accepts: lone surrogates, and NUL."""

from __future__ import annotations

import re

_HALF = re.compile(r"[\ud800-\udfff]")


def sendable(text: str) -> str:
    """Join surrogate pairs, replace lone surrogates, and remove NUL."""
    if _HALF.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")


def ends_with_half(text: str) -> bool:
    """Return whether a text ends with the first half of a character, whose second may yet come."""
    return "\ud800" <= text[-1:] <= "\udbff"
