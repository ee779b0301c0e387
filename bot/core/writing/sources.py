"""The sources of an answer: numbered as they are cited, and listed below it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.addresses import title_of
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.domain.tool import SourceLink

LONGEST_TITLE = 80  # characters
_ESCAPED = {ord(one): f"%{ord(one):02X}" for one in "()[]<>|`\\\"' \n\r\t"}
_MARKUP = str.maketrans(dict.fromkeys("[]()<>|`*_~\n\r\t", " "))


class Sources:
    """The sources that an answer cites, in the order of their numbers, which begin with 1."""

    def __init__(self, cited: Iterable[SourceLink] = ()) -> None:
        self._cited = {source.url: source for source in cited}

    @property
    def cited(self) -> tuple[SourceLink, ...]:
        """Those that are cited so far."""
        return tuple(self._cited.values())

    def cite(self, source: SourceLink) -> str:
        """Return the mark to put behind words that come from a source: its number, with its address."""
        self._cited.setdefault(source.url, source)
        number = list(self._cited).index(source.url) + 1
        return f" [{number}]({_address(source.url)})" if source.is_address else f" [{number}]"

    def listed(self) -> str:
        """Return the line below the answer that names its sources, "" if it cites none."""
        return listed(self.cited)


def listed(sources: Sequence[SourceLink]) -> str:
    """Return the line below an answer that names its sources, in the order of their numbers; "" for none."""
    if not sources:
        return ""
    found = [f"{number}: {_named(one)}" for number, one in enumerate(sources, 1)]
    return "\n\n" + _("Sources: {sources}", sources=" · ".join(found))


def _named(source: SourceLink) -> str:
    """Return a source's title as a link, if it has an address, and its age."""
    named = f"[{_title(source)}]({_address(source.url)})" if source.is_address else _title(source)
    return f"{named}, {source.age}" if source.age else named


def _title(source: SourceLink) -> str:
    """Return what a source is called: its title without markup, or else its host."""
    title = title_of(" ".join(source.title.translate(_MARKUP).split()), source.url)
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1]}…"
    return title or urlsplit(source.url).hostname or source.url[:LONGEST_TITLE]


def _address(url: str) -> str:
    """Write an address so that it can't end a link of Markdown early."""
    return url.translate(_ESCAPED)
