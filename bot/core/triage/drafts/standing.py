"""Whether what a draft relies on still stands in the knowledge as it did when the draft was written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.addresses import title_of
from bot.core.literal import literal
from bot.language import N_, _, and_list

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.domain.draft import Draft
    from bot.core.domain.tool import SourceLink
    from bot.core.ports.knowledge import KnowledgePages

NOT_STANDING = N_(
    "The knowledge has changed since this draft was written: {names} says something else by now, or is gone."
)


async def not_standing(draft: Draft, pages: KnowledgePages) -> Sequence[SourceLink]:
    """Return the sources of a draft that are gone, or say something else by now."""
    if not draft.sources:
        return ()
    place = replace(draft.place, thread="")
    found = await pages.standing(place, [one.digest for one in draft.sources])
    digests = {digest for _, digest in found}
    return [one for one in draft.sources if one.digest not in digests or _is_moved(one, found)]


def told(sources: Sequence[SourceLink]) -> str:
    """Return the sentence that tells people of such sources, "" for none."""
    names = and_list(literal(title_of(one.title, one.url) or one.url) for one in sources)
    return _(NOT_STANDING, names=names) if sources else ""


def _is_moved(source: SourceLink, found: Collection[tuple[str, str]]) -> bool:
    return source.is_address and (source.url, source.digest) not in found
