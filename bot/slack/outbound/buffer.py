"""What there is of an answer, its text and the work on it, and how much of that a stream shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack.outbound.boundary import word_end
from bot.slack.outbound.broadcasts import harmless, safe_end
from bot.slack.outbound.message import blocks, chunks, streamable
from bot.slack.outbound.split import STREAM_LIMIT, closing
from bot.slack.outbound.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.domain.tool import Step
    from bot.slack.outbound.message import Part


class Buffer:
    """The text of an answer, as far as it was written, and its first `shown` characters, which a stream shows."""

    def __init__(self) -> None:
        self.text = ""  # without what could ring a channel
        self.shown = 0  # characters of the text
        self._new = ""  # what was written since, and the end of that before which may yet become a `<!channel>`
        self.tasks = Tasks()

    def write(self, text: str) -> None:
        """Add text."""
        self._new += text

    def step(self, step: Step) -> None:
        """Add a step, which stands after the text that was written before it."""
        self.take()
        self.tasks.step(step, len(self.text) + len(self._new))

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
        most = streamable(self.text, STREAM_LIMIT)
        end = most if to_the_end else self._settled(most)
        end = max([end, *(min(after, most) for after, _ in self.tasks.news())])
        if not self.text[self.shown : end].strip():
            end = self.shown
        else:
            self.tasks.end_thinking()
        return self._pieces(self.text, end), end

    def sent(self, pieces: Iterable[dict[str, Any]], shown: int) -> None:
        """Take in that the stream shows these pieces, and so many characters of the text."""
        self.tasks.sent(pieces)
        self.shown = shown

    def _pieces(self, text: str, end: int) -> list[dict[str, Any]]:
        """Return the tasks that are new, and the text up to `end`, in the order in which they came."""
        pieces: list[dict[str, Any]] = []
        start = self.shown
        for after, task in self.tasks.news():
            if text[start : min(after, end)].strip():
                pieces += chunks(blocks(text, start, min(after, end), raw=True))
                start = min(after, end)
            pieces.append(task)
        return pieces + chunks(blocks(text, start, end, raw=True))

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
        self.tasks.end()
        below = part.below()
        pieces = self._pieces(part.text, len(part.text))
        return [*pieces, {"type": "blocks", "blocks": below}] if below else pieces

    def ends(self) -> list[dict[str, Any]]:
        """Return what a stream has to say yet that is over without the rest of its text: how its tasks ended."""
        self.tasks.end()
        return [task for _, task in self.tasks.news()]
