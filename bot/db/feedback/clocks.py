"""The clocks of feedback: until when each record is to be answered and resolved, and who was told otherwise."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, or_, select, update

from bot.core.domain.clock import Clock, ClockKind, ClockScore, TimedPost
from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.message import Place
from bot.db.feedback.rows import ROW, in_channel, is_counted
from bot.db.tables import ClockRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

    from bot.db.engine import Database

MOST_CHANNELS = 500  # in which something is due, in one look
OPEN = ROW.status.in_((FeedbackStatus.OPEN, FeedbackStatus.TAKEN))
POST = [getattr(ROW, field.name) for field in fields(TimedPost) if field.name != "clocks"]
CLOCK = [getattr(ClockRow, field.name) for field in fields(Clock)]
# A response is kept with its record, at once.
MET_AT = case(
    (ClockRow.kind == ClockKind.FIRST_RESPONSE, func.coalesce(ROW.responded_at, ClockRow.met_at)), else_=ClockRow.met_at
)


class SqlClockStore:
    """`bot.core.ports.clocks.ClockStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def at(self, workspace: str, record: int) -> TimedPost | None:
        """Return a record with its clocks."""
        found = await self._read(_posts().where(ROW.workspace == workspace, ROW.id == record))
        return found[0] if found else None

    async def behind(
        self, place: Place, rule: str, since: datetime, after: tuple[str, int], limit: int
    ) -> Sequence[TimedPost]:
        """Return open records since a time whose clocks were not set by a rule, oldest first.

        They come after a record, given as its message and its part.
        """
        is_set = exists().where(ClockRow.record == ROW.id, ClockRow.rule == rule)
        message, part = after
        comes_after = or_(ROW.message > message, and_(ROW.message == message, ROW.part > part))
        query = _posts().where(*in_channel(place), comes_after, ROW.said_at >= since, OPEN, ~is_set)
        return await self._read(query.order_by(ROW.message, ROW.part).limit(limit))

    async def set(self, place: Place, rule: str, clocks: Mapping[int, Sequence[Clock]], *, escalates: bool) -> None:
        """Set the clocks of records; one that starts later than before is new, and people can be told of it again."""
        here = {"workspace": place.workspace, "channel": place.channel, "rule": rule}
        rows = [
            here
            | {"record": record, "kind": one.kind, "started_at": one.started_at, "due_at": one.due_at}
            | {"remind_at": one.remind_at, "met_at": one.met_at, "next_at": None if one.met_at else one.remind_at}
            for record, its in clocks.items()
            for one in its
        ]

        def write(connection: Connection) -> None:
            new = INSERT[connection.dialect.name](ClockRow)
            at, is_new = new.excluded, new.excluded.started_at > ClockRow.started_at
            reminded, escalated = (
                case((is_new, None), else_=column) for column in (ClockRow.reminded_at, ClockRow.escalated_at)
            )
            following = case(
                (at.next_at.is_(None), None),
                (or_(is_new, ClockRow.reminded_at.is_(None)), at.remind_at),
                *([(ClockRow.escalated_at.is_(None), at.due_at)] if escalates else []),
                else_=None,
            )
            held: dict[str, Any] = {name: at[name] for name in ("rule", "started_at", "due_at", "remind_at", "met_at")}
            held |= {"reminded_at": reminded, "escalated_at": escalated, "next_at": following}
            connection.execute(new.on_conflict_do_update(index_elements=["record", "kind"], set_=held), rows)

        if rows:
            await transact(self._writer, write)

    async def channels_due(self, now: datetime) -> Mapping[Place, str]:
        """Return the channels where someone is to be told something, each with a name for what is due there now."""
        where = ClockRow.workspace, ClockRow.channel
        first = func.min(ClockRow.record), func.min(ClockRow.next_at)
        query = select(*where, *first).where(ClockRow.next_at <= now).group_by(*where).limit(MOST_CHANNELS)

        def read(connection: Connection) -> Mapping[Place, str]:
            rows = connection.execute(query).all()
            return {Place(row[0], row[1]): f"{row[2]}:{row[3]:%Y%m%dT%H%M%S}" for row in rows}

        return await transact(self._reader, read)

    async def due(self, place: Place, now: datetime, limit: int) -> Sequence[TimedPost]:
        """Return a channel's records that someone is to be told of, the lowest ids first."""
        ids = select(ClockRow.record).where(*_is_due(place, now)).distinct().order_by(ClockRow.record).limit(limit)
        return await self._read(_posts().where(ROW.id.in_(ids.scalar_subquery())).order_by(ROW.id))

    async def postpone(self, place: Place, now: datetime, until: datetime) -> None:
        """Put off all that is due in a channel."""
        later = update(ClockRow).where(*_is_due(place, now)).values(next_at=until)
        await transact(self._writer, lambda connection: connection.execute(later))

    async def told(
        self, workspace: str, records: Sequence[int], at: datetime, *, escalated: bool, escalates: bool
    ) -> None:
        """Record that a team was told of records, of all of their clocks that were due `at` that time."""
        these = ClockRow.workspace == workspace, ClockRow.record.in_(records), ClockRow.started_at <= at
        if escalated:
            due = ClockRow.due_at <= at, ClockRow.escalated_at.is_(None)
            reminded = func.coalesce(ClockRow.reminded_at, at)
            values: dict[str, Any] = {"escalated_at": at, "reminded_at": reminded, "next_at": None}
        else:
            due = ClockRow.remind_at <= at, ClockRow.reminded_at.is_(None)
            goes_on = and_(ClockRow.met_at.is_(None), ClockRow.escalated_at.is_(None))
            values = {"reminded_at": at, "next_at": case((goes_on, ClockRow.due_at)) if escalates else None}
        marked = update(ClockRow).where(*these, *due).values(values)
        await transact(self._writer, lambda connection: connection.execute(marked))

    async def _read(self, query: Select[*tuple[Any, ...]]) -> Sequence[TimedPost]:
        def read(connection: Connection) -> Sequence[TimedPost]:
            posts = connection.execute(query).all()
            clocks: dict[int, dict[ClockKind, Clock]] = defaultdict(dict)
            its = select(ClockRow.record, *CLOCK).where(ClockRow.record.in_([post.id for post in posts]))
            for record, kind, *rest in connection.execute(its) if posts else ():
                clocks[record][ClockKind(kind)] = Clock(ClockKind(kind), *rest)
            return [
                TimedPost(**post._asdict() | {"status": FeedbackStatus(post.status), "clocks": clocks[post.id]})
                for post in posts
            ]

        return await transact(self._reader, read)


class SqlClockFigures:
    """`bot.core.ports.clocks.ClockFigures` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader

    async def scores(self, place: Place, since: datetime, now: datetime) -> Mapping[ClockKind, ClockScore]:
        """Count the clocks of a channel's feedback since a time that are over or were stopped, by their kind."""
        is_over = or_(MET_AT.is_not(None), ClockRow.due_at <= now)
        counts = func.count(), func.sum(case((ClockRow.due_at >= MET_AT, 1), else_=0))
        query = select(ClockRow.kind, *counts).join(ROW, ROW.id == ClockRow.record).group_by(ClockRow.kind)
        query = query.where(*is_counted(place), ROW.said_at > since, ClockRow.due_at.is_not(None), is_over)

        def read(connection: Connection) -> Mapping[ClockKind, ClockScore]:
            return {ClockKind(row[0]): ClockScore(row[1], int(row[2])) for row in connection.execute(query)}

        return await transact(self._reader, read)

    async def overdue(
        self, workspace: str, now: datetime, *, channel: str = "", records: Sequence[int] = ()
    ) -> Mapping[int, datetime]:
        """Return since when open records are overdue, of a channel or among some."""
        where = ROW.channel == channel if channel else ROW.id.in_(records)
        query = select(ROW.id, func.min(ClockRow.due_at)).join(ClockRow, ClockRow.record == ROW.id).group_by(ROW.id)
        query = query.where(ROW.workspace == workspace, where, OPEN, ClockRow.due_at < now, MET_AT.is_(None))

        def read(connection: Connection) -> Mapping[int, datetime]:
            return {row[0]: row[1] for row in connection.execute(query) if row[1]}

        return await transact(self._reader, read)


def _posts() -> Select[*tuple[Any, ...]]:
    return select(*POST)


def _is_due(place: Place, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return ClockRow.workspace == place.workspace, ClockRow.channel == place.channel, ClockRow.next_at <= now
