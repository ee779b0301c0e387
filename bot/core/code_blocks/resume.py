"""Continue an answer that broke off within a file: keep its beginning, and join what follows to it."""

from __future__ import annotations

import re

from bot.core.code_blocks.blocks import blocks

GO_ON = (
    "Your answer broke off at the length limit. "  # not for people: told to the model
    "Go on exactly where it stopped, from the next character on: "
    "without a word before it, without opening the code block again, and without giving anything twice."
)
LEAST_REPEATED = 10  # characters of a line; fewer may repeat by chance

_FENCE = re.compile(r"\A\s*+(?:`{3,}+|~{3,}+)[^\n`]*+\n")


def unfinished(text: str) -> str:
    """Return an answer from its unclosed block on, "" if all blocks are closed."""
    found = blocks(text)
    if not found or found[-1].is_closed:
        return ""
    return "\n".join(re.split(r"\r\n|\r|\n", text)[found[-1].first :])


def joined(begun: str, rest: str) -> str:
    """Join a beginning with what follows it; a fence or a line that the model began again counts once."""
    if not begun:
        return rest
    rest = _FENCE.sub("", rest, count=1)
    last = begun.rpartition("\n")[2]
    return begun + (rest[len(last) :] if len(last.strip()) >= LEAST_REPEATED and rest.startswith(last) else rest)
