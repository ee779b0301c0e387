"""The store: conversations, what a finished turn leaves behind, and what is forgotten."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, exists, false, literal, null, select, true, union_all
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.conversation import Conversation, Message
from bot.core.ports import Role
from bot.db import settings as settings_store
from bot.db import tables
from bot.db.settings import SettingsStore
from bot.db.tables import Call, Thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Insert, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.conversation import Place, Record
    from bot.db.engine import Database
    from bot.db.tables import Base

# Both have the same "on conflict", though not in one class.
INSERT: dict[str, Callable[[type[Base]], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


FORGOTTEN_AT_ONCE = 500  # messages in one transaction: SQLite has one writer, which must not be kept long


class SqlStore(SettingsStore):
    """`bot.core.ports.Store` on a database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    async def conversation(self, place: Place) -> Conversation:
        """Load a thread with its settings, by one query; an empty conversation where nothing is known."""
        async with self._database.reader.connect() as connection:
            found = (await connection.execute(conversation_query(), asdict(place))).all()
        sheets, (head, *rows) = [row.text for row in found if row.id < 0], [row for row in found if row.id >= 0]
        return Conversation(
            settings=settings_store.read(sheets),
            is_known=head.is_known,
            began_with_bot=head.began_with_bot,
            messages=tuple(Message(Role(row.role), row.author, row.text, row.external_id or "") for row in rows),
        )

    async def forget(self, before: datetime) -> tuple[int, int]:
        """Delete messages that were stored before a time, and the threads that this empties; return how many of each.

        It deletes the oldest 500 messages at most: there are no more when it says 0. What the calls cost stays.
        """
        message = tables.Message
        # Ids go up with time, so that the oldest are found without an index.
        oldest = select(message.id, message.thread_id, message.created_at).order_by(message.id).limit(FORGOTTEN_AT_ONCE)
        async with self._database.writer.begin() as connection:
            old = [row for row in await connection.execute(oldest) if row.created_at < before]
            if not old:
                return 0, 0
            await connection.execute(delete(message).where(message.id.in_([row.id for row in old])))
            emptied = (
                Thread.id.in_({row.thread_id for row in old}),
                Thread.last_message_at < before,
                ~exists().where(message.thread_id == Thread.id),
            )
            return len(old), (await connection.execute(delete(Thread).where(*emptied))).rowcount


async def record(connection: AsyncConnection, record: Record) -> None:
    """Write down what a finished turn leaves behind, in the transaction that `connection` is in.

    A message that is already there, by its platform's id, stays as it is, unless it is blank, as the answer of a turn
    that failed and is tried anew. Whether a thread began with the bot is settled by its first record.
    """
    place = record.place
    if record.messages:
        await add_messages(connection, record)
    if record.calls:
        where = {"workspace": place.workspace, "channel": place.channel, "thread": place.thread}
        calls = [where | {"person": record.person} | asdict(call) for call in record.calls]
        await connection.execute(INSERT[connection.dialect.name](Call), calls)


async def add_messages(connection: AsyncConnection, record: Record) -> None:
    """Add a record's messages to its thread, in their order."""
    now = datetime.now(UTC)
    thread = {
        "workspace": record.place.workspace,
        "channel": record.place.channel,
        "thread": record.place.thread,
        "began_with_bot": record.began_with_bot,
        "created_at": now,
        "last_message_at": now,
    }
    thread_id = (await connection.execute(thread_insert(connection.dialect.name), thread)).scalar_one()
    messages = [
        {
            "thread_id": thread_id,
            "role": message.role,
            "author": message.author,
            "external_id": message.id or None,
            "text": message.text,
            "created_at": now,
        }
        for message in record.messages
    ]
    await connection.execute(message_insert(connection.dialect.name), messages)


# The statements of each turn are built once, with a place's fields for parameters: that takes longer than to run them.


@cache
def thread_insert(dialect: str) -> Insert:
    """Insert a thread, or note that it has a newer message; return its id."""
    insert = INSERT[dialect](Thread)
    newer = {"last_message_at": insert.excluded.last_message_at}
    return insert.on_conflict_do_update(index_elements=["workspace", "channel", "thread"], set_=newer).returning(
        Thread.id
    )


@cache
def message_insert(dialect: str) -> Insert:
    """Insert messages that are not there yet, by their platform's ids, or are blank."""
    insert, keys = INSERT[dialect](tables.Message), ["thread_id", "external_id"]
    text = {"text": insert.excluded.text}
    return insert.on_conflict_do_update(index_elements=keys, set_=text, where=tables.Message.text == "")


@cache
def conversation_query() -> Select[*tuple[Any, ...]]:
    """Select a row a sheet of settings that holds, one about the thread, and a row a message, oldest first.

    Sheets have an id below 0, the last on top; the thread has 0.
    """
    message = tables.Message
    here: tuple[ColumnElement[bool], ...] = (
        Thread.workspace == bindparam("workspace"),
        Thread.channel == bindparam("channel"),
        Thread.thread == bindparam("thread"),
    )
    head = select(
        literal(0).label("id"),
        exists().where(*here).label("is_known"),
        exists().where(*here, Thread.began_with_bot).label("began_with_bot"),
        null().label("role"),
        null().label("author"),
        null().label("external_id"),
        null().label("text"),
    )
    sheets = settings_store.sheets_query()
    settings = select(sheets.c.layer, true(), false(), null(), null(), null(), sheets.c.sheet)
    body = (
        select(message.id, true(), false(), message.role, message.author, message.external_id, message.text)
        .join(Thread, Thread.id == message.thread_id)
        .where(*here)
    )
    both = union_all(head, settings, body).subquery()
    return select(both).order_by(both.c.id)
