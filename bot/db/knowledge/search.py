"""Passages by their words: FTS5 on SQLite, an index of arrays on PostgreSQL; the ranking is ours, the same on both."""

from __future__ import annotations

import asyncio
import json
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, select, text

from bot.core.domain.knowledge import FoundPassage
from bot.core.knowledge import ranking
from bot.core.knowledge.ranking import Candidate
from bot.core.knowledge.terms import instead, terms
from bot.core.search_words import place_word
from bot.db.knowledge import words
from bot.db.knowledge.rows import serves
from bot.db.tables import KnowledgePageRow, KnowledgePassageRow, KnowledgeSourceRow
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from bot.core.domain.message import Place
    from bot.core.knowledge.terms import QueryWord
    from bot.db.engine import Database

# The word of a place keeps other places' passages out before they are read.
# https://www.sqlite.org/fts5.html#full_text_query_syntax
_SQLITE = """SELECT {number} AS number, (SELECT group_concat(rowid) FROM (
    SELECT rowid FROM knowledge_search WHERE knowledge_search MATCH :wanted_{number} LIMIT :most)) AS ids"""
# https://www.postgresql.org/docs/current/gin.html#GIN-BUILTIN-OPCLASSES
_POSTGRESQL = """SELECT {number} AS number, ARRAY(SELECT id FROM knowledge_passages
    WHERE string_to_array(search_words, ' ') && CAST(:places AS text[])
    AND string_to_array(search_words, ' ') && CAST(:wanted_{number} AS text[]) LIMIT :most) AS ids"""


class SqlKnowledgeSearch:
    """`bot.core.ports.knowledge.KnowledgeSearch` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader

    async def search(self, place: Place, question: str, limit: int) -> Sequence[FoundPassage]:
        """Return the passages that fit a question best, of the sources that serve a place, the best first."""
        sources, languages, total = await transact(self._reader, partial(_serving, place=place))
        asked = await asyncio.to_thread(terms, question, languages)
        if not sources or not asked:
            return ()
        found = await transact(self._reader, partial(_found, place=place, sources=sources, asked=asked))
        if unknown := [term for term in asked if not found.get(term, True)]:
            spelled = await transact(
                self._reader, partial(words.like, sources=sources, of=unknown, languages=languages)
            )
            others = await asyncio.to_thread(list, instead(unknown, spelled, languages))
            found |= await transact(self._reader, partial(_found, place=place, sources=sources, asked=others))
        ids, weight = await asyncio.to_thread(_chosen, found, total)
        stored = await transact(self._reader, partial(_stored, ids=ids))
        ranked = await asyncio.to_thread(ranking.ranked, stored, weight)
        return await transact(self._reader, partial(_passages, place=place, ranked=ranked[:limit]))


def _chosen(found: Mapping[QueryWord, Collection[int]], total: int) -> tuple[list[int], dict[QueryWord, float]]:
    """Return which passages to compare with a question, and how much each of its words tells."""
    weight = ranking.weights(found, total)
    return ranking.candidates(found, weight), weight


def _serving(connection: Connection, place: Place) -> tuple[list[int], list[str], int]:
    """Return the sources that serve a place, the languages of their pages, and how many passages they have."""
    query = select(KnowledgeSourceRow.id, KnowledgeSourceRow.passages).where(serves(place))
    rows = connection.execute(query).all()
    sources = [row.id for row in rows]
    languages = select(KnowledgePageRow.language).where(KnowledgePageRow.source_id.in_(sources)).distinct()
    return sources, list(connection.execute(languages).scalars()), sum(row.passages for row in rows)


def _found(
    connection: Connection, place: Place, sources: list[int], asked: Sequence[QueryWord]
) -> dict[QueryWord, Collection[int]]:
    """Return for the words that tell most which passages have them."""
    if not asked:
        return {}
    forms = [form for term in asked for form in term.forms]
    chosen = ranking.wanted(asked, words.common(connection, sources, forms))
    is_sqlite = connection.dialect.name == "sqlite"
    places = [place_word(place.workspace, channel) for channel in dict.fromkeys(("", place.channel))]
    values: dict[str, Any] = {"most": ranking.MOST_READ}
    values |= {} if is_sqlite else {"places": places}
    for number, term in enumerate(chosen):
        values[f"wanted_{number}"] = _for_sqlite(term.forms, places) if is_sqlite else sorted(term.forms)
    rows = connection.execute(_query(connection.dialect.name, len(chosen)), values)
    return {chosen[row.number]: json.loads(f"[{row.ids or ''}]") if is_sqlite else row.ids for row in rows}


def _for_sqlite(forms: Collection[str], places: Collection[str]) -> str:
    one_of = " OR ".join(f'"{form}"' for form in sorted(forms))
    here = " OR ".join(f'"{place}"' for place in places)
    return f"({one_of}) AND ({here})"


@cache
def _query(dialect: str, count: int) -> TextClause:
    """Return the query for the passages that have each of so many words."""
    one = _SQLITE if dialect == "sqlite" else _POSTGRESQL
    return text(" UNION ALL ".join(one.format(number=number) for number in range(count)))


def _stored(connection: Connection, ids: Sequence[int]) -> list[Candidate]:
    passage, page = KnowledgePassageRow, KnowledgePageRow
    query = select(passage.id, passage.page_id, page.changed_at, passage.search_words)
    query = query.join(page, page.id == passage.page_id).where(passage.id.in_(ids))
    return [Candidate(*row) for row in connection.execute(query)]


def _passages(connection: Connection, place: Place, ranked: Sequence[tuple[float, int]]) -> list[FoundPassage]:
    """Return passages with what their pages tell, as far as they are still there."""
    passage, page = KnowledgePassageRow, KnowledgePageRow
    query = select(passage.id, passage.headings, passage.text, page.source_id, page.link, page.title, page.language)
    query = query.add_columns(page.read_at, page.changed_at, page.digest).join(page, page.id == passage.page_id)
    query = query.join(KnowledgeSourceRow, KnowledgeSourceRow.id == page.source_id)
    query = query.where(serves(place), page.read_at.is_not(None), passage.id.in_([one for _, one in ranked]))
    rows = {row.id: row for row in connection.execute(query)}
    return [_passage(rows[one], score) for score, one in ranked if one in rows]


def _passage(row: Row[*tuple[Any, ...]], score: float) -> FoundPassage:
    shown = row.source_id, row.link, row.title, tuple(json.loads(row.headings)), row.text
    return FoundPassage(*shown, row.language, row.read_at, row.changed_at, score, row.digest)
