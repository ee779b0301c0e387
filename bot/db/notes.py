"""The store of notes."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, null, or_, select, update

from bot.core.domain.message import Place
from bot.core.domain.note import MOST_NOTES, MOST_OFFERED, NewNote, Note, NoteOutcome, NoteResult
from bot.core.memory.wording import says_the_same
from bot.db.tables import NoteRow
from bot.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from bot.core.domain.message import MessageEdit
    from bot.db.engine import Database

COLUMNS = (
    *(NoteRow.id, NoteRow.number, NoteRow.workspace, NoteRow.channel, NoteRow.thread, NoteRow.text, NoteRow.author),
    *(NoteRow.message, NoteRow.created_at, NoteRow.expires_at, NoteRow.offered_until, NoteRow.changed_by),
    *(NoteRow.version, NoteRow.is_outdated),
)


class SqlNoteStore:
    """`bot.core.ports.NoteStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def of_place(self, place: Place) -> tuple[Note, ...]:
        """Return the notes of a channel or of direct messages, by their numbers; none that is only offered."""
        return await self._read(_is_in(place))

    async def of_person(self, workspace: str, person: str) -> tuple[Note, ...]:
        """Return the notes of a person's direct messages."""
        return await self._read((NoteRow.workspace == workspace, NoteRow.owner == person))

    async def find(self, workspace: str, note: int) -> Note | None:
        """Return a note by its id, also one that is only offered."""

        def read(connection: Connection) -> Note | None:
            row = connection.execute(_notes(NoteRow.workspace == workspace, NoteRow.id == note)).one_or_none()
            return note_of(row) if row else None

        return await transact(self._reader, read)

    async def write(self, note: NewNote) -> NoteResult:
        """Write a note, or offer it; return the one that an earlier try of the same call has written."""
        return await self._in_place(note.place, lambda connection, now: _write(connection, note, now))

    async def keep(self, workspace: str, note: int, person: str) -> NoteResult:
        """Make a note of one that is offered."""
        found = await self.find(workspace, note)
        if found is None:
            return NoteResult(NoteOutcome.GONE)
        return await self._in_place(found.place, lambda connection, now: _keep(connection, found, person, now))

    async def change(self, note: Note, text: str, expires_at: datetime | None, person: str) -> NoteResult:
        """Change a note, unless it was changed since it was read."""

        def change(connection: Connection, now: datetime) -> NoteResult:
            others = [one for one in _all_in(connection, note.place) if one.id != note.id]
            if known := _same(others, text, is_offer=False):
                return NoteResult(NoteOutcome.KNOWN, known)
            values = {"text": text, "expires_at": expires_at, "is_outdated": False}
            return _updated(connection, note, _is_kept(), values | _changed(person, now))

        return await self._in_place(note.place, change)

    async def delete(self, note: Note) -> bool:
        """Delete a note, also one that is only offered, unless it was changed since it was read; return whether."""

        def erase(connection: Connection) -> bool:
            same = NoteRow.id == note.id, NoteRow.version == note.version
            return bool(connection.execute(delete(NoteRow).where(*same)).rowcount)

        return await transact(self._writer, erase)

    async def _read(self, where: Sequence[ColumnElement[bool]]) -> tuple[Note, ...]:
        def read(connection: Connection) -> tuple[Note, ...]:
            found = connection.execute(_notes(*where, _is_kept(), is_current(datetime.now(UTC))))
            return tuple(map(note_of, found))

        return await transact(self._reader, read)

    async def _in_place(self, place: Place, work: Callable[[Connection, datetime], NoteResult]) -> NoteResult:
        """Do what changes a place's notes, one after the other; what has expired there goes first."""

        def write(connection: Connection) -> NoteResult:
            now = datetime.now(UTC)
            if connection.dialect.name == "postgresql":  # SQLite has a single writer
                connection.execute(select(func.pg_advisory_xact_lock(_lock(place))))
            connection.execute(delete(NoteRow).where(*_is_in(place), has_expired(now)))
            return work(connection, now)

        return await transact(self._writer, write)


async def expire(database: Database, *, dry: bool = False) -> int:
    """Delete the notes whose time is over, and those that no one kept in time; return how many. `dry`: only count."""
    old = has_expired(datetime.now(UTC))

    def read(connection: Connection) -> int:
        return int(connection.execute(select(func.count()).select_from(NoteRow).where(old)).scalar_one())

    def erase(connection: Connection) -> int:
        return connection.execute(delete(NoteRow).where(old)).rowcount

    count = await transact(database.reader, read)
    return count if dry or not count else await transact(database.writer, erase)


def follow(connection: Connection, changed: MessageEdit) -> None:
    """Delete the notes of a message that was deleted; those of one that was edited are outdated."""
    place = changed.place
    here = *_is_in(place), NoteRow.message == changed.id
    if changed.is_deleted:
        connection.execute(delete(NoteRow).where(*here))
    else:
        connection.execute(update(NoteRow).where(*here).values(is_outdated=True))


def has_expired(now: datetime) -> ColumnElement[bool]:
    """Match notes whose time is over, and those that no one has kept in time."""
    return or_(NoteRow.expires_at <= now, NoteRow.offered_until <= now)


def is_current(now: datetime) -> ColumnElement[bool]:
    """Match notes whose time is not over."""
    return or_(NoteRow.expires_at.is_(None), NoteRow.expires_at > now)


def note_of(row: Row[*tuple[Any, ...]]) -> Note:
    """Convert a row to a note."""
    values = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's public name for it)
    return Note(place=Place(*(values.pop(name) for name in ("workspace", "channel", "thread"))), **values)


def _write(connection: Connection, note: NewNote, now: datetime) -> NoteResult:
    place, is_offer = note.place, note.offered_until is not None
    ours = NoteRow.workspace == place.workspace, NoteRow.turn == note.turn, NoteRow.call == note.call
    if (row := connection.execute(_notes(*ours)).one_or_none()) is not None:
        return NoteResult(NoteOutcome.WRITTEN, note_of(row))
    if note.message and not is_offer:
        outdated = *_is_in(place), NoteRow.message == note.message, NoteRow.is_outdated
        connection.execute(delete(NoteRow).where(*outdated))
    there = _all_in(connection, place)
    if known := _same(there, note.text, is_offer=is_offer):
        return NoteResult(NoteOutcome.KNOWN, known)
    if sum((one.offered_until is not None) == is_offer for one in there) >= (MOST_OFFERED if is_offer else MOST_NOTES):
        return NoteResult(NoteOutcome.FULL)
    values = asdict(note) | asdict(place) | {"number": max((one.number for one in there), default=0) + 1}
    del values["place"]
    values |= {"created_at": now, "changed_by": "", "changed_at": now}
    row = connection.execute(insert(NoteRow).values(values).returning(*COLUMNS)).one()
    return NoteResult(NoteOutcome.WRITTEN, note_of(row))


def _keep(connection: Connection, note: Note, person: str, now: datetime) -> NoteResult:
    there = [one for one in _all_in(connection, note.place) if one.id != note.id]
    if known := _same(there, note.text, is_offer=False):
        connection.execute(delete(NoteRow).where(NoteRow.id == note.id, NoteRow.offered_until.is_not(None)))
        return NoteResult(NoteOutcome.KNOWN, known)
    if sum(one.offered_until is None for one in there) >= MOST_NOTES:
        return NoteResult(NoteOutcome.FULL)
    # It counts as written now: threads that began before it was kept don't have it.
    values = {"offered_until": None, "created_at": now} | _changed(person, now)
    return _updated(connection, note, NoteRow.offered_until > now, values)


def _updated(connection: Connection, note: Note, given: ColumnElement[bool], values: dict[str, Any]) -> NoteResult:
    """Change a note in the version that was read, if `given` holds."""
    same = NoteRow.id == note.id, NoteRow.version == note.version, given
    statement = update(NoteRow).where(*same).values(values | {"version": note.version + 1}).returning(*COLUMNS)
    row = connection.execute(statement).one_or_none()
    return NoteResult(NoteOutcome.WRITTEN, note_of(row)) if row else NoteResult(NoteOutcome.GONE)


def _changed(person: str, now: datetime) -> dict[str, Any]:
    return {"changed_by": person, "changed_at": now}


def _same(notes: Sequence[Note], text: str, *, is_offer: bool) -> Note | None:
    """Return the note that says the same; one that is only offered counts for another that is."""
    found = [one for one in notes if says_the_same(one.text, text) and (is_offer or one.offered_until is None)]
    return found[0] if found else None


def _all_in(connection: Connection, place: Place) -> list[Note]:
    return [note_of(row) for row in connection.execute(_notes(*_is_in(place)))]


def _notes(*where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(*COLUMNS).where(*where).order_by(NoteRow.number)


def _is_in(place: Place) -> tuple[ColumnElement[bool], ...]:
    return NoteRow.workspace == place.workspace, NoteRow.channel == place.channel


def _is_kept() -> ColumnElement[bool]:
    return NoteRow.offered_until.is_(null())


def _lock(place: Place) -> int:
    """Return the number of a place's lock; two places that share one wait for each other now and then."""
    name = f"notes:{place.workspace}:{place.channel}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), signed=True)
