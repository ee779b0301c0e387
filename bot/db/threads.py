"""The store of threads: conversations, the records of finished turns, and erasure."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, or_, select, update

from bot.calls import Call
from bot.core.domain.message import FileRef, Message, Role, marked
from bot.core.domain.thread import Conversation, Record
from bot.core.search_words import stored_words
from bot.db import code_files, tables
from bot.db.conversation import conversation_of, conversation_query, is_here
from bot.db.merge_history import put_in
from bot.db.tables import CallRow, ThreadRow
from bot.db.upsert import INSERT
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Insert, Row, Select

    from bot.core.answer.thread_summary import Condensed
    from bot.core.domain.message import MessageEdit, Place
    from bot.core.domain.thread import PageKept, PageRead
    from bot.db.engine import Database

CALL_FIELDS = tuple(field.name for field in fields(Call))


class SqlThreadStore:
    """`bot.core.ports.ThreadStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def load(self, place: Place) -> Conversation:
        """Load a thread with its settings, by one query; an empty conversation where nothing is known.

        Of its messages, those after its summary; the newest thousand if there are more.
        """

        def read(connection: Connection) -> Sequence[Row[Any]]:
            return connection.execute(conversation_query(), asdict(place) | {"now": datetime.now(UTC)}).all()

        return conversation_of(place, await transact(self._reader, read))

    async def keep(self, page: PageRead) -> PageKept:
        """Store a page of a thread that was read at the platform, and how far the thread is read."""
        # A page may hold megabytes, whose words take PostgreSQL's driver too long on the loop.
        rows = await asyncio.to_thread(lambda: [row_of(message, page.place) for message in page.messages])
        return await transact(self._writer, partial(keep_page, page=page, rows=rows))

    async def rate(self, place: Place, question: str, person: str, *, is_good: bool, comment: str = "") -> None:
        """Save a person's rating of the answer to a question, replacing their earlier one."""
        now = datetime.now(UTC)
        rating = {"is_good": is_good, "comment": comment, "rated_at": now}
        async with self._writer.begin() as connection:
            insert = INSERT[connection.dialect.name](tables.RatingRow).values(
                **asdict(place), question=question, person=person, **rating
            )
            keys = ["workspace", "channel", "question", "person"]
            await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=rating))


def record(connection: Connection, record: Record, *, is_repeat: bool = False) -> None:
    """Store a finished turn's record, in the transaction of `connection`.

    A message that is already there, by its platform's id, stays as it is, unless it is blank, like the answer of a
    failed turn that is tried again. A thread's first record decides whether it began with the bot.

    `is_repeat`: an earlier attempt at the turn may have stored some of its calls, which it passed on to this one.
    """
    place, calls = record.place, record.calls
    if record.messages:
        add_messages(connection, record)
    for message in record.rewritten:
        rewrite(connection, place, message, record.renamed.get(message.id, message.id))
    if record.rejected_files:
        reject_files(connection, place, record.rejected_files)
    if calls and is_repeat:
        here = CallRow.workspace == place.workspace, CallRow.person == record.person
        known = select(CallRow.started_at).where(*here, CallRow.started_at.in_([call.started_at for call in calls]))
        begun = set(connection.execute(known).scalars())
        calls = tuple(call for call in calls if call.started_at not in begun)
    if calls:
        record_calls(connection, place, record.person, calls)


def keep_page(connection: Connection, page: PageRead, rows: Sequence[dict[str, Any]]) -> PageKept:
    """Store a page of a thread, `rows`, in the transaction of `connection`."""
    record = Record(page.place, "", page.began_with_bot, people=page.people, read_until=page.known_since)
    return put_in(connection, add_messages(connection, record), page, rows)


def rewrite(connection: Connection, place: Place, message: Message, shown_as: str) -> None:
    """Change a stored message's text, perhaps with another id; a deleted one stays deleted."""
    thread = connection.execute(thread_query(), asdict(place)).one_or_none()
    if thread is not None:
        is_it = tables.MessageRow.thread_id == thread.id, tables.MessageRow.external_id == message.id
        said = said_in(place, message.text) | {"files": files_json(message.files), "external_id": shown_as}
        connection.execute(update(tables.MessageRow).where(*is_it, ~tables.MessageRow.is_deleted).values(said))


def reject_files(connection: Connection, place: Place, files: Sequence[str]) -> None:
    """Mark files of a thread that the model's API rejects."""
    message, thread = tables.MessageRow, connection.execute(thread_query(), asdict(place)).one_or_none()
    if thread is None:
        return
    with_files = select(message.id, message.files).where(message.thread_id == thread.id, message.files.is_not(None))
    for row in connection.execute(with_files).all():
        found = tuple(FileRef(**file) for file in json.loads(row.files))
        if (now := marked(found, files)) != found:
            connection.execute(update(message).where(message.id == row.id).values(files=files_json(now)))


def record_calls(connection: Connection, place: Place, person: str, calls: Sequence[Call]) -> None:
    """Add calls to the model to the ledger, one row each."""
    where = {"workspace": place.workspace, "channel": place.channel, "thread": place.thread, "person": person}
    connection.execute(
        INSERT[connection.dialect.name](CallRow),
        [where | {name: getattr(call, name) for name in CALL_FIELDS} for call in calls],
    )


def add_messages(connection: Connection, record: Record) -> int:
    """Add a record's messages to its thread, in their order; return the thread's id."""
    now = datetime.now(UTC)
    place = record.place
    thread = {
        "workspace": place.workspace,
        "channel": place.channel,
        "thread": place.thread,
        "began_with_bot": record.began_with_bot,
        "created_at": now,
        "last_message_at": now,
        "read_until": record.read_until or place.thread,
        "known_since": record.read_until or place.thread,
        "people": json.dumps(dict(record.people)) if record.people else None,
    }
    thread_id = connection.execute(thread_insert(connection.dialect.name), thread).scalar_one()
    messages = [row_of(message, place) | {"thread_id": thread_id, "created_at": now} for message in record.messages]
    if messages:
        connection.execute(message_insert(connection.dialect.name), messages)
    if record.code_files:
        code_files.save(connection, int(thread_id), record.code_files)
    return int(thread_id)


def change(connection: Connection, changed: MessageEdit) -> None:
    """Change a stored message as its author did, in the transaction of `connection`; a deletion is final.

    A message that has not arrived yet is stored in its new state, if the thread is ours. A summary that may repeat the
    old text is deleted; it is made again when needed.
    """
    values = {
        **said_in(changed.place, "" if changed.is_deleted else changed.text),
        "files": None if changed.is_deleted else files_json(changed.files),
        "revision": changed.revision,
        "is_deleted": changed.is_deleted,
    }
    known = connection.execute(thread_query(), asdict(changed.place)).one_or_none()
    message = tables.MessageRow
    if known is not None:
        is_it = message.thread_id == known.id, message.external_id == changed.id
        if (number := connection.execute(select(message.id).where(*is_it)).scalar_one_or_none()) is not None:
            is_newer = or_(message.revision.is_(None), message.revision < changed.revision, literal(changed.is_deleted))
            outdated = message.id == number, ~message.is_deleted, is_newer
            is_changed = connection.execute(update(message).where(*outdated).values(values)).rowcount
            if is_changed and number <= known.summary_until:
                thread = update(ThreadRow).where(ThreadRow.id == known.id)
                connection.execute(thread.values(summary=None, summary_until=0))
            return
        if changed.id <= (known.read_until or ""):
            return  # it was left out when the thread was read
    if changed.concerns_bot or (known is not None and known.read_until is not None):
        add_early(connection, changed, values)


def add_early(connection: Connection, changed: MessageEdit, values: dict[str, Any]) -> None:
    """Store a message whose change arrived before itself, in a thread that may not be known either."""
    now = datetime.now(UTC)
    opens_thread = changed.id == changed.place.thread
    thread = asdict(changed.place) | {
        "began_with_bot": opens_thread,
        "created_at": now,
        "last_message_at": now,
        "read_until": None,
        "known_since": None,
        "people": None,
    }
    thread_id = connection.execute(thread_insert(connection.dialect.name), thread).scalar_one()
    message = Message(Role.USER, changed.author, "", changed.id, is_bot=changed.is_bot)
    row = row_of(message, changed.place) | values | {"thread_id": thread_id, "created_at": now}
    connection.execute(message_insert(connection.dialect.name), [row])


def summarize(connection: Connection, condensed: Condensed) -> None:
    """Replace the summary that the new one was made from, if it is still current."""
    place = condensed.place
    here = ThreadRow.workspace == place.workspace, ThreadRow.channel == place.channel, ThreadRow.thread == place.thread
    unchanged = ThreadRow.summary_until == condensed.since
    values = {"summary": condensed.summary, "summary_until": condensed.until}
    connection.execute(update(ThreadRow).where(*here, unchanged).values(values))


def row_of(message: Message, place: Place) -> dict[str, Any]:
    """Convert a message of a thread to a row."""
    return {
        **said_in(place, message.text),
        "role": message.role,
        "author": message.author,
        "external_id": message.id or None,
        "files": files_json(message.files),
        "is_bot": message.is_bot,
        "revision": None,
        "is_deleted": False,
    }


def said_in(place: Place, text: str) -> dict[str, str | None]:
    """Return the columns of what a message says, of which none is written without the other."""
    return {"text": text, "search_words": stored_words(text, place.workspace, place.channel)}


def files_json(files: Sequence[FileRef]) -> str | None:
    """Return references to files as JSON, None for none."""
    rows = [{k: v for k, v in asdict(file).items() if v or k not in ("state", "is_shared")} for file in files]
    return json.dumps(rows) if rows else None


# The statements of each turn are built once, with a place's fields for parameters: that takes longer than to run them.


@cache
def thread_insert(dialect: str) -> Insert:
    """Insert a thread, or update its newest message and what was read of it; return its id."""
    insert = INSERT[dialect](ThreadRow)
    newer = {
        "last_message_at": insert.excluded.last_message_at,
        "read_until": func.coalesce(ThreadRow.read_until, insert.excluded.read_until),
        "known_since": func.coalesce(ThreadRow.known_since, insert.excluded.known_since),
        "people": func.coalesce(insert.excluded.people, ThreadRow.people),
    }
    return insert.on_conflict_do_update(index_elements=["workspace", "channel", "thread"], set_=newer).returning(
        ThreadRow.id
    )


@cache
def message_insert(dialect: str) -> Insert:
    """Insert messages that are new, by their platform's ids, or blank and unchanged since."""
    insert, keys = INSERT[dialect](tables.MessageRow), ["thread_id", "external_id"]
    said = {name: insert.excluded[name] for name in ("text", "search_words", "files")}
    is_blank = and_(tables.MessageRow.text == "", tables.MessageRow.revision.is_(None))
    return insert.on_conflict_do_update(index_elements=keys, set_=said, where=is_blank)


@cache
def thread_query() -> Select[*tuple[Any, ...]]:
    """Select a thread."""
    return select(ThreadRow.id, ThreadRow.read_until, ThreadRow.summary_until).where(*is_here())
