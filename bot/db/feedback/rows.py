"""Rows of feedback: queries, and conversion to records."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from bot.core.domain.feedback import COUNTED, Feedback, FeedbackStatus
from bot.core.domain.message import FileRef, Place
from bot.db import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


ROW = tables.FeedbackRow
POST = ["workspace", "channel", "message", "part"]  # not for people: the unique key
root_id = func.coalesce(ROW.root, ROW.id)
OWN_WORDS = case((ROW.excerpt != "", ROW.excerpt), else_=ROW.text)
COLUMNS = [getattr(ROW, field.name) for field in fields(Feedback)]


def in_channel(place: Place) -> tuple[ColumnElement[bool], ...]:
    """Match what was posted to a channel."""
    return ROW.workspace == place.workspace, ROW.channel == place.channel


def is_counted(place: Place) -> tuple[ColumnElement[bool], ...]:
    """Match a channel's records that count as feedback."""
    return (*in_channel(place), ROW.status.in_(COUNTED))


def is_post(place: Place) -> tuple[ColumnElement[bool], ...]:
    """Match the record of a thread's post."""
    return (*of_post(place), ROW.part == 0)


def of_post(place: Place) -> tuple[ColumnElement[bool], ...]:
    """Match all records of a thread's post."""
    return (*in_channel(place), ROW.message == place.thread)


async def one_of(reader: AsyncEngine, query: Select[*tuple[Any, ...]]) -> Feedback | None:
    """Return the record that a query finds."""
    async with reader.connect() as connection:
        row = (await connection.execute(query)).one_or_none()
    return None if row is None else feedback_of(row)


async def all_of(reader: AsyncEngine, query: Select[*tuple[Any, ...]]) -> Sequence[Feedback]:
    """Return the records that a query finds."""
    async with reader.connect() as connection:
        return [feedback_of(row) for row in await connection.execute(query)]


def feedback_of(row: Row[Any]) -> Feedback:
    """Return a row as a record."""
    values = {field.name: getattr(row, field.name) for field in fields(Feedback)}
    files = tuple(FileRef(**file) for file in json.loads(row.files or "[]"))
    return Feedback(**values | {"files": files, "status": FeedbackStatus(row.status)})


async def parts_of(connection: AsyncConnection, records: Sequence[int]) -> dict[int, list[Feedback]]:
    """Return the posts that belong to records, in their order, by the records' ids; of a part's, only the answers."""
    found: dict[int, list[Feedback]] = {}
    head, record = aliased(ROW), aliased(ROW)
    same = and_(*(getattr(record, name) == getattr(head, name) for name in ("workspace", "channel", "message")))
    query = select(record.id.label("of"), *COLUMNS).join(head, head.id == ROW.head).join(record, same)
    query = query.where(record.id.in_(records), or_(record.part == 0, ROW.status == FeedbackStatus.ANSWER))
    for row in await connection.execute(query.order_by(ROW.message)):
        found.setdefault(row.of, []).append(feedback_of(row))
    return found
