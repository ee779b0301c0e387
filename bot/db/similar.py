"""Feedback by its words: FTS5 on SQLite, a tsvector with its index on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text

from bot.core.domain.feedback import COUNTED, KnownPost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.message import Place

# A joined post counts for the record that it belongs to. The words of the place, which are one in the index, keep other
# channels' posts out before they are ranked. https://www.sqlite.org/fts5.html#the_bm25_function
_SQLITE = """
    SELECT coalesce(post.head, post.id) AS number, coalesce(nullif(post.excerpt, ''), post.text) AS text, record.message
    FROM feedback_words JOIN feedback AS post ON post.id = feedback_words.rowid
    JOIN feedback AS record ON record.id = coalesce(post.head, post.id)
    WHERE feedback_words MATCH :wanted AND post.workspace = :workspace AND post.channel = :channel
    AND record.status IN :statuses
    ORDER BY bm25(feedback_words, 0.0, 1.0), post.id DESC LIMIT :most
"""
# https://www.postgresql.org/docs/current/textsearch-controls.html
_POSTGRESQL = """
    SELECT coalesce(post.head, post.id) AS number, coalesce(nullif(post.excerpt, ''), post.text) AS text, record.message
    FROM feedback AS post JOIN feedback AS record ON record.id = coalesce(post.head, post.id)
    WHERE post.words @@ to_tsquery('simple', :wanted) AND post.workspace = :workspace AND post.channel = :channel
    AND record.status IN :statuses
    ORDER BY ts_rank(post.words, to_tsquery('simple', :wanted)) DESC, post.id DESC LIMIT :most
"""
_QUERIES = {
    name: text(sql).bindparams(bindparam("statuses", expanding=True))
    for name, sql in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL))
}


async def find(connection: AsyncConnection, place: Place, words: Sequence[str], most: int) -> list[KnownPost]:
    """Return posts of a channel's feedback that have any of these words, or one with such a prefix, best first.

    The words are letters and digits only.
    """
    if not words:
        return []
    name = connection.dialect.name
    values = {"workspace": place.workspace, "channel": place.channel, "statuses": list(COUNTED), "most": most}
    rows = await connection.execute(_QUERIES[name], values | {"wanted": _WANTED[name](place, words)})
    return [KnownPost(int(row.number), row.text, row.message) for row in rows]


def _for_sqlite(place: Place, words: Sequence[str]) -> str:
    any_of = " OR ".join(f'"{word}"*' for word in words)
    return f'place : "{place.workspace}{place.channel}" AND text : ({any_of})'  # not for people: SQLite's own language


def _for_postgresql(_place: Place, words: Sequence[str]) -> str:
    return " | ".join(f"'{word}':*" for word in words)


_WANTED = {"sqlite": _for_sqlite, "postgresql": _for_postgresql}
