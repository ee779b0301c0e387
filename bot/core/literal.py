"""Words that Markdown reads as words."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\\[\]<>`*_~|#])")
# Where an address gets a space without width, so that no client makes a link of it.
_ADDRESS = re.compile(r"(?<=[a-z0-9]:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_MAILBOX = re.compile(r"(?<=[\w-]@)(?=[\w-]{1,63}\.)")


def literal(text: str, *, keeps_mail: bool = False) -> str:
    """Escape a text, so that it is on one line, and has no links or markup of its own.

    `keeps_mail`: an e-mail address stays as it is, for people to copy.
    """
    escaped = _ADDRESS.sub("\u200b", _MARKUP.sub(r"\\\1", " ".join(text.split())))
    return escaped if keeps_mail else _MAILBOX.sub("\u200b", escaped)
