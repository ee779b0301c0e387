"""Sources of knowledge as code: what the settings file says of them, and what has to change to match it.

A place whose table has no `knowledge_sources` keeps its own. Whether a channel or a file may serve a place, the bot
checks whenever it reads it. Articles are written in Slack, and are not in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.domain.knowledge import KnowledgeSource, NewSource, SourceKind
from bot.core.domain.message import Place
from bot.core.knowledge.adding import MOST_SOURCES
from bot.core.knowledge.source_text import SourceText, written
from bot.core.knowledge.source_text import read as read_source
from bot.db.knowledge.sources import SqlKnowledgeSources
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.db.engine import Database

KEY = "knowledge_sources"

Sources = dict[Place, list[SourceText]]


@dataclass(frozen=True, slots=True)
class SourceDifference:
    """What has to change in one place to match the file."""

    place: Place
    added: Sequence[SourceText]
    removed: Sequence[KnowledgeSource]

    def __str__(self) -> str:
        """Write one line per source."""
        where = f"{self.place.workspace} {self.place.channel or 'workspace'}: {KEY}"
        changes = [*(f"+ {written(one)}" for one in self.added), *(f"- {written(one)}" for one in self.removed)]
        return "\n".join(f"{where} {change}" for change in changes)


def read(listed: Any) -> tuple[list[SourceText], str]:  # noqa: ANN401 (a value of TOML)
    """Read a place's sources; return them, and what is wrong, "" for nothing."""
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        return [], f'{KEY}: must be a list of texts, like {KEY} = ["https://docs.example.com"]'
    if len(listed) > MOST_SOURCES:
        return [], f"{KEY}: {len(listed)} are more than {MOST_SOURCES}"
    found: dict[tuple[SourceKind, str], SourceText] = {}
    for one in listed:
        try:
            source = read_source(one)
        except UsageError as error:
            return [], f"{KEY}: {one}: {error.sentence.rstrip('.')}"
        found[source.kind, source.address] = source
    return list(found.values()), ""


def exported(sources: Iterable[KnowledgeSource]) -> Mapping[Place, list[str]]:
    """Return what the file says of sources."""
    found: dict[Place, list[str]] = {}
    for one in sources:
        if one.kind is not SourceKind.ARTICLE:
            found.setdefault(Place(one.workspace, one.channel), []).append(written(one))
    return found


async def held(database: Database) -> Sequence[KnowledgeSource]:
    """Return all sources that there are."""
    return await SqlKnowledgeSources(database).all()


def compare(wanted: Sources, there: Iterable[KnowledgeSource]) -> list[SourceDifference]:
    """Return what has to change, in the places that the file names."""
    return list(_differences(wanted, [one for one in there if one.kind is not SourceKind.ARTICLE]))


def _differences(wanted: Sources, there: Sequence[KnowledgeSource]) -> Iterator[SourceDifference]:
    for place, sources in wanted.items():
        here = {(one.kind, one.address): one for one in there if Place(one.workspace, one.channel) == place}
        named = {(one.kind, one.address) for one in sources}
        added = [one for one in sources if (one.kind, one.address) not in here]
        removed = [one for key, one in here.items() if key not in named]
        if added or removed:
            yield SourceDifference(place, added, removed)


async def apply(differences: Iterable[SourceDifference], database: Database) -> None:
    """Change the sources; the bot reads new ones within a minute."""
    store = SqlKnowledgeSources(database)
    for one in differences:
        for gone in one.removed:
            await store.remove(gone.workspace, gone.id)
        for new in one.added:
            source = NewSource(one.place.workspace, one.place.channel, *new, added_by="")
            await store.add(source, datetime.now(UTC))
