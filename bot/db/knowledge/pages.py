"""What the runs of sources read: pages with their passages."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, func, insert, or_, select, update

from bot.core.domain.knowledge import KnownPage, SourceKind, SourceState
from bot.core.knowledge.passages import passages
from bot.core.knowledge.words import passage_words
from bot.db.knowledge import words
from bot.db.knowledge.rows import COLUMNS, FAILED, GONE, READ, WAITING, delete_pages, is_current, serves, source_of
from bot.db.tables import KnowledgePageRow, KnowledgePassageRow, KnowledgeSourceRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from bot.core.domain.knowledge import KnowledgeSource, ReadPage
    from bot.core.domain.message import MessageEdit, Place
    from bot.db.engine import Database

ABANDONED = timedelta(days=7)  # after which a run that no one ended is begun again: slow hosts take days
MOST_AT_ONCE = 500  # addresses in one statement


class SqlKnowledgePages:
    """`bot.core.ports.knowledge.KnowledgePages` on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader, self._writer = database.reader, database.writer

    async def begin(self, source: KnowledgeSource, addresses: Collection[str], now: datetime) -> KnowledgeSource | None:
        """Begin a run with these addresses to read; None if the source is gone, or someone else began it."""
        values = {"run": source.run + 1, "state": SourceState.READING, "next_at": now + ABANDONED}
        begin = update(KnowledgeSourceRow).where(_is(source)).values(values).returning(*COLUMNS)

        def write(connection: Connection) -> KnowledgeSource | None:
            row = connection.execute(begin).one_or_none()
            if row is None:
                return None
            _enqueue(connection, begun := source_of(row), addresses, 0)
            return begun

        return await transact(self._writer, write)

    async def enqueue(self, source: KnowledgeSource, addresses: Collection[str], most: int) -> int:
        """Add addresses that were found on the way, each once, up to `most` in a run; return how many were left out."""

        def write(connection: Connection) -> int:
            if not is_current(connection, source):
                return 0
            known = select(func.count()).select_from(KnowledgePageRow).where(*_met(source))
            count = int(connection.execute(known).scalar_one())
            met = _those_met(connection, source, addresses)
            new = [address for address in dict.fromkeys(addresses) if address not in met]
            room = max(0, most - count)
            _enqueue(connection, source, new[:room], count)
            return len(new[room:])

        return await transact(self._writer, write)

    async def waiting(self, source: KnowledgeSource, limit: int) -> Sequence[KnownPage]:
        """Return pages that the run has yet to read, in the order in which they were found."""
        page = KnowledgePageRow
        query = select(page.address, page.etag, page.last_modified, page.digest).where(*_met(source))
        query = query.where(page.state == WAITING).order_by(page.position).limit(limit)

        def read(connection: Connection) -> list[KnownPage]:
            return [KnownPage(*row) for row in connection.execute(query)]

        return await transact(self._reader, read)

    async def keep(self, source: KnowledgeSource, address: str, page: ReadPage, now: datetime) -> None:
        """Keep a page with its passages, in place of what was read of it before."""
        rows = await asyncio.to_thread(_cut, source, page)
        is_said = source.kind is SourceKind.CHANNEL
        channel, _slash, thread = source.address.partition("/") if source.kind is SourceKind.ARTICLE else ("", "", "")
        values: dict[str, Any] = {
            **{name: getattr(page, name) for name in ("link", "title", "language", "changed_at", "etag")},
            "last_modified": page.last_modified,
            "digest": page.digest,
            "read_at": now,
            "state": READ,
            "fault": "",
            "channel": source.address if is_said else channel,
            "thread": address if is_said else thread,
            "people": f" {' '.join(page.people)} " if page.people else "",
            "said_at": (page.changed_at or now) if is_said else None,
        }

        def write(connection: Connection) -> None:
            query = select(KnowledgePageRow.id, KnowledgePageRow.digest).where(*_met(source))
            known = connection.execute(query.where(KnowledgePageRow.address == address)).one_or_none()
            if known is None or not is_current(connection, source):
                return
            connection.execute(update(KnowledgePageRow).where(KnowledgePageRow.id == known.id).values(values))
            if known.digest != values["digest"]:
                connection.execute(delete(KnowledgePassageRow).where(KnowledgePassageRow.page_id == known.id))
                if rows:
                    connection.execute(insert(KnowledgePassageRow), [{"page_id": known.id, **row} for row in rows])

        await transact(self._writer, write)

    async def unchanged(self, source: KnowledgeSource, address: str, now: datetime) -> None:
        """Record that a page is as it was."""
        await self._update(source, address, {"state": READ, "fault": "", "read_at": now})

    async def fail(self, source: KnowledgeSource, address: str, fault: str, *, is_gone: bool) -> None:
        """Record why a page can't be read. One that is gone goes; another stays as it was read the last time."""
        gone = delete(KnowledgePassageRow).where(
            KnowledgePassageRow.page_id.in_(select(KnowledgePageRow.id).where(*_met(source, address)))
        )
        values: dict[str, Any] = {"state": GONE if is_gone else FAILED, "fault": fault}
        if is_gone:  # the row stays to the end of the run, which might meet the address again
            values |= {"read_at": None, "said_at": None}
            values |= dict.fromkeys(("digest", "etag", "last_modified", "title", "people"), "")
        await self._update(source, address, values, *([gone] if is_gone else []))

    async def finish(
        self, source: KnowledgeSource, now: datetime, next_at: datetime, fault: str = "", *, misses: int = 1
    ) -> None:
        """End a run: what the last `misses` did not find goes, unless it failed as a whole, with `fault`."""
        if not await transact(self._writer, lambda connection: is_current(connection, source)):
            return
        if not fault:
            # Of addresses that the run did not come to, what was read before stays.
            not_found = KnowledgePageRow.run <= source.run - misses
            never_read = (KnowledgePageRow.run == source.run) & KnowledgePageRow.read_at.is_(None)
            gone = or_(not_found, never_read & KnowledgePageRow.state.in_([WAITING, GONE]))
            await delete_pages(self._writer, [KnowledgePageRow.source_id == source.id, gone])
        counted = await words.count(self._database, source)

        def write(connection: Connection) -> None:
            was_failed = func.sum(case((KnowledgePageRow.state == FAILED, 1), else_=0))
            query = select(func.count(KnowledgePageRow.read_at), was_failed)
            pages, skipped = connection.execute(query.where(KnowledgePageRow.source_id == source.id)).one()
            values: dict[str, Any] = {"next_at": next_at, "fault": fault, "pages": pages, "skipped": int(skipped or 0)}
            values |= {"state": SourceState.FAILED if fault else SourceState.READ, "passages": counted}
            values |= {} if fault else {"read_at": now}
            connection.execute(update(KnowledgeSourceRow).where(_is(source)).values(values))

        await transact(self._writer, write)

    async def standing(self, place: Place, digests: Collection[str]) -> Collection[tuple[str, str]]:
        """Return the pages with these digests that the sources of a place still have: the link and digest of each."""
        page = KnowledgePageRow
        query = select(page.link, page.digest).join(KnowledgeSourceRow, KnowledgeSourceRow.id == page.source_id)
        query = query.where(serves(place), page.read_at.is_not(None), page.digest.in_(digests))
        return await transact(self._reader, lambda connection: [(row[0], row[1]) for row in connection.execute(query)])

    async def _update(self, source: KnowledgeSource, address: str, values: dict[str, Any], *others: Any) -> None:  # noqa: ANN401 (statements)
        def write(connection: Connection) -> None:
            if is_current(connection, source):
                connection.execute(update(KnowledgePageRow).where(*_met(source, address)).values(values))
                for statement in others:
                    connection.execute(statement)

        await transact(self._writer, write)


def follow(connection: Connection, changed: MessageEdit) -> None:
    """Delete the page of a channel's thread in which a message was edited or deleted: it is read again."""
    place, page = changed.place, KnowledgePageRow
    here = page.workspace == place.workspace, page.channel == place.channel, page.thread == place.thread
    # An article's goes with its source; not every message of its thread is in it.
    connection.execute(delete(page).where(*here, page.said_at.is_not(None)))


def _cut(source: KnowledgeSource, page: ReadPage) -> list[dict[str, Any]]:
    """Return the rows of a page's passages."""
    place = source.workspace, source.channel
    return [
        {
            "number": number,
            "headings": json.dumps(passage.headings, ensure_ascii=False),
            "text": passage.text,
            "search_words": passage_words(passage, page.title, page.language, *place),
        }
        for number, passage in enumerate(passages(page.text))
    ]


def _enqueue(connection: Connection, source: KnowledgeSource, addresses: Iterable[str], first: int) -> None:
    empty = dict.fromkeys(("people", "link", "title", "language", "etag", "last_modified", "digest", "fault"), "")
    own = {
        "source_id": source.id,
        "workspace": source.workspace,
        "channel": "",
        "thread": "",
        "run": source.run,
        "state": WAITING,
    }
    rows = [own | empty | {"address": one, "position": at} for at, one in enumerate(dict.fromkeys(addresses), first)]
    insert_new = INSERT[connection.dialect.name](KnowledgePageRow)
    again = {name: insert_new.excluded[name] for name in ("run", "state", "position", "fault")}
    insert_new = insert_new.on_conflict_do_update(index_elements=["source_id", "address"], set_=again)
    for start in range(0, len(rows), MOST_AT_ONCE):
        connection.execute(insert_new, rows[start : start + MOST_AT_ONCE])


def _those_met(connection: Connection, source: KnowledgeSource, addresses: Collection[str]) -> set[str]:
    """Return which of these addresses the run has met already."""
    asked, page = list(addresses), KnowledgePageRow
    found: set[str] = set()
    for start in range(0, len(asked), MOST_AT_ONCE):
        some = page.address.in_(asked[start : start + MOST_AT_ONCE])
        found |= set(connection.execute(select(page.address).where(*_met(source), some)).scalars())
    return found


def _is(source: KnowledgeSource) -> ColumnElement[bool]:
    return (KnowledgeSourceRow.id == source.id) & (KnowledgeSourceRow.run == source.run)


def _met(source: KnowledgeSource, address: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """Match the pages that a run has met, or one of them."""
    own = KnowledgePageRow.source_id == source.id, KnowledgePageRow.run == source.run
    return own if address is None else (*own, KnowledgePageRow.address == address)
