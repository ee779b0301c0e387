"""The store of knowledge, in a database.

articles.py articles that threads are written up in, and what edits and deletions do to them
gaps.py     questions that had no answer
pages.py    what the runs of sources read: pages with their passages
rows.py     conversion of rows; which sources serve a place
search.py   passages by their words
sources.py  the sources
words.py    how many passages of a source have a word
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.ports.knowledge import KnowledgeStore
from bot.db.knowledge.articles import SqlArticleStore
from bot.db.knowledge.gaps import SqlKnowledgeGaps
from bot.db.knowledge.pages import SqlKnowledgePages
from bot.db.knowledge.search import SqlKnowledgeSearch
from bot.db.knowledge.sources import SqlKnowledgeSources

if TYPE_CHECKING:
    from bot.db.engine import Database


def sql_knowledge_store(database: Database) -> KnowledgeStore:
    """Return the store of knowledge on a database."""
    return KnowledgeStore(
        sources=SqlKnowledgeSources(database),
        pages=SqlKnowledgePages(database),
        search=SqlKnowledgeSearch(database),
        gaps=SqlKnowledgeGaps(database),
        articles=SqlArticleStore(database),
    )
