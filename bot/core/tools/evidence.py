"""What an answer in rounds rests on: its sources, and which of its statements have none.

Only where it used the knowledge, each statement needs a source; what has none is told below the answer, and an answer
without any is a question that the knowledge could not answer.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Message, Place
from bot.core.knowledge.citations import CitedText, stands
from bot.core.writing.sources import Sources
from bot.language import ngettext

if TYPE_CHECKING:
    from bot.core.addresses import Addresses
    from bot.core.domain.tool import Citation, Passage, Round, SourceLink, Step
    from bot.core.tools.tool import ToolContext

MOST_QUOTED = 3  # statements without a source
LONGEST_QUOTED = 50  # characters of one

TellUnanswered = Callable[[Place, Message, ChannelSettings], Awaitable[str]]
"""Keeps a question that the knowledge could not answer; returns the sentence for people."""

_NO_WORDS = re.compile(r"[\W_]+")


class Evidence:
    """The sources of one answer while it is asked for. What is cited becomes one of the `known` addresses."""

    def __init__(self, cited: Iterable[SourceLink], without_source: Iterable[str], known: Addresses) -> None:
        self._sources = Sources(cited)
        self._known = known
        for source in self._sources.cited:
            self._mark(source)
        self._without_source = list(without_source)
        self._shown: dict[str, SourceLink] = {}
        self._passages: list[Passage] = []
        self._is_needed = False
        self._text = CitedText()

    @property
    def cited(self) -> tuple[SourceLink, ...]:
        """The sources that are cited so far."""
        return self._sources.cited

    @property
    def without_source(self) -> tuple[str, ...]:
        """The statements without a source so far."""
        return tuple(self._without_source)

    def show(self, step: Step) -> None:
        """Take in what a step found, by the titles that people read."""
        for source in step.sources:
            self._known.add(source.url)
            self._shown[source.url] = source

    def begin(self, rounds: Sequence[Round], write: Callable[[str], None]) -> Callable[[str], None]:
        """Begin a part of the answer, which rests on the rounds before it; return what writes its text."""
        results = [result for one in rounds for result in one.results]
        self._passages = [passage for result in results for passage in result.passages]
        self._is_needed = any(result.needs_sources for result in results)
        self._text = text = CitedText()

        def take(piece: str) -> None:
            text.write(piece)
            write(piece)

        return take if self._is_needed else write

    def cite(self, citation: Citation) -> str:
        """Return the mark of a citation, "" for one whose words do not stand where it says."""
        if not stands(citation, self._passages):
            return ""
        if self._is_needed:
            self._text.cite(citation)
        return self._mark(self._shown.get(citation.source.url, citation.source))

    def _mark(self, source: SourceLink) -> str:
        mark = self._sources.cite(source)
        self._known.add(f"{source.url}\n{mark}")
        return mark

    def end(self) -> None:
        """End a part of the answer."""
        if self._is_needed:
            self._without_source += self._text.without_source(self._passages)

    async def ending(self, unanswered: TellUnanswered, context: ToolContext) -> tuple[str, str]:
        """Return the line that names the sources, and a sentence about what has none; each may be ""."""
        listed = self._sources.listed()
        if not self._is_needed:
            return listed, ""
        if not self.cited:
            return "", await unanswered(context.place, context.question, context.settings)
        return listed, _told(self._without_source) if self._without_source else ""


def _told(statements: Sequence[str]) -> str:
    """Return the sentence that says which statements have no source, by their first words."""
    beginnings = [_NO_WORDS.sub(" ", one).strip()[:LONGEST_QUOTED].strip() for one in statements[:MOST_QUOTED]]
    quoted = ", ".join(f"“{one}…”" for one in beginnings)
    return ngettext(
        "{n:,} statement above has no source: {beginnings}",
        "{n:,} statements above have no source: {beginnings}",
        len(statements),
        beginnings=quoted,
    )
