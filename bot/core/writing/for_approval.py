"""Texts that people approve before anyone else reads them: as long as a form's field holds, and calling no one."""

from __future__ import annotations

import re

_MENTION = re.compile("<(?=[@#!])")  # of whoever has no name that is known


def shortened(text: str, longest: int) -> str:
    """Return as many paragraphs of a text as there is room for, or the beginning of the first."""
    if len(text) <= longest:
        return text
    end = text.rfind("\n\n", 0, longest)
    return text[:end] if end > 0 else cut(text, longest)


def cut(text: str, longest: int) -> str:
    """Return the beginning of a text, with a sign for the rest."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def uncalled(text: str) -> str:
    """Let a text call no one."""
    return _MENTION.sub("<\u200b", text)
