"""A thread with all that its next turn needs, by one query: its settings, its messages, the notes of its place."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, exists, false, literal, null, or_, select, type_coerce, union_all

from bot.core.domain.message import FileRef, Message, Role
from bot.core.domain.note import Note
from bot.core.domain.thread import Conversation
from bot.db import settings as settings_store
from bot.db import tables
from bot.db.tables import Moment, NoteRow, ThreadRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row, Select

    from bot.core.domain.message import Place

LOADED = 1_000  # messages of a thread at a time
NOTES = -10  # the ids of notes count down from here


def conversation_of(place: Place, found: Sequence[Row[Any]]) -> Conversation:
    """Convert what `conversation_query` finds for a place."""
    notes = [row for row in found if row.id < NOTES]
    sheets = [row.text for row in found if NOTES <= row.id < 0]
    head, *rows = [row for row in found if row.id >= 0]
    return Conversation(
        settings=settings_store.read(sheets),
        is_known=head.external_id is not None,
        began_with_bot=bool(head.flag),
        messages=tuple(map(message_of, rows[-LOADED:])),
        read_until=head.external_id or "",
        unread_until=head.author or "",
        known_since=head.role or "",
        people=json.loads(head.files or "{}"),
        summary=head.text or "",
        summary_until=head.number or 0,
        silent_since=head.at,
        left_out=len(rows) > LOADED,
        has_code=head.is_edited,
        has_knowledge=head.has_knowledge,
        notes=tuple(_note_of(row, replace(place, thread="")) for row in reversed(notes)),
    )


def message_of(row: Row[Any]) -> Message:
    """Convert a row to a message."""
    return Message(
        Role(row.role),
        row.author,
        row.text,
        row.external_id or "",
        files=tuple(FileRef(**file) for file in json.loads(row.files or "[]")),
        is_bot=row.flag,
        is_edited=row.is_edited,
        number=row.id,
    )


def _note_of(row: Row[Any], place: Place) -> Note:
    return Note(NOTES - row.id, row.number, place, row.text, row.author, row.external_id, row.at, row.until)


def is_here() -> tuple[ColumnElement[bool], ...]:
    """Match a place's thread."""
    return (
        ThreadRow.workspace == bindparam("workspace"),
        ThreadRow.channel == bindparam("channel"),
        ThreadRow.thread == bindparam("thread"),
    )


@cache
def conversation_query() -> Select[*tuple[Any, ...]]:
    """Select a row for each note, each layer of settings that applies, the thread, and each message, oldest first.

    The parameters are a place's fields, and `now`. Notes have ids below `NOTES`, layers below 0, of which the last
    wins; the thread has 0.
    """
    message, source = tables.MessageRow, tables.KnowledgeSourceRow
    one = select(literal(1).label("one")).subquery()
    head = select(
        literal(0).label("id"),
        ThreadRow.began_with_bot.label("flag"),
        ThreadRow.known_since.label("role"),
        ThreadRow.unread_until.label("author"),
        ThreadRow.read_until.label("external_id"),
        ThreadRow.summary.label("text"),
        ThreadRow.people.label("files"),
        ThreadRow.summary_until.label("number"),
        exists().where(tables.CodeFileRow.thread_id == ThreadRow.id).label("is_edited"),  # for has_code
        ThreadRow.last_message_at.label("at"),
        type_coerce(null(), Moment()).label("until"),
        exists()
        .where(source.workspace == bindparam("workspace"), source.channel.in_(["", bindparam("channel")]))
        .label("has_knowledge"),
    ).select_from(one.outerjoin(ThreadRow, and_(*is_here())))
    sheets = settings_store.sheets_query()
    settings = select(
        sheets.c.layer,
        false(),
        null(),
        null(),
        null(),
        sheets.c.sheet,
        null(),
        null(),
        false(),
        null(),
        null(),
        false(),
    )
    newest = (
        select(
            message.id,
            message.is_bot,
            message.role,
            message.author,
            message.external_id,
            message.text,
            message.files,
            ThreadRow.summary_until,
            message.revision.is_not(None).label("is_edited"),
            message.created_at,
        )
        .join(ThreadRow, ThreadRow.id == message.thread_id)
        .where(*is_here(), message.id > ThreadRow.summary_until)
        .order_by(message.id.desc())
        .limit(LOADED + 1)
        .subquery()
    )
    # The notes before what has no end: PostgreSQL finds the type of each column from the left.
    both = union_all(head, _notes(), settings, select(*newest.c, null(), false())).subquery()
    return select(both).order_by(both.c.id)


def _notes() -> Select[*tuple[Any, ...]]:
    """Select the notes of a place that hold at a moment."""
    return select(
        literal(NOTES) - NoteRow.id,
        NoteRow.is_outdated,
        null(),
        NoteRow.author,
        NoteRow.message,
        NoteRow.text,
        null(),
        NoteRow.number,
        false(),
        NoteRow.created_at,
        NoteRow.expires_at,
        false(),
    ).where(
        NoteRow.workspace == bindparam("workspace"),
        NoteRow.channel == bindparam("channel"),
        NoteRow.offered_until.is_(None),
        or_(NoteRow.expires_at.is_(None), NoteRow.expires_at > bindparam("now")),
    )
