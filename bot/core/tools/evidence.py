"""What an answer in rounds rests on: its sources, and which of its statements have none.

Only where it used the knowledge, each statement needs a source. Its text is held back until that is known: what has
none is left out, and an answer without any is a question that the knowledge could not answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Message, Place
from bot.core.domain.tool import SourceLink
from bot.core.knowledge.citations import CitedText, asks_back, left_out, stands, supported
from bot.core.writing.sources import Sources

if TYPE_CHECKING:
    from bot.core.addresses import Addresses
    from bot.core.domain.tool import Citation, Passage, Round, Step
    from bot.core.tools.tool import ToolContext

TellUnanswered = Callable[[Place, Message, ChannelSettings], Awaitable[str]]
"""Keeps a question that the knowledge could not answer; returns the sentence for people."""


class Evidence:
    """The sources of one answer while it is asked for. What is cited becomes one of the `known` addresses.

    `left_out`: how many statements of earlier parts had no source.
    """

    def __init__(self, cited: Iterable[SourceLink], left_out: int, known: Addresses) -> None:
        self._sources = Sources(cited)
        self._known = known
        for source in self._sources.cited:
            self._mark(source)
        self._shown: dict[str, SourceLink] = {}
        self._passages: list[Passage] = []
        self._is_needed = self._asks_back = False
        self._text = CitedText()
        self._cited: dict[str, SourceLink] = {}
        self.left_out = left_out

    @property
    def cited(self) -> tuple[SourceLink, ...]:
        """The sources that are cited so far."""
        return self._sources.cited

    @property
    def is_held(self) -> bool:
        """Whether the newest part was held back, and has words."""
        return self._is_needed and bool(self._text.text.strip())

    def show(self, step: Step) -> None:
        """Take in what a step found, by the titles that people read."""
        for source in step.sources:
            self._known.add(source.url)
            self._shown[source.url] = source

    def begin(self, rounds: Sequence[Round], write: Callable[[str], None]) -> Callable[[str], None]:
        """Begin a part of the answer, which rests on the rounds before it; return what takes its text."""
        results = [result for one in rounds for result in one.results]
        self._passages = [passage for result in results for passage in result.passages]
        self._is_needed = any(result.needs_sources for result in results)
        self._text, self._cited = CitedText(), {}
        return self._text.write if self._is_needed else write

    def cite(self, citation: Citation) -> str:
        """Return the mark of a citation, "" for one whose words do not stand where it says, or if the text is held."""
        if not stands(citation, self._passages):
            return ""
        source = self._shown.get(citation.source.url, citation.source)
        if not self._is_needed:
            return self._mark(source)
        self._text.cite(citation)
        self._cited[source.url] = source
        return ""

    def _mark(self, source: SourceLink) -> str:
        mark = self._sources.cite(source)
        self._known.add(f"{source.url}\n{mark}")
        return mark

    def _mark_of(self, url: str) -> str:
        """Return the mark of a source of a part that was held back: cited, or found and quoted as code."""
        return self._mark(self._cited.get(url) or self._shown.get(url) or SourceLink(url))

    def end(self, write: Callable[[str], None]) -> None:
        """End a part of the answer: write what was held back of it and has a source, or only asks the person."""
        if not self._is_needed:
            return
        text = self._text.text
        self._asks_back = asks_back(text)
        if self._asks_back:
            write(text)
            return
        left = supported(text, self._text.cited, self._passages, self._mark_of)
        self.left_out += left.removed
        write(left.text)

    async def unknown(self, unanswered: TellUnanswered, context: ToolContext) -> str:
        """Return the sentence in place of an answer that nothing supports; "" if there is one."""
        if not self._is_needed or self.cited or self._asks_back:
            return ""
        return await unanswered(context.place, context.question, context.settings)

    def ending(self) -> tuple[str, str]:
        """Return the line that names the sources, and a sentence about what had none; each may be ""."""
        return self._sources.listed(), left_out(self.left_out) if self.cited and self.left_out else ""
