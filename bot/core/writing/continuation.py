"""Continue an answer that was cut on the model's side, once: keep the words that came, ask for the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.code_blocks.resume import joined, unfinished
from bot.core.domain.message import Role
from bot.core.ports import Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.ports import Request

GO_ON = (  # not for people: Claude is told this
    "Your answer broke off behind the words in the tags, maybe within a word. Go on exactly there, from the next "
    "character on: without repeating anything, without a word about this, and without opening a code block that is "
    "open again.\n\n<ending>{ending}</ending>"
)
ENDING = 200  # characters of the end that are quoted
SEAM = 300  # characters of what follows that are looked at before they are shown
LEAST_REPEATED = 12  # characters; fewer may repeat by chance

_LAST_WORD = re.compile(r"\w+\Z")


def rest_of(request: Request, begun: str) -> Request:
    """Ask for the rest of an answer that was begun. It has to do with what was looked up before."""
    asking = GO_ON.format(ending=begun[-ENDING:])
    return replace(
        request, last=(*request.last, Turn(Role.ASSISTANT, begun.rstrip()), Turn(Role.USER, asking)), may_call=False
    )


def without_repetition(begun: str, rest: str) -> str:
    """Remove what the rest repeats at its beginning: the fence of an open code block, the last words."""
    if unfinished(begun):
        rest = joined(begun, rest)[len(begun) :]
    if begun[-1:] == " ":
        rest = rest.lstrip(" ")
    tail = begun[-SEAM:]
    for length in range(min(len(tail), len(rest)), LEAST_REPEATED - 1, -1):
        if rest.startswith(tail[-length:]):
            return rest[length:]
    word = _LAST_WORD.search(begun[-SEAM:])
    if word and len(word[0]) > 1 and rest.startswith(word[0]) and len(word[0]) < len(begun):
        return rest[len(word[0]) :]
    return rest


class Seam:
    """Passes on what follows a partial answer, without what it repeats. `text` is what was passed on."""

    def __init__(self, begun: str, on_text: Callable[[str], None]) -> None:
        self._begun, self._on_text = begun, on_text
        self._waiting: str | None = ""
        self.text = ""

    def write(self, piece: str) -> None:
        """Take a piece; the first ones wait until there is enough to compare."""
        if self._waiting is None:
            self._give(piece)
            return
        self._waiting += piece
        if len(self._waiting) >= SEAM:
            self.close()

    def close(self) -> None:
        """Pass on what is waiting."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._give(without_repetition(self._begun, waiting))

    def _give(self, piece: str) -> None:
        if piece:
            self.text += piece
            self._on_text(piece)
