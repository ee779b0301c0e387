"""The store of articles, and what edits and deletions in their threads do to them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, not_, or_, select, update

from bot.core.domain.article import AGAIN, UNDONE, Article, ArticleState, Unwritten
from bot.core.domain.knowledge import SourceKind
from bot.core.domain.message import Place
from bot.db.tables import ArticleRow, KnowledgeSourceRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Delete, Row, Update

    from bot.core.domain.message import MessageEdit
    from bot.db.engine import Database

MOST_AT_ONCE = 100
_FIELDS = [field.name for field in fields(Article)]
_COLUMNS = [getattr(ArticleRow, name) for name in _FIELDS]
_OF_THREAD = "workspace", "channel", "thread"
_LISTS = "people", "messages"
_BLANK = {"title": "", "text": "", "people": "", "messages": "", "reason": "", "by": ""}
_LEFT = _BLANK | {"state": ArticleState.GONE, "person": "", "source": 0, "version": ArticleRow.version + 1}
_IS_SEEN = or_(*(getattr(ArticleRow, name) != "" for name in ("shown", "canvas", "file")))


class SqlArticleStore:
    """`bot.core.ports.knowledge.ArticleStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def want(self, place: Place, person: str) -> Article:
        """Have a thread written up, unless it is already; return its article as it stands."""
        now = datetime.now(UTC)
        values = {"workspace": place.workspace, "channel": place.channel, "thread": place.thread}
        again = {"person": person, "state": ArticleState.WANTED, "changed_at": now}

        def write(connection: Connection) -> Article:
            new = INSERT[connection.dialect.name](ArticleRow).values(values | again | _BLANK)
            set_ = again | _BLANK | {"version": ArticleRow.version + 1, "for_workspace": False, "source": 0}
            is_over = ArticleRow.state.in_(AGAIN)
            connection.execute(new.on_conflict_do_update(index_elements=_OF_THREAD, set_=set_, where=is_over))
            here = [getattr(ArticleRow, name) == value for name, value in values.items()]
            return _article_of(connection.execute(select(*_COLUMNS).where(*here)).one())

        return await transact(self._writer, write)

    async def find(self, workspace: str, article: int) -> Article | None:
        """Return an article."""
        query = select(*_COLUMNS).where(ArticleRow.workspace == workspace, ArticleRow.id == article)

        def read(connection: Connection) -> Article | None:
            row = connection.execute(query).one_or_none()
            return None if row is None else _article_of(row)

        return await transact(self._reader, read)

    async def change(self, article: Article, state: ArticleState, **values: Any) -> Article | None:  # noqa: ANN401 - as the port has it
        """Change an article, unless someone has since it was read; return it, None where nothing was done."""
        for name in _LISTS:
            if name in values:
                values[name] = f" {' '.join(values[name])} "
        values |= {"state": state, "version": article.version + 1, "changed_at": datetime.now(UTC)}
        here = ArticleRow.workspace == article.workspace, ArticleRow.id == article.id
        changed = (
            update(ArticleRow).where(*here, ArticleRow.version == article.version).values(values).returning(*_COLUMNS)
        )

        def write(connection: Connection) -> Article | None:
            row = connection.execute(changed).one_or_none()
            return None if row is None else _article_of(row)

        return await transact(self._writer, write)

    async def seen(self, article: Article, **ids: str) -> bool:
        """Record what is to be seen of an article: `shown`, `canvas`, `file`; return whether it is still there."""
        here = ArticleRow.workspace == article.workspace, ArticleRow.id == article.id
        record = update(ArticleRow).where(*here).values(ids)
        return bool(await transact(self._writer, lambda connection: connection.execute(record).rowcount))

    async def undone(self, before: datetime) -> Sequence[Article]:
        """Return the articles that a job should have written or published before a time, or has to take down."""
        is_due = or_(ArticleRow.state == ArticleState.GONE, ArticleRow.changed_at < before)
        query = select(*_COLUMNS).where(ArticleRow.state.in_(UNDONE), is_due)
        query = query.order_by(ArticleRow.changed_at).limit(MOST_AT_ONCE)
        return await transact(self._reader, lambda connection: list(map(_article_of, connection.execute(query))))

    async def everywhere(self) -> Collection[Place]:
        """Return the channels about whose threads articles serve the whole workspace, of all workspaces."""
        row = KnowledgeSourceRow
        query = select(row.workspace, row.address).where(row.kind == SourceKind.ARTICLE, row.channel == "")
        found = await transact(self._reader, lambda connection: connection.execute(query).all())
        return {Place(workspace, address.partition("/")[0]) for workspace, address in found}

    async def remove(self, article: Article) -> None:
        """Remove an article that is gone, once nothing is to be seen of it; not if it is wanted again."""
        gone = delete(ArticleRow).where(ArticleRow.id == article.id, ArticleRow.version == article.version)
        await transact(self._writer, lambda connection: connection.execute(gone))


def removals(rows: ColumnElement[bool]) -> Iterator[tuple[ColumnElement[bool], Delete | Update]]:
    """Return which articles there are in rows, and how to delete them: of what is to be seen, only the ids stay.

    A job deletes that, and then what stayed.
    """
    unseen = and_(rows, not_(_IS_SEEN))
    yield unseen, delete(ArticleRow).where(unseen)
    seen = and_(rows, _IS_SEEN, ArticleRow.state != ArticleState.GONE)
    yield seen, update(ArticleRow).where(seen).values(_LEFT)


def follow(connection: Connection, changed: MessageEdit) -> None:
    """Delete what was written from a message that is deleted; what no one has approved is out of date by an edit."""
    place, row, source = changed.place, ArticleRow, KnowledgeSourceRow
    words = row.messages.contains(f" {changed.id} ", autoescape=True)
    here = row.workspace == place.workspace, row.channel == place.channel, row.thread == place.thread, words
    found = connection.execute(select(*_COLUMNS).where(*here)).one_or_none()
    if found is None:
        return
    article = _article_of(found)
    if changed.is_deleted:
        for _rows, removal in removals(row.id == article.id):
            connection.execute(removal)
        theirs = source.workspace == article.workspace, source.kind == SourceKind.ARTICLE
        connection.execute(delete(source).where(*theirs, source.address == article.address))
    elif article.state is ArticleState.READY:
        outdated = {"state": ArticleState.UNWRITTEN, "reason": Unwritten.EDITED, "version": article.version + 1}
        connection.execute(update(row).where(row.id == article.id).values(outdated | {"title": "", "text": ""}))


def _article_of(row: Row[*tuple[Any, ...]]) -> Article:
    article = Article(**dict(zip(_FIELDS, row, strict=True)))
    people, messages = tuple(row.people.split()), tuple(row.messages.split())
    return replace(article, state=ArticleState(article.state), people=people, messages=messages)
