"""Signs in disguise, as entities of HTML or after a backslash: what readers make of them may be part of an address."""

from __future__ import annotations

import html
import re

from bot.core.addresses import BREAK
from bot.core.writing.labeled_links import unescaped

_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_BEGUN = re.compile(r"&[#\w]{0,32}\Z")
_PARTS = frozenset(":/.@?#=")


def entity(text: str, start: int) -> tuple[str, int] | None:
    """Return what to write for the entity that begins there, and where it ends; None where it may go on.

    A sign that may be part of an address is kept apart from what is around it.
    """
    found = _ENTITY.match(text, start)
    if found is None:
        return None if _BEGUN.match(text, start) else ("&", start + 1)
    sign = html.unescape(found[0])
    is_part = len(sign) == 1 and sign.isascii() and (sign.isalnum() or sign in _PARTS)
    return (BREAK + sign + BREAK if is_part else found[0]), found.end()


def escape(text: str, start: int) -> tuple[str, int] | None:
    """Return what to write for the backslash that stands there, with what it escapes, and where that ends, as above.

    An angle bracket is not escaped for all readers.
    """
    sign = text[start + 1 : start + 2]
    if not sign:
        return None
    if sign in _PARTS:
        return BREAK + sign + BREAK, start + 2
    is_escaped = sign != "<" and unescaped(f"\\{sign}") == sign
    return (f"\\{sign}", start + 2) if is_escaped else ("\\", start + 1)
