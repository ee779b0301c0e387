"""Records of feedback: posts that wait, what they are, what people decided, what is shown of them."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, or_, select, update

from bot.core.domain.classification import Example
from bot.core.domain.feedback import COUNTED, ELSEWHERE, Feedback, FeedbackStatus, KnownPost
from bot.core.domain.message import FileRef, Place
from bot.core.domain.thread import Record
from bot.db import similar, tables
from bot.db.tables import AlertRow
from bot.db.threads import files_json, record
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.calls import Call
    from bot.core.domain.feedback import Decision
    from bot.core.domain.message import IncomingMessage, MessageEdit
    from bot.db.engine import Database

FORGOTTEN_AT_ONCE = 500  # records in one transaction: SQLite has one writer, which must not be kept long
MOST_PARTS = 20  # posts of one record
MOST_TRENDS = 50  # as many as one sorting can add to

_ROW = tables.FeedbackRow
_root = func.coalesce(_ROW.root, _ROW.id)
_COLUMNS = [getattr(_ROW, field.name) for field in fields(Feedback)]
# A post may join those that are sorted and those that wait; not what somebody has dealt with.
_JOINABLE = (FeedbackStatus.WAITING, FeedbackStatus.OPEN, FeedbackStatus.IGNORED)


class SqlFeedbackStore:
    """`bot.core.domain.feedback.Board` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def add(self, heard: IncomingMessage, said_at: datetime, permalink: str, *, together: int) -> int | None:
        """Keep a post, once; return the record that waits for it, None for one that is there already."""
        now = datetime.now(UTC)
        async with self._writer.begin() as connection:
            head = await _head_of(connection, heard, said_at - timedelta(minutes=together)) if together else None
            values = {
                "workspace": heard.place.workspace,
                "channel": heard.place.channel,
                "message": heard.id,
                "person": heard.author,
                "is_bot": heard.is_bot,
                "text": heard.text,
                "files": files_json(heard.files),
                "said_at": said_at,
                "permalink": permalink,
                "head": head,
                "waits": head is None,
                "status": FeedbackStatus.WAITING if head is None else FeedbackStatus.JOINED,
                "changed_at": now,
            }
            new = INSERT[connection.dialect.name](_ROW).values(values)
            once = new.on_conflict_do_nothing(index_elements=["workspace", "channel", "message"])
            id_ = (await connection.execute(once.returning(_ROW.id))).scalar_one_or_none()
            if id_ is None:
                return await self._still_waiting(connection, heard.place)
            if head is not None:
                await connection.execute(update(_ROW).where(_ROW.id == head).values(waits=True))
            return int(head or id_)

    async def _still_waiting(self, connection: AsyncConnection, place: Place) -> int | None:
        """Return the record of a post that came before and waits still: it may not have been taken to be sorted."""
        query = select(func.coalesce(_ROW.head, _ROW.id)).where(*_is_post(place))
        head = (await connection.execute(query)).scalar_one_or_none()
        waits = select(_ROW.id).where(_ROW.id == head, _ROW.waits)
        return (await connection.execute(waits)).scalar_one_or_none()

    async def edit(self, changed: MessageEdit) -> int | None:
        """Take in that a post was edited, or deleted; return the record that changes by it."""
        place, now = replace(changed.place, thread=changed.id), datetime.now(UTC)
        async with self._writer.begin() as connection:
            query = select(_ROW.id, _ROW.head, _ROW.revision, _ROW.status).where(*_is_post(place)).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None or row.status == FeedbackStatus.WITHDRAWN or changed.revision <= row.revision:
                return None
            head = row.head or row.id
            words = {"text": changed.text, "files": files_json(changed.files), "revision": changed.revision}
            await connection.execute(update(_ROW).where(_ROW.id == row.id).values(words))
            is_gone = changed.is_deleted and row.head is None
            part = select(_ROW.id).where(_ROW.head == head, or_(_ROW.text != "", _ROW.files.is_not(None))).limit(1)
            if is_gone and (await connection.execute(part)).one_or_none() is None:
                gone = {
                    "status": FeedbackStatus.WITHDRAWN,
                    "waits": False,
                    "version": _ROW.version + 1,
                    "changed_at": now,
                }
                await connection.execute(update(_ROW).where(_ROW.id == head).values(gone))
            else:
                await connection.execute(update(_ROW).where(_ROW.id == head).values(waits=True))
            return int(head)

    async def respond(self, place: Place, person: str) -> None:
        """Note that somebody who is not the author answered in a thread; the first time counts."""
        first = update(_ROW).where(*_is_post(place), _ROW.responded_at.is_(None), _ROW.person != person)
        async with self._writer.begin() as connection:
            await connection.execute(first.values(responded_at=datetime.now(UTC)))

    async def waiting(self, place: Place, limit: int) -> Sequence[Feedback]:
        """Return the records of a channel that wait to be sorted, oldest first, with all of their posts' words."""
        query = select(*_COLUMNS).where(*_in_channel(place), _ROW.waits).order_by(_ROW.message).limit(limit)
        async with self._reader.connect() as connection:
            heads = [_feedback(row) for row in await connection.execute(query)]
            parts = await _parts(connection, [head.id for head in heads])
        return [head.with_parts(parts.get(head.id, ())) for head in heads]

    async def channels_waiting(self) -> Sequence[Place]:
        """Return the channels where records wait."""
        query = select(_ROW.workspace, _ROW.channel).where(_ROW.waits).distinct()
        async with self._reader.connect() as connection:
            return [Place(*row) for row in await connection.execute(query)]

    async def save(self, place: Place, decisions: Mapping[int, Decision], calls: Sequence[Call]) -> None:
        """Keep what records are, with what that cost, in one transaction."""
        async with self._writer.begin() as connection:
            for id_, decision in decisions.items():
                await _decide(connection, place, id_, decision)
            await connection.run_sync(record, Record(place, "", calls=tuple(calls)))

    async def find(self, workspace: str, id_: int) -> Feedback | None:
        """Return a record."""
        return await self._one(select(*_COLUMNS).where(_ROW.workspace == workspace, _ROW.id == id_))

    async def at(self, place: Place) -> Feedback | None:
        """Return the record of the post that a thread hangs on."""
        return await self._one(select(*_COLUMNS).where(*_is_post(place)))

    async def change(self, workspace: str, id_: int, **values: Any) -> Feedback | None:  # noqa: ANN401 - as the port has it
        """Change what people see of a record, which counts as a new version; return it as it is now."""
        if "category" in values:
            values["corrected_at"] = datetime.now(UTC)
        values |= {"version": _ROW.version + 1, "changed_at": datetime.now(UTC)}
        here = _ROW.workspace == workspace, _ROW.id == id_
        async with self._writer.begin() as connection:
            await connection.execute(update(_ROW).where(*here).values(values))
        return await self.find(workspace, id_)

    async def shown(self, workspace: str, id_: int, **values: Any) -> None:  # noqa: ANN401 - as the port has it
        """Note what is shown of a record."""
        async with self._writer.begin() as connection:
            await connection.execute(update(_ROW).where(_ROW.workspace == workspace, _ROW.id == id_).values(values))

    async def unshown(self, before: datetime) -> Sequence[Feedback]:
        """Return records whose newest version, older than a time, is not shown yet."""
        late = _ROW.version > _ROW.shown_version, _ROW.changed_at < before
        return await self._all(select(*_COLUMNS).where(*late).order_by(_ROW.id).limit(FORGOTTEN_AT_ONCE))

    async def unrouted(self, place: Place, teams: Sequence[str], limit: int) -> Sequence[Feedback]:
        """Return a channel's open records of these teams that were not sent to them, oldest first."""
        query = select(*_COLUMNS).where(*_in_channel(place), _ROW.team.in_(teams), _ROW.routed == "")
        query = query.where(_ROW.status.in_((FeedbackStatus.OPEN, FeedbackStatus.TAKEN)))
        return await self._all(query.order_by(_ROW.message).limit(limit))

    async def retry_routes(self, place: Place) -> Sequence[Feedback]:
        """Let records of a channel that could not be sent to their teams be sent again; return them."""
        here = *_in_channel(place), _ROW.routed == ELSEWHERE
        async with self._writer.begin() as connection:
            again = update(_ROW).where(*here).values(routed="").returning(_ROW.id)
            ids = list((await connection.execute(again)).scalars())
        return await self._all(select(*_COLUMNS).where(_ROW.id.in_(ids)))

    async def routed_as(self, workspace: str, message: str) -> Sequence[Feedback]:
        """Return the records that a message to a team tells of."""
        here = _ROW.workspace == workspace, _ROW.routed == message
        return await self._all(select(*_COLUMNS).where(*here).order_by(_ROW.message))

    async def assigned(self, workspace: str, person: str, limit: int) -> Sequence[Feedback]:
        """Return the records that a person works on, newest first."""
        query = select(*_COLUMNS).where(_ROW.workspace == workspace, _ROW.assignee == person)
        query = query.where(_ROW.status.in_((FeedbackStatus.OPEN, FeedbackStatus.TAKEN)))
        return await self._all(query.order_by(_ROW.id.desc()).limit(limit))

    async def recent(
        self, place: Place, since: datetime, limit: int, *, root: int | None = None, category: str = ""
    ) -> Sequence[Feedback]:
        """Return a channel's records of feedback since a time, newest first; of a root or a category, if any."""
        query = select(*_COLUMNS).where(*_is_counted(place), _ROW.said_at >= since)
        query = query.where(*([_root == root] if root else []), *([_ROW.category == category] if category else []))
        return await self._all(query.order_by(_ROW.said_at.desc()).limit(limit))

    async def repeated(self, place: Place, since: datetime, least: int) -> Mapping[int, int]:
        """Count by their root the records of feedback since a time that are alike, where there are at least so many."""
        query = select(_root, func.count()).where(*_is_counted(place), _ROW.said_at >= since).group_by(_root)
        query = query.having(func.count() >= least).order_by(func.max(_ROW.said_at).desc()).limit(MOST_TRENDS)
        async with self._reader.connect() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def counts(self, place: Place, since: datetime, until: datetime) -> Mapping[str, int]:
        """Count by their category a channel's records of feedback, from just after a time up to another."""
        query = select(_ROW.category, func.count()).where(*_is_counted(place), _ROW.said_at > since)
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.where(_ROW.said_at <= until).group_by(_ROW.category))
            return {row[0]: row[1] for row in rows}

    async def oldest(self, place: Place, since: datetime) -> datetime | None:
        """Tell when the oldest of a channel's records of feedback since a time was said, None without any."""
        query = select(_ROW.said_at).where(*_is_counted(place), _ROW.said_at > since)
        async with self._reader.connect() as connection:
            return (await connection.execute(query.order_by(_ROW.said_at).limit(1))).scalar_one_or_none()

    async def newest(self, place: Place, limit: int) -> Sequence[KnownPost]:
        """Return the words of a channel's newest records of feedback, newest first."""
        query = select(_ROW.id, _ROW.text).where(*_is_counted(place), _ROW.text != "")
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.order_by(_ROW.said_at.desc()).limit(limit))
            return [KnownPost(row.id, row.text) for row in rows]

    async def alike(
        self, place: Place, words: Mapping[int, Sequence[str]], limit: int
    ) -> Mapping[int, Sequence[KnownPost]]:
        """Return for each number the records of a channel that have any of its words, those with the most first."""
        async with self._reader.connect() as connection:
            return {number: await similar.find(connection, place, wanted, limit) for number, wanted in words.items()}

    async def corrections(self, place: Place, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, newest first."""
        query = select(_ROW.text, _ROW.category).where(*_in_channel(place), _ROW.corrected_at.is_not(None))
        query = query.where(_ROW.text != "").order_by(_ROW.corrected_at.desc()).limit(limit)
        async with self._reader.connect() as connection:
            return [Example(row.text, (row.category,)) for row in await connection.execute(query)]

    async def all_corrections(self, place: Place | None, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, or in any, newest first: for the operator only."""
        query = select(_ROW.text, _ROW.category).where(_ROW.corrected_at.is_not(None), _ROW.text != "")
        query = query.where(*(_in_channel(place) if place else ()))
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.order_by(_ROW.corrected_at.desc()).limit(limit))
            return [Example(row.text, (row.category,)) for row in rows]

    async def channels_since(self, since: datetime) -> Sequence[Place]:
        """Return the channels that had feedback since a time."""
        query = select(_ROW.workspace, _ROW.channel).where(_ROW.said_at >= since).distinct()
        async with self._reader.connect() as connection:
            return [Place(*row) for row in await connection.execute(query)]

    async def alert(self, place: Place, key: str, since: datetime) -> str:
        """Return what was kept of a trend that was told of since a time, "" for none."""
        query = select(AlertRow.message).where(*_is_alert(place, key), AlertRow.created_at >= since)
        async with self._reader.connect() as connection:
            return (await connection.execute(query)).scalar_one_or_none() or ""

    async def keep_alert(self, place: Place, key: str, message: str, since: datetime) -> None:
        """Keep where a trend is told of; one from before `since` begins anew."""
        values = {"workspace": place.workspace, "channel": place.channel, "key": key, "message": message}
        old = delete(AlertRow).where(*_is_alert(place, key), AlertRow.created_at < since)
        async with self._writer.begin() as connection:
            await connection.execute(old)
            new = INSERT[connection.dialect.name](AlertRow).values(values | {"created_at": datetime.now(UTC)})
            keys = ["workspace", "channel", "key"]
            await connection.execute(new.on_conflict_do_update(index_elements=keys, set_={"message": message}))

    async def _one(self, query: Select[*tuple[Any, ...]]) -> Feedback | None:
        async with self._reader.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _feedback(row)

    async def _all(self, query: Select[*tuple[Any, ...]]) -> Sequence[Feedback]:
        async with self._reader.connect() as connection:
            return [_feedback(row) for row in await connection.execute(query)]


async def _head_of(connection: AsyncConnection, heard: IncomingMessage, since: datetime) -> int | None:
    """Return the record that a post of the same person belongs to."""
    latest = (
        select(_ROW.id, _ROW.head)
        .where(*_in_channel(heard.place), _ROW.person == heard.author, _ROW.said_at >= since)
        .where(_ROW.message < heard.id, _ROW.status.in_((*_JOINABLE, FeedbackStatus.JOINED)))
        .order_by(_ROW.message.desc())
        .limit(1)
    )
    row = (await connection.execute(latest)).one_or_none()
    if row is None:
        return None
    head = row.head or row.id
    is_open = select(_ROW.id).where(_ROW.id == head, _ROW.status.in_(_JOINABLE))
    parts = select(func.count()).where(_ROW.head == head)
    is_full = (await connection.execute(parts)).scalar_one() >= MOST_PARTS
    return None if is_full else (await connection.execute(is_open)).scalar_one_or_none()


async def _parts(connection: AsyncConnection, heads: Sequence[int]) -> dict[int, list[Feedback]]:
    found: dict[int, list[Feedback]] = {}
    query = select(_ROW.head.label("of"), *_COLUMNS).where(_ROW.head.in_(heads)).order_by(_ROW.message)
    for row in await connection.execute(query):
        found.setdefault(row.of, []).append(_feedback(row))
    return found


async def _decide(connection: AsyncConnection, place: Place, id_: int, decision: Decision) -> None:
    """Keep what a record is, unless it was edited since it was read; what a person settled stays."""
    query = select(*_COLUMNS).where(_ROW.id == id_, *_in_channel(place), _ROW.waits).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return
    whole = _feedback(row).with_parts((await _parts(connection, [id_])).get(id_, ()))
    judged = decision.judgement
    values: dict[str, Any] = {
        "waits": whole.text != decision.text,
        "sentiment": judged.sentiment,
        "area": judged.area,
        "summary": judged.summary,
        "language": judged.language,
        "confidence": judged.confidence,
        "evidence": judged.evidence,
        "given": judged.category,
        "version": _ROW.version + 1,
        "changed_at": datetime.now(UTC),
    }
    if whole.status in {FeedbackStatus.WAITING, FeedbackStatus.OPEN, FeedbackStatus.IGNORED}:
        values["status"] = decision.status
    if not whole.corrected_by:
        values |= {"category": judged.category, "severity": judged.severity, "team": decision.team}
        root = None
        if judged.duplicate_of is not None:
            other = _ROW.id == judged.duplicate_of, _ROW.workspace == place.workspace
            first = select(_root).where(*other)
            root = (await connection.execute(first)).scalar_one_or_none()
        values |= {"duplicate_of": judged.duplicate_of, "root": root or id_}
    await connection.execute(update(_ROW).where(_ROW.id == id_).values(values))


def _in_channel(place: Place) -> tuple[ColumnElement[bool], ...]:
    return _ROW.workspace == place.workspace, _ROW.channel == place.channel


def _is_counted(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (*_in_channel(place), _ROW.status.in_(COUNTED))


def _is_alert(place: Place, key: str) -> tuple[ColumnElement[bool], ...]:
    return AlertRow.workspace == place.workspace, AlertRow.channel == place.channel, AlertRow.key == key


def _is_post(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (*_in_channel(place), _ROW.message == place.thread)


def _feedback(row: Row[Any]) -> Feedback:
    values = {field.name: getattr(row, field.name) for field in fields(Feedback)}
    files = tuple(FileRef(**file) for file in json.loads(row.files or "[]"))
    return Feedback(**values | {"files": files, "status": FeedbackStatus(row.status)})
