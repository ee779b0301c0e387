"""The stores of knowledge, in small parts. Each method is one short transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.core.domain.article import Article, ArticleState
    from bot.core.domain.knowledge import FoundPassage, Gap, KnowledgeSource, KnownPage, NewSource, ReadPage
    from bot.core.domain.message import Place


class KnowledgeSources(Protocol):
    """Keeps the sources."""

    async def add(self, source: NewSource, now: datetime) -> KnowledgeSource:
        """Add a source; return the one that is already there, if its place has the same."""

    async def serving(self, place: Place) -> Sequence[KnowledgeSource]:
        """Return the sources that a place's answers come from: its channel's and its workspace's, the oldest first."""

    async def find(self, workspace: str, source: int) -> KnowledgeSource | None:
        """Return a source."""

    async def remove(self, workspace: str, source: int) -> bool:
        """Remove a source with its pages and article; return whether it was there. As `KnowledgePages.finish` does."""

    async def confine(self, place: Place) -> None:
        """Let the articles about a channel's threads that serve its workspace serve the channel only."""

    async def due(self, now: datetime, limit: int) -> Sequence[KnowledgeSource]:
        """Return sources whose time to be read has come, of all workspaces, the longest due first; no articles."""

    async def refresh(self, workspace: str, source: int, now: datetime) -> KnowledgeSource | None:
        """Make a source due; one that is being read begins again. Return it."""


class KnowledgePages(Protocol):
    """Keeps what a reading of a source finds. A reading, or run, goes on after a crash where it was.

    Nothing of an outdated run is kept: its methods do nothing once a newer one has begun.
    """

    async def begin(self, source: KnowledgeSource, addresses: Collection[str], now: datetime) -> KnowledgeSource | None:
        """Begin a run with these addresses to read; None if the source is gone, or someone else began it.

        It is due again after a day, in case that no one ends the run.
        """

    async def enqueue(self, source: KnowledgeSource, addresses: Collection[str], most: int) -> int:
        """Add addresses that were found on the way, each once, up to `most` in a run; return how many were left out."""

    async def waiting(self, source: KnowledgeSource, limit: int) -> Sequence[KnownPage]:
        """Return pages that the run has yet to read, in the order in which they were found."""

    async def keep(self, source: KnowledgeSource, address: str, page: ReadPage, now: datetime) -> None:
        """Keep a page with its passages, in place of what was read of it before.

        One whose words are the same costs little. A page without words has no passages.
        """

    async def unchanged(self, source: KnowledgeSource, address: str, now: datetime) -> None:
        """Record that a page is as it was."""

    async def fail(self, source: KnowledgeSource, address: str, fault: str, *, is_gone: bool) -> None:
        """Record why a page can't be read. One that is gone goes; another stays as it was read the last time."""

    async def finish(
        self, source: KnowledgeSource, now: datetime, next_at: datetime, fault: str = "", *, misses: int = 1
    ) -> None:
        """End a run: what the last `misses` of them did not find goes, unless it failed as a whole, with `fault`.

        Of a large source, in several transactions; if it breaks off, it can be called again.
        """

    async def standing(self, place: Place, digests: Collection[str]) -> Collection[tuple[str, str]]:
        """Return the pages with these digests that the sources of a place still have: the link and digest of each."""


class KnowledgeSearch(Protocol):
    """Finds passages."""

    async def search(self, place: Place, question: str, limit: int) -> Sequence[FoundPassage]:
        """Return the passages that fit a question best, of the sources that serve a place, the best first.

        The question may be a sentence, or some words.
        """


class KnowledgeGaps(Protocol):
    """Keeps the questions that had no answer."""

    async def add(self, gap: Gap) -> None:
        """Keep a question, once for its message; its `id` is not used."""

    async def since(self, place: Place, moment: datetime, limit: int) -> Sequence[Gap]:
        """Return a channel's questions since a time, the newest first."""

    async def close(self, workspace: str, gaps: Collection[int]) -> None:
        """Drop questions that have an answer now."""

    async def counts(self, workspace: str, since: datetime) -> Mapping[str, int]:
        """Count the questions of each channel."""


class ArticleStore(Protocol):
    """Keeps what threads are written up in, until it is a source."""

    async def want(self, place: Place, person: str) -> Article:
        """Have a thread written up, unless it is already; return its article as it stands."""

    async def find(self, workspace: str, article: int) -> Article | None:
        """Return an article."""

    async def change(self, article: Article, state: ArticleState, **values: Any) -> Article | None:  # noqa: ANN401 - each field has its own type
        """Change an article, unless someone has since it was read; return it, None where nothing was done."""

    async def seen(self, article: Article, **ids: str) -> bool:
        """Record what is to be seen of an article: `shown`, `canvas`, `file`; return whether it is still there."""

    async def undone(self, before: datetime) -> Sequence[Article]:
        """Return the articles that a job should have written or published before a time, or has to take down."""

    async def everywhere(self) -> Collection[Place]:
        """Return the channels about whose threads articles serve the whole workspace, of all workspaces."""

    async def remove(self, article: Article) -> None:
        """Remove an article that is gone, once nothing is to be seen of it; not if it is wanted again."""


@dataclass(frozen=True, slots=True)
class KnowledgeStore:
    """All of it."""

    sources: KnowledgeSources
    pages: KnowledgePages
    search: KnowledgeSearch
    gaps: KnowledgeGaps
    articles: ArticleStore
