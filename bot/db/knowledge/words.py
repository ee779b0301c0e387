"""How many passages of a source have a word: which words are common, and how others are spelled."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from bot.core.domain.knowledge import SourceKind
from bot.core.knowledge.terms import beginnings, parts
from bot.core.knowledge.words import spelled
from bot.db.tables import KnowledgePageRow, KnowledgePassageRow, KnowledgeWordRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from bot.core.domain.knowledge import KnowledgeSource
    from bot.core.knowledge.terms import QueryWord
    from bot.db.engine import Database

MOST_LIKE = 3_000  # words that begin as another
MOST_BEGINNINGS = 6  # of words of a question that no source has
MOST_PARTS = 400  # words that they may be made of
AT_ONCE = 500  # passages in memory, and words in one transaction


async def count(database: Database, source: KnowledgeSource) -> int:
    """Count the words of a source, unless people said them; return how many passages it has."""
    page, passage = KnowledgePageRow, KnowledgePassageRow
    of_source = select(passage.id, passage.search_words).join(page, page.id == passage.page_id)
    of_source = of_source.where(page.source_id == source.id).order_by(passage.id).limit(AT_ONCE)
    counts: Counter[str] = Counter()
    total, after = 0, 0
    while rows := await transact(
        database.reader,
        lambda connection: connection.execute(of_source.where(passage.id > after)).all(),  # noqa: B023 (at once)
    ):
        total, after = total + len(rows), rows[-1].id
        if source.kind is not SourceKind.CHANNEL:
            await asyncio.to_thread(_count, counts, [row.search_words for row in rows])
    if source.kind is not SourceKind.CHANNEL:
        await _write(database, source.id, counts)
    return total


def _count(counts: Counter[str], passages: Sequence[str]) -> None:
    for one in passages:
        counts.update(spelled(one))


async def _write(database: Database, source: int, counts: Counter[str]) -> None:
    """Write the counts that have changed, some at a time."""
    row = KnowledgeWordRow
    query = select(row.word, row.passages).where(row.source_id == source)
    rows = await transact(database.reader, lambda connection: connection.execute(query).all())
    known = {one.word: one.passages for one in rows}
    changed = sorted(word for word, number in counts.items() if known.get(word) != number)
    gone = sorted(known.keys() - counts.keys())
    for start in range(0, len(changed), AT_ONCE):
        some = changed[start : start + AT_ONCE]
        await transact(database.writer, lambda connection: _put(connection, source, some, counts))  # noqa: B023 (at once)
    for start in range(0, len(gone), AT_ONCE):
        old = delete(row).where(row.source_id == source, row.word.in_(gone[start : start + AT_ONCE]))
        await transact(database.writer, lambda connection: connection.execute(old))  # noqa: B023 (at once)


def _put(connection: Connection, source: int, some: Sequence[str], counts: Counter[str]) -> None:
    insert = INSERT[connection.dialect.name](KnowledgeWordRow)
    insert = insert.on_conflict_do_update(
        index_elements=["source_id", "word"], set_={"passages": insert.excluded.passages}
    )
    connection.execute(insert, [{"source_id": source, "word": word, "passages": counts[word]} for word in some])


def common(connection: Connection, sources: Sequence[int], wanted: Sequence[str]) -> dict[str, int]:
    """Return how many passages of these sources have each of these words, as far as it was counted."""
    row = KnowledgeWordRow
    query = select(row.word, func.sum(row.passages)).where(row.source_id.in_(sources), row.word.in_(wanted))
    return {word: int(number) for word, number in connection.execute(query.group_by(row.word))}


def like(
    connection: Connection, sources: Sequence[int], of: Sequence[QueryWord], languages: Sequence[str]
) -> Counter[str]:
    """Return words of these sources that may be meant by words that none has, with how often they are there."""
    row = KnowledgeWordRow
    here = select(row.word, row.passages).where(row.source_id.in_(sources)).limit(MOST_LIKE)
    queries = [here.where(row.word >= one, row.word < f"{one}\U0010ffff") for one in beginnings(of)[:MOST_BEGINNINGS]]
    made_of = parts(of, languages)[:MOST_PARTS]
    queries += [here.where(row.word.in_(made_of))] if made_of else []
    found: Counter[str] = Counter()
    for query in queries:
        for word, number in connection.execute(query):
            found[word] += number
    return found
