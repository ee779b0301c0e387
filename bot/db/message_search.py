"""Messages by their words: FTS5 on SQLite, a tsvector with its index on PostgreSQL; the words are folded by us."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Text, and_, bindparam, column, false, or_, select, table, text

from bot.core.domain.message import Place, Role
from bot.core.domain.search import KnownMessage
from bot.core.search_words import is_unspaced, place_word
from bot.db.tables import FeedbackRow, MessageRow, ThreadRow
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select
    from sqlalchemy.orm import InstrumentedAttribute

    from bot.core.domain.search import Query, Term
    from bot.db.engine import Database

# The word of a place keeps other channels' messages out before they are read; of many, the messages are quicker to
# look at. Both by `python -m benchmarks.find`.
MOST_PLACES = 20
SHORTEST_BEGINNING = 3  # letters that other words may begin with

# Otherwise it reads all messages from the newest on, rather than a few thousand that have the word.
_AS_IN_MEMORY = text("SET LOCAL random_page_cost = 1.1")
_INDEXES = {"messages": "message_search", "feedback": "feedback_search"}
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")  # a message's id at the platform, since 1970


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
    values: dict[str, object] = {"workspace": workspace, "channels": channels, "most": most, "author": query.author}
    values |= {"since": _id_at(query.since), "before": _id_at(query.before)}
    places = [place_word(workspace, channel) for channel in channels] if len(channels) <= MOST_PLACES else []
    values["is_placed"] = bool(places)
    if dialect == "postgresql":
        connection.execute(_AS_IN_MEMORY)
    found: dict[tuple[str, str], KnownMessage] = {}
    for wanted in dict.fromkeys(WANTED[dialect](query, places, begun=begun) for begun in (False, True)):
        asked = values | {"wanted": wanted}
        rows = [row for statement in _queries(dialect) for row in connection.execute(statement, asked)]
        readable = (_message(row) for row in rows if row.workspace == workspace and row.channel in channels)
        for message in sorted(readable, key=lambda one: one.at, reverse=True):
            found.setdefault((message.place.channel, message.id), message)
        if len(found) >= most:  # as common words are: others that begin like them would take long
            break
    return tuple(found.values())[:most]


def _message(row: Row[Any]) -> KnownMessage:
    at = datetime.fromtimestamp(float(row.said), UTC) if _SECONDS.fullmatch(row.said) else row.at
    place = Place(row.workspace, row.channel, row.thread)
    return KnownMessage(place, row.said, row.author, row.text, at, is_own=bool(row.is_own), is_bot=bool(row.is_bot))


def _id_at(moment: datetime | None) -> str:
    """Return the id of a message that was written then."""
    return f"{moment.timestamp():.6f}" if moment else ""


def _ends(terms: Sequence[Term], *, begun: bool) -> list[bool]:
    """Return for each term whether words that only begin like its last one count: only for the last term, if at all.

    A lone character of a sentence without spaces is always the beginning of a pair.
    """
    last = [term.words[-1] for term in terms]
    ends = [is_unspaced(word) and len(word) == 1 for word in last]
    if begun and not terms[-1].is_exact and not is_unspaced(last[-1]):
        ends[-1] = len(last[-1]) >= SHORTEST_BEGINNING
    return ends


def _for_sqlite(query: Query, places: list[str], *, begun: bool) -> str:
    ends = _ends(query.terms, begun=begun)
    terms = (
        f'"{" ".join(one.words)}"{"*" if is_begun else ""}' for one, is_begun in zip(query.terms, ends, strict=True)
    )
    return " AND ".join([*terms, *_any_of(places, '"{}"', " OR ")])


def _for_postgresql(query: Query, places: list[str], *, begun: bool) -> str:
    terms = (
        " <-> ".join(f"'{word}'" for word in one.words) + (":*" if is_begun else "")
        for one, is_begun in zip(query.terms, _ends(query.terms, begun=begun), strict=True)
    )
    return " & ".join([*(f"({term})" for term in terms), *_any_of(places, "'{}'", " | ")])


def _any_of(places: list[str], quoted: str, joined: str) -> Iterator[str]:
    if places:
        yield f"({joined.join(map(quoted.format, places))})"


WANTED = {"sqlite": _for_sqlite, "postgresql": _for_postgresql}


@cache
def _queries(dialect: str) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Select messages of threads, and posts of feedback channels, of which many belong to no thread of the bot's."""
    message, post, is_own = MessageRow, FeedbackRow, (MessageRow.role == Role.ASSISTANT).label("is_own")
    said = select(message.external_id.label("said"), message.created_at.label("at"), message.author, is_own)
    said = said.add_columns(message.is_bot, message.text, ThreadRow.workspace, ThreadRow.channel, ThreadRow.thread)
    said = said.join(ThreadRow, ThreadRow.id == message.thread_id).where(message.external_id.is_not(None))
    posted = select(post.message.label("said"), post.said_at.label("at"), post.person.label("author"))
    posted = posted.add_columns(false().label("is_own"), post.is_bot, post.text, post.workspace, post.channel)
    posted = posted.add_columns(post.message.label("thread"))
    return (
        _found(dialect, said, message, ThreadRow, message.external_id, message.author),
        _found(dialect, posted, post, post, post.message, post.person),
    )


def _found(
    dialect: str,
    said: Select[*tuple[Any, ...]],
    row: type[MessageRow | FeedbackRow],
    owner: type[ThreadRow | FeedbackRow],
    id_: InstrumentedAttribute[Any],
    author: InstrumentedAttribute[str],
) -> Select[*tuple[Any, ...]]:
    """Limit a query to what is found, the newest first."""
    newest: ColumnElement[Any] = row.id  # type: ignore[assignment] # as both are
    if dialect == "sqlite":  # https://www.sqlite.org/fts5.html#full_text_query_syntax
        index = table(_INDEXES[row.__tablename__], column("rowid"))
        said = said.join(index, index.c.rowid == row.id).where(text(f"{index.name} MATCH :wanted"))
        newest = index.c.rowid
    else:  # https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY
        said = said.where(text(f"{row.__tablename__}.search_words @@ CAST(:wanted AS tsquery)"))
    # With the words of places, PostgreSQL would look for the words once for each thread of a channel.
    here = or_(
        bindparam("is_placed", type_=Boolean()),
        and_(owner.workspace == bindparam("workspace"), owner.channel.in_(bindparam("channels", expanding=True))),
    )
    since, before, by = (bindparam(name, type_=Text()) for name in ("since", "before", "author"))
    limits = or_(since == "", id_ >= since), or_(before == "", id_ < before), or_(by == "", author == by)
    return said.where(here, *limits).order_by(newest.desc()).limit(bindparam("most"))
