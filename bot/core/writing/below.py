"""What the controls below an answer depend on: how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto

from bot.core.domain.interaction import Control


class End(Enum):
    """How an answer ended."""

    WHOLE = auto()
    CUT = auto()  # there is more to write
    EMPTY = auto()  # it failed before any text came


Below = Callable[[End], Sequence[Control]]
"""Returns the controls below an answer that ended so."""
