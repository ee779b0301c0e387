"""Knowledge for tests: what a search finds, in a queue, and what it was asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.domain.knowledge import FoundPassage, NewSource, ReadPage, SourceKind
from bot.db.engine import Database
from bot.db.knowledge import sql_knowledge_store
from bot.playground.anthropic.reply import BlockStop

if TYPE_CHECKING:
    from bot.core.domain.knowledge import KnowledgeSource
    from bot.core.domain.message import Place
    from tests.support.scripted import Part

READ = datetime(2026, 11, 2, 9, tzinfo=UTC)


def passage(text: str, link: str = "https://docs.example/export", title: str = "Export guide") -> FoundPassage:
    """Return a passage that was found."""
    return FoundPassage(
        source=1,
        link=link,
        title=title,
        headings=(),
        text=text,
        language="en",
        read_at=READ,
        changed_at=None,
        score=1.0,
    )


def citing(text: str, result: int = 0, start: int = 0, end: int = 0) -> tuple[Part, ...]:
    """Return the parts of a scripted answer that say something and cite a result for it."""
    return BlockStop(), text, lambda asked: [asked.citing(result, start, end)], BlockStop()


async def knows(
    url: str,
    place: Place,
    *pages: tuple[str, str, str],
    address: str = "https://docs.example/",
    kind: SourceKind = SourceKind.SITE,
    changed: Mapping[str, datetime] | None = None,
) -> KnowledgeSource:
    """Keep a source of a place, with pages that were read: each its path, its title and its text.

    `changed`: when pages were changed by their authors, by their paths.
    """
    database = Database.open(url)
    try:
        store = sql_knowledge_store(database)
        now = datetime.now(UTC)
        new = NewSource(place.workspace, place.channel, kind, address, "docs.example", "U1")
        source = await store.sources.add(new, now)
        begun = await store.pages.begin(source, [f"{address}{path}" for path, _, _ in pages], now)
        assert begun is not None
        for path, title, text in pages:
            changed_at = (changed or {}).get(path)
            page = ReadPage(f"{address}{path}", f"{address}{path}", title, text, "en", changed_at)
            await store.pages.keep(begun, page.address, page, now)
        await store.pages.finish(begun, now, now + timedelta(days=1))
        return begun
    finally:
        await database.close()


@dataclass
class ScriptedSearch:
    """Finds what was queued, then nothing; `questions` are what it was asked."""

    queue: deque[Sequence[FoundPassage]] = field(default_factory=deque)
    questions: list[str] = field(default_factory=list)

    async def search(self, place: Place, question: str, limit: int) -> Sequence[FoundPassage]:  # noqa: ARG002
        self.questions.append(question)
        return (self.queue.popleft() if self.queue else ())[:limit]
