"""Notes on real databases: at most so many in a place, each written once, and decided once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from bot.core.domain.message import MessageEdit, Place
from bot.core.domain.note import MOST_NOTES, MOST_OFFERED, NewNote, NoteOutcome
from bot.db.notes import follow
from bot.db.store import sql_store
from bot.db.tables import NoteRow

if TYPE_CHECKING:
    from bot.core.ports import NoteStore
    from bot.db.engine import Database

PLACE = Place("T1", "C1", "1700000000.000100")
NOTE = NewNote(PLACE, "We deploy on Tuesdays.", "U1", turn="t1", call="toolu_1", message="1700000000.000100")
EDIT = MessageEdit(PLACE, NOTE.message, "U1", "T1", "now", "1700000001.000100")


def offered(note: NewNote = NOTE, days: float = 7) -> NewNote:
    return replace(note, offered_until=datetime.now(UTC) + timedelta(days=days))


def other(number: int) -> NewNote:
    return replace(NOTE, text=f"fact {number}", call=f"other_{number}", message=f"17000001{number:02}.000100")


@pytest.fixture
def notes(database: Database) -> NoteStore:
    return sql_store(database).notes


async def texts(notes: NoteStore, place: Place = PLACE) -> list[str]:
    return [note.text for note in await notes.of_place(place)]


async def test_a_note_comes_back(notes: NoteStore) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    result = await notes.write(replace(NOTE, expires_at=until))
    assert result.outcome is NoteOutcome.WRITTEN
    (note,) = await notes.of_place(replace(PLACE, thread=""))
    assert note == result.note
    assert (note.number, note.place, note.author, note.expires_at) == (1, PLACE, "U1", until)
    assert await notes.find("T1", note.id) == note
    assert await notes.find("T2", note.id) is None
    assert await texts(notes, Place("T1", "C2")) == []
    assert await texts(notes, Place("T2", "C1")) == []


async def test_a_call_writes_once(notes: NoteStore) -> None:
    first = await notes.write(NOTE)
    assert await notes.write(replace(NOTE, text="something else")) == first
    assert await texts(notes) == [NOTE.text]
    assert (await notes.write(replace(NOTE, turn="t2", text="something else"))).outcome is NoteOutcome.WRITTEN


async def test_two_tries_at_once_write_once(notes: NoteStore) -> None:
    results = await asyncio.gather(*(notes.write(NOTE) for _ in range(4)))
    assert {result.note and result.note.id for result in results} == {(await notes.of_place(PLACE))[0].id}


async def test_what_is_noted_is_known(notes: NoteStore) -> None:
    """Another library deleted the old note when the same was added: https://github.com/mem0ai/mem0/issues/1674."""
    first = await notes.write(NOTE)
    again = await notes.write(replace(NOTE, text="we  deploy on tuesdays", turn="t2"))
    assert (again.outcome, again.note) == (NoteOutcome.KNOWN, first.note)
    assert (await notes.write(replace(offered(), turn="t3"))).outcome is NoteOutcome.KNOWN
    assert await texts(notes) == [NOTE.text]


async def test_two_people_share_the_last_room(notes: NoteStore) -> None:
    for number in range(MOST_NOTES - 1):
        assert (await notes.write(other(number))).outcome is NoteOutcome.WRITTEN
    last = [replace(other(100 + number), author=f"U{number}") for number in range(3)]
    results = await asyncio.gather(*map(notes.write, last))
    assert sorted(result.outcome for result in results) == [NoteOutcome.FULL, NoteOutcome.FULL, NoteOutcome.WRITTEN]
    assert len(await notes.of_place(PLACE)) == MOST_NOTES
    assert len({note.number for note in await notes.of_place(PLACE)}) == MOST_NOTES
    assert (await notes.write(replace(other(200), place=Place("T1", "C2")))).outcome is NoteOutcome.WRITTEN


async def test_a_number_names_one_note(notes: NoteStore) -> None:
    for number in range(3):
        await notes.write(other(number))
    _, second, _ = await notes.of_place(PLACE)
    assert await notes.delete(second)
    await notes.write(other(3))
    assert [note.number for note in await notes.of_place(PLACE)] == [1, 3, 4]


async def test_an_offer_is_kept_once(notes: NoteStore) -> None:
    offer = (await notes.write(offered())).note
    assert offer
    assert await texts(notes) == []
    results = await asyncio.gather(*(notes.keep("T1", offer.id, person) for person in ("U2", "U3")))
    assert sorted(result.outcome for result in results) == [NoteOutcome.GONE, NoteOutcome.WRITTEN]
    (note,) = await notes.of_place(PLACE)
    assert (note.author, note.changed_by in {"U2", "U3"}, note.offered_until) == ("U1", True, None)
    assert note.created_at > offer.created_at
    assert not await notes.delete(offer)  # someone who discards it now is late
    assert await texts(notes) == [NOTE.text]


async def test_kept_or_discarded_at_once(notes: NoteStore) -> None:
    offer = (await notes.write(offered())).note
    assert offer
    kept, was_discarded = await asyncio.gather(notes.keep("T1", offer.id, "U2"), notes.delete(offer))
    assert (kept.outcome is NoteOutcome.WRITTEN) != was_discarded
    assert bool(await texts(notes)) != was_discarded


async def test_an_offer_goes_unkept(notes: NoteStore) -> None:
    offer = (await notes.write(offered(days=-1))).note
    assert offer
    assert (await notes.keep("T1", offer.id, "U2")).outcome is NoteOutcome.GONE
    assert await notes.find("T1", offer.id) is None
    assert (await notes.keep("T1", 12345, "U2")).outcome is NoteOutcome.GONE


async def test_offers_do_not_pile_up(notes: NoteStore) -> None:
    for number in range(MOST_OFFERED):
        assert (await notes.write(offered(other(number)))).outcome is NoteOutcome.WRITTEN
    assert (await notes.write(offered(other(99)))).outcome is NoteOutcome.FULL
    assert (await notes.write(other(99))).outcome is NoteOutcome.WRITTEN


async def test_an_offer_finds_no_room(notes: NoteStore) -> None:
    offer = (await notes.write(offered())).note
    for number in range(MOST_NOTES):
        await notes.write(other(number))
    assert offer
    assert (await notes.keep("T1", offer.id, "U2")).outcome is NoteOutcome.FULL
    assert await notes.find("T1", offer.id) == offer


async def test_what_has_expired_is_gone(database: Database, notes: NoteStore) -> None:
    """Old facts that stay are what people complain of most: https://github.com/RedPlanetHQ/core/issues/798."""
    await notes.write(replace(NOTE, expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert await texts(notes) == []
    assert (await notes.write(replace(NOTE, turn="t2"))).outcome is NoteOutcome.WRITTEN
    async with database.reader.connect() as connection:
        assert len((await connection.execute(select(NoteRow.id))).all()) == 1


async def test_a_note_is_edited_once(notes: NoteStore) -> None:
    note = (await notes.write(NOTE)).note
    assert note
    await notes.write(other(1))
    both = [notes.change(note, text, None, "U2") for text in ("on Mondays", "on Fridays")]
    results = await asyncio.gather(*both)
    assert sorted(result.outcome for result in results) == [NoteOutcome.GONE, NoteOutcome.WRITTEN]
    (edited, _) = await notes.of_place(PLACE)
    assert (edited.changed_by, edited.version, edited.author) == ("U2", 1, "U1")
    assert not await notes.delete(note)
    assert (await notes.change(edited, "FACT 1", None, "U2")).outcome is NoteOutcome.KNOWN
    assert await notes.delete(edited)


async def test_a_person_has_notes_of_their_own(notes: NoteStore) -> None:
    direct = replace(NOTE, place=Place("T1", "D1"), owner="U1")
    await notes.write(direct)
    await notes.write(replace(NOTE, turn="t2"))
    assert [note.place.channel for note in await notes.of_person("T1", "U1")] == ["D1"]
    assert await notes.of_person("T1", "U2") == ()


async def test_a_conversation_brings_its_notes(database: Database, notes: NoteStore) -> None:
    threads, now = sql_store(database).threads, datetime.now(UTC)
    first = (await notes.write(replace(NOTE, expires_at=now + timedelta(days=1)))).note
    second = (await notes.write(other(2))).note
    await notes.write(offered(other(3)))
    await notes.write(replace(other(4), expires_at=now - timedelta(days=1)))
    await notes.write(replace(other(5), place=Place("T1", "C2")))
    await notes.write(replace(other(6), place=Place("T2", "C1")))
    assert first
    assert second
    here = replace(PLACE, thread="")
    expected = tuple(replace(note, place=here) for note in (first, second))
    assert (await threads.load(Place("T1", "C1", "9.9"))).notes == expected
    assert (await threads.load(Place("T1", "C3", "9.9"))).notes == ()


async def test_notes_follow_their_message(database: Database, notes: NoteStore) -> None:
    await notes.write(NOTE)
    await notes.write(other(1))
    async with database.writer.begin() as connection:
        await connection.run_sync(follow, EDIT)
    assert [note.is_outdated for note in await notes.of_place(PLACE)] == [True, False]
    # Answered again, the message says something else.
    await notes.write(replace(NOTE, turn="t2", text="We deploy on Mondays."))
    assert await texts(notes) == ["fact 1", "We deploy on Mondays."]
    async with database.writer.begin() as connection:
        await connection.run_sync(follow, replace(EDIT, is_deleted=True))
    assert await texts(notes) == ["fact 1"]


async def test_another_place_keeps_its_notes(database: Database, notes: NoteStore) -> None:
    await notes.write(replace(NOTE, place=Place("T1", "C2")))
    async with database.writer.begin() as connection:
        await connection.run_sync(follow, replace(EDIT, is_deleted=True))
        await connection.execute(update(NoteRow).values(version=NoteRow.version))
    assert await texts(notes, Place("T1", "C2")) == [NOTE.text]
