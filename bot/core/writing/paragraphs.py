"""The text of an answer that comes in parts: each begins a new paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.writing.unlinking import Unlinking


class Paragraphs:
    """Passes text on; a round's begins a new paragraph."""

    def __init__(self, text: Unlinking) -> None:
        self._text = text
        self._begins = False

    @property
    def text(self) -> str:
        """All that people have seen."""
        return self._text.text

    def begin(self) -> Callable[[str], None]:
        """Return what writes the next part: as a paragraph of its own, if there is text before it."""
        self._text.close()
        self._begins = bool(self.text.strip())
        return self.write if self._begins else self._text.write

    def write(self, piece: str) -> None:
        """Pass a piece on."""
        if self._begins and piece.strip():
            piece, self._begins = f"\n\n{piece.lstrip()}", False
        self._text.write(piece)

    def close(self) -> None:
        """Pass on what is waiting."""
        self._text.close()
