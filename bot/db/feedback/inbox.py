"""Incoming posts that wait to be sorted, and the decisions about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import aliased

from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.message import Place
from bot.core.domain.thread import Record
from bot.db.feedback.decisions import decide
from bot.db.feedback.drafts import withdraw
from bot.db.feedback.rows import COLUMNS, POST, ROW, feedback_of, in_channel, is_post, parts_of
from bot.db.feedback.splits import standing, withdraw_further, without
from bot.db.feedback.trackers import uncomment
from bot.db.knowledge import gaps
from bot.db.threads import files_json, record, said_in
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.calls import Call
    from bot.core.domain.feedback import Decision, Feedback
    from bot.core.domain.message import IncomingMessage, MessageEdit
    from bot.db.engine import Database

MOST_PARTS = 20  # posts of one record
# A post may join those that are sorted and those that wait; not what someone has dealt with.
_JOINABLE = (FeedbackStatus.WAITING, FeedbackStatus.OPEN, FeedbackStatus.IGNORED)


class SqlFeedbackInbox:
    """`bot.core.ports.feedback_store.FeedbackInbox` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def add(self, incoming: IncomingMessage, said_at: datetime, permalink: str, *, together: int) -> int | None:
        """Save a post, once; return its waiting record, None if it is already there."""
        now = datetime.now(UTC)
        async with self._writer.begin() as connection:
            head = await _head_of(connection, incoming, said_at - timedelta(minutes=together)) if together else None
            values = {
                "workspace": incoming.place.workspace,
                "channel": incoming.place.channel,
                "message": incoming.id,
                "person": incoming.author,
                "is_bot": incoming.is_bot,
                **said_in(incoming.place, incoming.text),
                "files": files_json(incoming.files),
                "said_at": said_at,
                "permalink": permalink,
                "head": head,
                "waits": head is None,
                "status": FeedbackStatus.WAITING if head is None else FeedbackStatus.JOINED,
                "changed_at": now,
            }
            new = INSERT[connection.dialect.name](ROW).values(values)
            once = new.on_conflict_do_nothing(index_elements=POST)
            id_ = (await connection.execute(once.returning(ROW.id))).scalar_one_or_none()
            if id_ is None:
                return await self._still_waiting(connection, incoming.place)
            if head is not None:
                await connection.execute(update(ROW).where(ROW.id == head).values(waits=True))
            return int(head or id_)

    async def _still_waiting(self, connection: AsyncConnection, place: Place) -> int | None:
        """Return an earlier post's record that still waits: its job may not have been accepted."""
        query = select(func.coalesce(ROW.head, ROW.id)).where(*is_post(place))
        head = (await connection.execute(query)).scalar_one_or_none()
        waits = select(ROW.id).where(ROW.id == head, ROW.waits)
        return (await connection.execute(waits)).scalar_one_or_none()

    async def edit(self, changed: MessageEdit) -> int | None:
        """Apply an edit or a deletion of a post; return the record that it changes."""
        place, now = replace(changed.place, thread=changed.id), datetime.now(UTC)
        async with self._writer.begin() as connection:
            query = select(ROW.id, ROW.head, ROW.revision, ROW.status).where(*is_post(place)).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None or row.status == FeedbackStatus.WITHDRAWN or changed.revision <= row.revision:
                return None
            head = row.head or row.id
            words = {"files": files_json(changed.files), "revision": changed.revision}
            words |= {"text": changed.text} if row.status == FeedbackStatus.ANSWER else said_in(place, changed.text)
            await connection.execute(update(ROW).where(ROW.id == row.id).values(words))
            await gaps.drop(connection, place.workspace, int(head))  # which a draft for what is left may find again
            is_gone = changed.is_deleted and row.head is None
            part = select(ROW.id).where(ROW.head == head, or_(ROW.text != "", ROW.files.is_not(None)))
            part = part.where(ROW.status != FeedbackStatus.ANSWER).limit(1)
            if is_gone and (await connection.execute(part)).one_or_none() is None:
                gone = {
                    "status": FeedbackStatus.WITHDRAWN,
                    "waits": False,
                    "version": ROW.version + 1,
                    "changed_at": now,
                    **dict.fromkeys(("excerpt", "summary", "evidence"), ""),
                }
                await connection.execute(update(ROW).where(ROW.id == head).values(gone))
                await withdraw(connection, place.workspace, int(head))
                await uncomment(connection, [int(head)])
                await withdraw_further(connection, place)
            else:
                await connection.execute(update(ROW).where(ROW.id == head).values(waits=True, excerpt=""))
            return int(head)

    async def respond(self, place: Place, person: str, at: datetime | None = None) -> None:
        """Record that someone other than the author replied in a thread, now by default; the first time counts."""
        its = select(func.coalesce(ROW.head, ROW.id)).where(*is_post(place)).scalar_subquery()
        record = aliased(ROW)
        message = select(record.message).where(record.id == its).scalar_subquery()
        first = update(ROW).where(*in_channel(place), ROW.message == message)
        first = first.where(ROW.responded_at.is_(None), ROW.person != person)
        async with self._writer.begin() as connection:
            await connection.execute(first.values(responded_at=at or datetime.now(UTC)))

    async def waiting(self, place: Place, limit: int) -> Sequence[Feedback]:
        """Return the records of a channel that wait to be sorted, oldest first, with all of their posts' words.

        What a person made a record of its own is left out of the words that its post's record is about.
        """
        query = select(*COLUMNS).where(*in_channel(place), ROW.waits).order_by(ROW.message, ROW.part).limit(limit)
        async with self._reader.connect() as connection:
            found = [feedback_of(row) for row in await connection.execute(query)]
            posts = await parts_of(connection, [one.id for one in found])
            whole = [replace(one, excerpt="").with_parts(posts.get(one.id, ())) for one in found]
            return [
                replace(one, excerpt=without(one.text, await standing(connection, one.place))[0])
                if one.split_at and not one.part
                else one
                for one in whole
            ]

    async def channels_waiting(self) -> Sequence[Place]:
        """Return the channels where records wait."""
        query = select(ROW.workspace, ROW.channel).where(ROW.waits).distinct()
        async with self._reader.connect() as connection:
            return [Place(*row) for row in await connection.execute(query)]

    async def save(self, place: Place, decisions: Mapping[int, Decision], calls: Sequence[Call]) -> None:
        """Save decisions with their costs in one transaction."""
        async with self._writer.begin() as connection:
            for id_, decision in decisions.items():
                await decide(connection, place, id_, decision)
            await connection.run_sync(record, Record(place, "", calls=tuple(calls)))


async def _head_of(connection: AsyncConnection, incoming: IncomingMessage, since: datetime) -> int | None:
    """Return the record that a post of the same person belongs to."""
    latest = (
        select(ROW.id, ROW.head)
        .where(*in_channel(incoming.place), ROW.person == incoming.author, ROW.said_at >= since, ROW.part == 0)
        .where(ROW.message < incoming.id, ROW.status.in_((*_JOINABLE, FeedbackStatus.JOINED)))
        .order_by(ROW.message.desc())
        .limit(1)
    )
    row = (await connection.execute(latest)).one_or_none()
    if row is None:
        return None
    head = row.head or row.id
    is_open = select(ROW.id).where(ROW.id == head, ROW.status.in_(_JOINABLE))
    parts = select(func.count()).where(ROW.head == head)
    is_full = (await connection.execute(parts)).scalar_one() >= MOST_PARTS
    return None if is_full else (await connection.execute(is_open)).scalar_one_or_none()
