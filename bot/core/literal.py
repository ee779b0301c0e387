"""Words that Markdown reads as words."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\\[\]<>`*_~|#])")
_SCHEME = re.compile(r"(?i)\b(https?|mailto|ftp)://")  # an autolink needs its scheme's colon


def literal(text: str) -> str:
    """Escape a text, so that it is on one line, and has no links or markup of its own."""
    return _SCHEME.sub("\\1:\u200b//", _MARKUP.sub(r"\\\1", " ".join(text.split())))
