"""The store on real databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.calls import Call, Purpose
from bot.core.answer.thread_summary import Condensed
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.code_file import CodeFile
from bot.core.domain.knowledge import NewSource, SourceKind
from bot.core.domain.message import FileRef, Message, MessageEdit, Place, Role
from bot.core.domain.thread import Conversation, PageRead, Record
from bot.core.ports import Store
from bot.db import tables
from bot.db.conversation import LOADED
from bot.db.knowledge import sql_knowledge_store
from bot.db.store import sql_store
from bot.db.threads import change, record, summarize
from tests.support.statements import listened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.ports import Store
    from bot.db.engine import Database

PLACE = Place("T1", "C1", "1700000000.000100")
TRANSACTION = {"BEGIN", "COMMIT"}
CHANNEL = Place("T1", "C1")
QUESTION = Message(Role.USER, "U1", "What is WAL?", "1700000000.000100")
ANSWER = Message(Role.ASSISTANT, "", "A log that is written ahead.", "1700000001.000200")
CALL = Call(
    purpose=Purpose.ANSWER,
    model="claude-haiku-5-5",
    started_at=datetime(2026, 11, 22, 15, tzinfo=timezone(timedelta(hours=2))),
    latency_ms=900,
    first_token_ms=None,
    input_tokens=12,
    output_tokens=34,
    cache_read_tokens=5_000_000_000,
    cache_write_tokens=0,
    stop_reason="end_turn",
    request_id="req_1",
    outcome="ok",
)


@pytest.fixture
def store(database: Database) -> Store:
    return sql_store(database)


@pytest.fixture
async def statements(database: Database) -> AsyncIterator[list[str]]:
    """What was asked of the database."""
    async with listened(database.reader) as heard:
        yield heard


async def put(database: Database, *records: Record) -> None:
    for one in records:
        async with database.writer.begin() as connection:
            await connection.run_sync(record, one)


async def test_an_unknown_thread_is_empty(store: Store) -> None:
    assert await store.threads.load(PLACE) == Conversation()


async def test_a_thread_comes_back_in_order(store: Store, database: Database) -> None:
    follow_up = Message(Role.USER, "U2", "And then?", "1700000000.000050")
    await put(
        database,
        Record(PLACE, "U1", began_with_bot=True, messages=(QUESTION, ANSWER)),
        Record(PLACE, "U2", messages=(follow_up,)),
    )
    assert await store.threads.load(PLACE) == Conversation(
        is_known=True,
        began_with_bot=True,
        messages=(QUESTION, ANSWER, follow_up),
        read_until=PLACE.thread,
        known_since=PLACE.thread,
    )


async def test_a_conversation_takes_one_query(store: Store, database: Database, statements: list[str]) -> None:
    many = tuple(Message(Role.USER, "U1", f"Line {i}", f"{i}") for i in range(500))
    await put(database, Record(PLACE, "U1", messages=many))
    await store.settings.change(CHANNEL, {"instructions": "Be brief."}, "U1")
    await store.threads.load(PLACE)  # a connection's first look at a database takes more
    statements.clear()
    conversation = await store.threads.load(PLACE)
    assert conversation == Conversation(
        settings=ChannelSettings(instructions="Be brief."),
        is_known=True,
        messages=many,
        read_until=PLACE.thread,
        known_since=PLACE.thread,
    )
    assert [one[:6] for one in statements if one not in TRANSACTION] == ["SELECT"]


async def test_who_began_is_settled_at_first(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION,)))
    await put(database, Record(PLACE, "U1", began_with_bot=True, messages=(ANSWER,)))
    assert not (await store.threads.load(PLACE)).began_with_bot


async def test_a_message_is_stored_once(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION,)))
    await put(database, Record(PLACE, "U1", messages=(replace(QUESTION, text="other words"), ANSWER)))
    assert (await store.threads.load(PLACE)).messages == (QUESTION, ANSWER)


async def test_a_blank_answer_is_filled(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION, replace(ANSWER, text=""))))
    follow_up = Message(Role.USER, "U1", "Hello?", "1700000002.000300")
    await put(database, Record(PLACE, "U1", messages=(follow_up,)))
    await put(database, Record(PLACE, "U1", messages=(QUESTION, ANSWER)))
    assert (await store.threads.load(PLACE)).messages == (QUESTION, ANSWER, follow_up)


async def test_messages_without_ids_all_stay(store: Store, database: Database) -> None:
    nameless = Message(Role.ASSISTANT, "", "Done.")
    await put(database, Record(PLACE, "U1", messages=(nameless, nameless)))
    assert (await store.threads.load(PLACE)).messages == (nameless, nameless)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, workspace="T2"),
        replace(PLACE, channel="C2"),
        replace(PLACE, thread="2"),
        replace(PLACE, thread=""),
    ],
)
async def test_threads_do_not_mix(store: Store, database: Database, elsewhere: Place) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION,)))
    assert await store.threads.load(elsewhere) == Conversation()


async def test_calls_are_kept_without_messages(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", calls=(CALL, replace(CALL, outcome="ModelBusyError"))))
    assert await store.threads.load(PLACE) == Conversation()
    async with database.reader.connect() as connection:
        rows = (await connection.execute(select(tables.CallRow).order_by(tables.CallRow.id))).all()
    assert [row.outcome for row in rows] == ["ok", "ModelBusyError"]
    assert (rows[0].workspace, rows[0].channel, rows[0].thread, rows[0].person) == ("T1", "C1", PLACE.thread, "U1")
    assert rows[0].cache_read_tokens == 5_000_000_000
    assert rows[0].started_at == datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert rows[0].started_at.utcoffset() == timedelta(0)


async def test_a_time_without_zone_is_refused(database: Database) -> None:
    naive = replace(CALL, started_at=CALL.started_at.replace(tzinfo=None))
    with pytest.raises(Exception, match="a time without a zone"):
        await put(database, Record(PLACE, "U1", calls=(naive,)))


async def test_a_failed_transaction_records_nothing(store: Store, database: Database) -> None:
    async def fail() -> None:
        async with database.writer.begin() as connection:
            await connection.run_sync(record, Record(PLACE, "U1", messages=(QUESTION,), calls=(CALL,)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await store.threads.load(PLACE) == Conversation()


async def test_messages_go_with_their_thread(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION, ANSWER)))
    async with database.writer.begin() as connection:
        await connection.execute(text("DELETE FROM threads"))
        assert (await connection.execute(text("SELECT count(*) FROM messages"))).scalar_one() == 0
    assert await store.threads.load(PLACE) == Conversation()


AREA = CodeFile("area.py", "area = '\0 😀'\n")


async def test_files_of_code_come_back(store: Store, database: Database) -> None:
    other = CodeFile("b.go", "package b\n")
    await put(database, Record(PLACE, "U1", messages=(QUESTION, ANSWER), code_files=(AREA, other)))
    assert await store.code_files.load(PLACE) == (replace(AREA, content="area = '\ufffd 😀'\n"), other)
    assert (await store.threads.load(PLACE)).has_code
    assert await store.code_files.load(replace(PLACE, workspace="T2")) == ()
    assert not (await store.threads.load(replace(PLACE, thread="2"))).has_code


@pytest.mark.parametrize("channel", ["", PLACE.channel])
async def test_sources_serve_their_channel_or_workspace(store: Store, database: Database, channel: str) -> None:
    new = NewSource(PLACE.workspace, channel, SourceKind.SITE, "https://docs.example", "", "U1")
    places = PLACE, replace(PLACE, thread="2"), replace(PLACE, channel="C2"), replace(PLACE, workspace="T2")
    assert not any([(await store.threads.load(one)).has_knowledge for one in places])
    sources = sql_knowledge_store(database).sources
    source = await sources.add(new, datetime.now(UTC))
    assert [(await store.threads.load(one)).has_knowledge for one in places] == [True, True, not channel, False]
    await sources.remove(source.workspace, source.id)
    assert not any([(await store.threads.load(one)).has_knowledge for one in places])


async def test_a_new_version_takes_the_files_place(store: Store, database: Database) -> None:
    newer = CodeFile("area.py", "area = 2\n", 2)
    await put(database, Record(PLACE, "U1", messages=(QUESTION,), code_files=(AREA,)))
    await put(database, Record(PLACE, "U1", messages=(ANSWER,), code_files=(newer,)))
    assert await store.code_files.load(PLACE) == (newer,)


async def test_a_forgotten_threads_files_go(database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=(QUESTION,), code_files=(AREA,)))
    async with database.writer.begin() as connection:
        await connection.execute(text("DELETE FROM threads"))
    assert await counted(database, "code_files") == 0


async def counted(database: Database, table: str) -> int:
    async with database.reader.connect() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608 (ours)


async def test_errors_do_not_quote_messages(database: Database) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(text("DROP TABLE messages"))
    with pytest.raises(Exception) as failure:  # noqa: PT011 (whatever the driver calls it)
        await put(database, Record(PLACE, "U1", messages=(QUESTION,)))
    assert QUESTION.text not in str(failure.value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(st.characters(exclude_categories=[])), author=st.text(st.characters(exclude_categories=[])))
async def test_any_text_can_be_stored(store: Store, database: Database, words: str, author: str) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(text("DELETE FROM threads"))
    await put(database, Record(PLACE, "U1", messages=(Message(Role.USER, author, words, words),)))
    (message,) = (await store.threads.load(PLACE)).messages
    assert (message.text, message.author) == (storable(words), storable(author))


def storable(words: str) -> str:
    return "".join("\ufffd" if one == "\0" or "\ud800" <= one <= "\udfff" else one for one in words)


EDIT = MessageEdit(PLACE, QUESTION.id, "U1", "T1", "What is a WAL?", "1700000005.000000")
DELETION = MessageEdit(PLACE, QUESTION.id, "U1", "T1", "", "1700000006.000000", is_deleted=True)
KNOWN = Record(PLACE, "U1", began_with_bot=True, messages=(QUESTION, ANSWER))


async def apply(database: Database, *changes: MessageEdit) -> None:
    for one in changes:
        async with database.writer.begin() as connection:
            await connection.run_sync(change, one)


async def stored(store: Store) -> list[str]:
    return [message.text for message in (await store.threads.load(PLACE)).messages]


async def test_files_come_back_as_references(store: Store, database: Database) -> None:
    file = FileRef("F1", "cat “1”.png", "image/png", 9)
    await put(database, Record(PLACE, "U1", messages=(replace(QUESTION, files=(file,), is_bot=True),)))
    (message,) = (await store.threads.load(PLACE)).messages
    assert (message.files, message.is_bot) == ((file,), True)


async def test_an_edit_is_kept_whatever_comes_after(store: Store, database: Database) -> None:
    await put(database, KNOWN)
    older = replace(EDIT, text="What is?", revision="1700000004.000000")
    await apply(database, EDIT, older, EDIT)
    await put(database, KNOWN)
    assert await stored(store) == ["What is a WAL?", ANSWER.text]


async def test_a_deletion_is_final(store: Store, database: Database) -> None:
    await put(database, KNOWN)
    await apply(database, DELETION, replace(EDIT, revision="1700000009.000000"))
    await put(database, KNOWN)
    assert await stored(store) == ["", ANSWER.text]


async def test_a_change_before_its_message_counts(store: Store, database: Database) -> None:
    late = replace(QUESTION, id="1700000007.000000", text="first words")
    await put(database, KNOWN)
    await apply(database, replace(EDIT, id=late.id, text="last words"))
    await put(database, Record(PLACE, "U1", messages=(late,)))
    assert await stored(store) == [QUESTION.text, ANSWER.text, "last words"]
    assert (await store.threads.load(PLACE)).messages[2].is_edited


async def test_a_change_in_a_foreign_thread_is_nothing(store: Store, database: Database) -> None:
    await apply(database, EDIT)
    assert await store.threads.load(PLACE) == Conversation()
    await apply(database, replace(EDIT, concerns_bot=True))
    conversation = await store.threads.load(PLACE)
    assert not conversation.is_known
    assert [message.text for message in conversation.messages] == [EDIT.text]


async def test_what_was_left_out_stays_out(store: Store, database: Database) -> None:
    await store.threads.keep(page("1700000003.000000", ANSWER))
    await apply(database, replace(EDIT, id="1700000002.000000"))
    assert await stored(store) == [ANSWER.text]


async def test_what_was_read_is_remembered(store: Store, database: Database) -> None:
    people = {"<@U1>": "Ada", "<@U2>": "Zoë"}
    await store.threads.keep(replace(page("1700000003.000000", QUESTION), people=people))
    await put(database, Record(PLACE, "U1", messages=(ANSWER,), read_until="1700000009.000000"))
    conversation = await store.threads.load(PLACE)
    assert (conversation.is_known, conversation.read_until) == (True, "1700000003.000000")
    assert dict(conversation.people) == people
    assert conversation.silent_since is not None
    kept = await store.threads.keep(page("1700000010.000000", QUESTION))
    assert (kept.new, kept.read) == (frozenset(), 1)
    assert (await store.threads.load(PLACE)).read_until == "1700000010.000000"


def page(read_until: str, *messages: Message, unread_until: str = "", left_out: tuple[str, ...] = ()) -> PageRead:
    return PageRead(PLACE, messages, read_until, unread_until, known_since="1700000009.000000", left_out=left_out)


def said(second: int, text: str = "") -> Message:
    return Message(Role.USER, "U2", text or f"At {second}.", f"17000000{second:02}.000000")


async def test_a_late_page_goes_before_what_is_newer(store: Store, database: Database) -> None:
    asked, answered = said(20), replace(said(21), role=Role.ASSISTANT)
    await store.threads.keep(page("", unread_until="1700000020.000000"))
    await put(database, Record(PLACE, "U1", messages=(asked, answered, said(5, "Delivered late."))))
    conversation = await store.threads.load(PLACE)
    assert (conversation.is_known, conversation.read_until, conversation.unread_until) == (True, "", asked.id)
    assert conversation.known_since == "1700000009.000000"
    kept = await store.threads.keep(page("1700000004.000000", said(3), said(4), unread_until="1700000020.000000"))
    assert kept.read == 2
    again = await store.threads.keep(
        page("1700000008.000000", said(4, "Not twice."), said(7), said(8), left_out=(said(3).id,))
    )
    assert (again.new, again.read) == (frozenset({said(7).id, said(8).id}), 4)
    wanted = ["At 4.", "At 7.", "At 8.", "At 20.", "At 21.", "Delivered late."]
    assert await stored(store) == wanted
    conversation = await store.threads.load(PLACE)
    assert (conversation.read_until, conversation.unread_until) == ("1700000008.000000", "")


async def test_a_late_page_leaves_the_summary_alone(store: Store, database: Database) -> None:
    await put(database, Record(PLACE, "U1", messages=tuple(said(number) for number in range(20, 30))))
    await condensed(store, database, 4)
    await store.threads.keep(page("1700000009.000000", said(7)))
    assert await stored(store) == ["At 7.", *(f"At {number}." for number in range(24, 30))]
    assert (await store.threads.load(PLACE)).summary == "So far."


async def condensed(store: Store, database: Database, messages: int, summary: str = "So far.") -> None:
    conversation = await store.threads.load(PLACE)
    until = conversation.messages[messages - 1].number
    async with database.writer.begin() as connection:
        await connection.run_sync(summarize, Condensed(PLACE, conversation.summary_until, until, summary, ()))


async def test_a_summary_stands_for_what_is_old(store: Store, database: Database, statements: list[str]) -> None:
    many = tuple(Message(Role.USER, "U1", f"Line {i}", f"17{i:08}.0") for i in range(50))
    await put(database, Record(PLACE, "U1", messages=many))
    await condensed(store, database, 40)
    await store.threads.load(PLACE)
    statements.clear()
    conversation = await store.threads.load(PLACE)
    assert [one[:6] for one in statements if one not in TRANSACTION] == ["SELECT"]
    assert (conversation.summary, conversation.messages) == ("So far.", many[40:])
    async with database.writer.begin() as connection:
        await connection.run_sync(summarize, Condensed(PLACE, 0, 1, "From a job that came too late.", ()))
    assert (await store.threads.load(PLACE)).summary == "So far."


@pytest.mark.parametrize("changed", [EDIT, DELETION])
async def test_a_change_undoes_the_summary(store: Store, database: Database, changed: MessageEdit) -> None:
    await put(database, KNOWN)
    await condensed(store, database, 1)
    await apply(database, replace(changed, id=ANSWER.id))
    assert (await store.threads.load(PLACE)).summary == "So far."
    await apply(database, changed)
    conversation = await store.threads.load(PLACE)
    assert (conversation.summary, len(conversation.messages)) == ("", 2)


async def test_only_the_newest_are_loaded(store: Store, database: Database) -> None:
    many = tuple(Message(Role.USER, "U1", f"Line {i}", f"17{i:08}.0") for i in range(LOADED + 5))
    await put(database, Record(PLACE, "U1", messages=many))
    conversation = await store.threads.load(PLACE)
    assert conversation.messages == many[5:]
    assert conversation.left_out
