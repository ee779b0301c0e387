"""Which pieces of a text can hold no part of an address, so that they need not be read: most of them."""

from __future__ import annotations

import re

_UNSEEN = "\0-\x08\x0b\x0c\x0e-\x1f\x7f\u202d\u202e\ufeff"
# Most pieces have none of these, and do not end with one of `_LAST`. The rest is looked at again.
_SIGN = re.compile(rf"[`\[\]<&\\@./{_UNSEEN}]")
_LAST = frozenset("hHtTpPsSwW:!")
_MARK = re.compile(rf"[`\[\]<&\\@{_UNSEEN}]|[:/]/|\.\w")
_LAST_WORD = re.compile(r"(?<![a-z0-9])(?:https?:?/?|ht?t?|w{1,3}\.?)\Z|!\Z", re.IGNORECASE)
_LONGEST_LAST_WORD = 8
_JOINS = frozenset(".@:/]")


def is_plain(piece: str, before: str) -> bool:
    """Return whether a piece neither holds, begins nor ends an address, a link or code. `before` is the sign before."""
    if before in _JOINS:
        return False
    if not _SIGN.search(piece) and piece[-1:] not in _LAST:
        return True
    return not (_MARK.search(piece) or _LAST_WORD.search(piece, max(0, len(piece) - _LONGEST_LAST_WORD)))
