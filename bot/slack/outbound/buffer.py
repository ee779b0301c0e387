"""What was written of an answer, and how much of that a stream shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack.outbound.boundary import word_end
from bot.slack.outbound.broadcasts import harmless, safe_end
from bot.slack.outbound.message import blocks, chunks, streamable
from bot.slack.outbound.split import STREAM_LIMIT, closing
from bot.slack.outbound.thinking import Thought

if TYPE_CHECKING:
    from bot.slack.outbound.message import Part


class Buffer:
    """The text of an answer, as far as it was written, and its first `shown` characters, which a stream shows."""

    def __init__(self) -> None:
        self.text = ""  # without what could ring a channel
        self.shown = 0  # characters of the text
        self._new = ""  # what was written since, and the end of that before which may yet become a `<!channel>`
        self._thought = Thought()

    def write(self, text: str) -> None:
        """Add text."""
        self._new += text

    def think(self, text: str) -> None:
        """Add thinking."""
        self._thought.take(text)

    def take(self, *, whole: bool = False) -> None:
        """Move what was written into the text, except what may yet become a `<!channel>`; `whole`: all of it."""
        end = len(self._new) if whole else safe_end(self._new)
        self.text += harmless(self._new[:end])
        self._new = self._new[end:]
        if whole:
            self.text += closing(self.text)

    def next(self, *, to_the_end: bool = False) -> tuple[list[dict[str, Any]], int]:
        """Return what there is to stream, and how many characters of the text are shown with it.

        It ends after a word, or a line of code, so that none is torn where the stream ends; `to_the_end`: or within.
        """
        end = streamable(self.text, STREAM_LIMIT)
        if not to_the_end:
            end = self._settled(end)
        has_text = bool(self.text[self.shown : end].strip())
        pieces = self._thought.chunks(is_over=has_text)
        if has_text:
            pieces += chunks(blocks(self.text, self.shown, end, raw=True))
        return pieces, end if has_text else self.shown

    def _settled(self, end: int) -> int:
        """Return up to where words are whole, and in code lines, so that it can be continued elsewhere."""
        end = word_end(self.text, self.shown, end)
        if not closing(self.text[:end]):
            return end
        return max(self.shown, self.text.rfind("\n", self.shown, end) + 1)

    def has_more(self) -> bool:
        """Return whether a word waits for its end."""
        return bool(self.text[self.shown : streamable(self.text, STREAM_LIMIT)].strip())

    def rest(self, part: Part) -> list[dict[str, Any]]:
        """Return what a stream has to say yet, for its message to say all of `part`."""
        below = part.below()
        return [
            *self._thought.chunks(is_over=True),
            *chunks(blocks(part.text, self.shown, len(part.text), raw=True)),
            *([{"type": "blocks", "blocks": below}] if below else []),
        ]
