"""Messages by their words: FTS5 on SQLite, a tsvector with its index on PostgreSQL; the words are folded by us."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text

from bot.core.domain.message import Place, Role
from bot.core.domain.search import KnownMessage
from bot.core.search_words import is_unspaced, place_word
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection, Row

    from bot.core.domain.search import Query, Term
    from bot.db.engine import Database

# The word of a place keeps other channels' messages out before they are read; of many, the messages are quicker to
# look at. Both by `python -m benchmarks.find`.
MOST_PLACES = 20
SHORTEST_BEGINNING = 3  # letters that other words may begin with

_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")  # a message's id at the platform, since 1970

_SELECT = """
    SELECT message.external_id, message.role, message.author, message.is_bot, message.text, message.created_at,
    thread.channel, thread.thread
    FROM {messages} JOIN threads AS thread ON thread.id = message.thread_id
    WHERE {is_found} AND thread.workspace = :workspace AND thread.channel IN :channels
    AND message.external_id IS NOT NULL AND (:author = '' OR message.author = :author)
    AND (:since = '' OR message.external_id >= :since) AND (:before = '' OR message.external_id < :before)
    ORDER BY {newest} DESC LIMIT :most
"""
# https://www.sqlite.org/fts5.html#full_text_query_syntax
_SQLITE = _SELECT.format(  # not for people: SQL
    messages="message_search JOIN messages AS message ON message.id = message_search.rowid",
    is_found="message_search MATCH :wanted",
    newest="message_search.rowid",
)
# https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY
_POSTGRESQL = _SELECT.format(  # not for people: SQL
    messages="messages AS message",
    is_found="message.search_words @@ CAST(:wanted AS tsquery)",
    newest="message.id",
)
_QUERIES = {
    name: text(sql).bindparams(bindparam("channels", expanding=True))
    for name, sql in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL))
}


class SqlMessageSearch:
    """`bot.core.ports.MessageSearch` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader

    async def find(
        self, workspace: str, channels: Collection[str], query: Query, *, limit: int
    ) -> tuple[KnownMessage, ...]:
        """Return messages of these channels that have all of the query's terms, the newest first."""
        if not query.terms or not channels:
            return ()
        search = partial(_search, workspace=workspace, channels=sorted(channels), query=query, most=limit)
        return await transact(self._reader, search)


def _search(
    connection: Connection, *, workspace: str, channels: list[str], query: Query, most: int
) -> tuple[KnownMessage, ...]:
    dialect = connection.dialect.name
    values = {"workspace": workspace, "channels": channels, "most": most, "author": query.author}
    values |= {"since": _id_at(query.since), "before": _id_at(query.before)}
    places = [place_word(workspace, channel) for channel in channels] if len(channels) <= MOST_PLACES else []
    found: dict[tuple[str, str], KnownMessage] = {}
    for wanted in dict.fromkeys(_WANTED[dialect](query, places, begun=begun) for begun in (False, True)):
        for row in connection.execute(_QUERIES[dialect], values | {"wanted": wanted}):
            message = _message(workspace, row)
            found.setdefault((row.channel, message.id), message)
        if len(found) >= most:  # as common words are: others that begin like them would take long
            break
    return tuple(found.values())[:most]


def _message(workspace: str, row: Row[Any]) -> KnownMessage:
    created = row.created_at if isinstance(row.created_at, datetime) else datetime.fromisoformat(row.created_at)
    at = datetime.fromtimestamp(float(row.external_id), UTC) if _SECONDS.fullmatch(row.external_id) else created
    return KnownMessage(
        Place(workspace, row.channel, row.thread),
        row.external_id,
        row.author,
        row.text,
        at.replace(tzinfo=at.tzinfo or UTC),
        is_own=row.role == Role.ASSISTANT,
        is_bot=bool(row.is_bot),
    )


def _id_at(moment: datetime | None) -> str:
    """Return the id of a message that was written then."""
    return f"{moment.timestamp():.6f}" if moment else ""


def _is_begun(term: Term, *, begun: bool) -> bool:
    """Return whether words that begin like the term's last are wanted; a lone character of a sentence always is."""
    last = term.words[-1]
    if is_unspaced(last):
        return len(last) == 1
    return begun and not term.is_exact and len(last) >= SHORTEST_BEGINNING


def _for_sqlite(query: Query, places: list[str], *, begun: bool) -> str:
    terms = (f'"{" ".join(one.words)}"{"*" if _is_begun(one, begun=begun) else ""}' for one in query.terms)
    return " AND ".join([*terms, *_any_of(places, '"{}"', " OR ")])


def _for_postgresql(query: Query, places: list[str], *, begun: bool) -> str:
    terms = (
        " <-> ".join(f"'{word}'" for word in one.words) + (":*" if _is_begun(one, begun=begun) else "")
        for one in query.terms
    )
    return " & ".join([*(f"({term})" for term in terms), *_any_of(places, "'{}'", " | ")])


def _any_of(places: list[str], quoted: str, joined: str) -> Iterator[str]:
    if places:
        yield f"({joined.join(map(quoted.format, places))})"


_WANTED = {"sqlite": _for_sqlite, "postgresql": _for_postgresql}
