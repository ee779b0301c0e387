"""Where people of other organizations read along, only what was added to that channel itself is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.ports import ChatDirectory
from bot.core.ports.knowledge import KnowledgeSearch, KnowledgeSources, KnowledgeStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.knowledge import FoundPassage
    from bot.core.domain.message import Place

MORE = 4  # times as many passages are looked for where some can't be shown


def for_audience(store: KnowledgeStore, directory: ChatDirectory) -> KnowledgeStore:
    """Return a store that finds only what everyone in a place may read."""
    return replace(store, search=AudienceSearch(store.search, store.sources, directory))


@dataclass(frozen=True, slots=True)
class AudienceSearch:
    """Implements `KnowledgeSearch`: a search whose results everyone in the place may read."""

    search_all: KnowledgeSearch
    sources: KnowledgeSources
    directory: ChatDirectory

    async def search(self, place: Place, question: str, limit: int) -> Sequence[FoundPassage]:
        """Find passages. Raises `ChatError`."""
        found = await self.search_all.search(place, question, limit)
        own = {one.id for one in await self.sources.serving(place) if one.channel}
        if all(one.source in own for one in found) or not await self.directory.is_shared(place):
            return found
        more = await self.search_all.search(place, question, limit * MORE)
        return [one for one in more if one.source in own][:limit]
