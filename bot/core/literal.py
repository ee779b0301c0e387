"""Words that Markdown reads as words."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\\[\]<>`*_~|#])")
# Where an address gets a space without width, so that no client makes a link of it.
_ADDRESS = re.compile(r"(?<=[a-z0-9]:)(?=//)|(?<=\bwww)(?=\.)|(?<=[\w-]@)(?=[\w-]{1,63}\.)", re.IGNORECASE)


def literal(text: str) -> str:
    """Escape a text, so that it is on one line, and has no links or markup of its own."""
    return _ADDRESS.sub("\u200b", _MARKUP.sub(r"\\\1", " ".join(text.split())))
