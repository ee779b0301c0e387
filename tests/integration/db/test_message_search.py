"""What was said is found by its words, alike on both databases, and nothing that was deleted or forgotten is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.domain.message import IncomingMessage, Message, MessageEdit, Place, Role
from bot.core.domain.search import Query
from bot.core.domain.thread import PageRead, Record
from bot.core.find.terms import terms_of
from bot.core.privacy.forget import ErasureScope
from bot.core.privacy.retention import Limits
from bot.db.engine import Database
from bot.db.erase import SqlEraser
from bot.db.feedback import sql_feedback_store as feedback_store
from bot.db.message_search import MOST_PLACES
from bot.db.migrate import upgrade
from bot.db.purge import SqlPurger
from bot.db.store import sql_store
from bot.db.tables import Base
from bot.db.threads import change, record
from tests.integration.db.test_erase import row_of

if TYPE_CHECKING:
    from bot.core.ports import Store

HERE = Place("T1", "C1", "1700000000.000100")
AT = datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.fixture
def store(database: Database) -> Store:
    return sql_store(database)


def said(number: int, text: str, author: str = "U1") -> Message:
    return Message(Role.USER, author, text, f"{1_700_000_000 + number}.000100")


async def put(database: Database, *messages: Message, place: Place = HERE) -> None:
    async with database.writer.begin() as connection:
        await connection.run_sync(record, Record(place, "U1", began_with_bot=True, messages=messages))


def incoming(place: Place, text: str) -> IncomingMessage:
    return IncomingMessage(
        place, place.thread, "U1", "T1", text, is_direct=False, mentions_bot=False, addresses_other=False
    )


async def edit(database: Database, changed: MessageEdit) -> None:
    async with database.writer.begin() as connection:
        await connection.run_sync(change, changed)


async def found(
    store: Store, typed: str, channels: tuple[str, ...] = ("C1",), limit: int = 100, **limits: object
) -> list[str]:
    query = replace(Query(terms_of(typed)), **limits)  # type: ignore[arg-type] # its own fields
    return [one.text for one in await store.search.find("T1", channels, query, limit=limit)]


async def test_a_message_is_found_by_its_words(store: Store, database: Database) -> None:
    answer = Message(Role.ASSISTANT, "", "We moved the launch to Friday.", "1700000005.000100")
    await put(database, said(1, "When is the **launch**?"), answer)
    own, asked = await store.search.find("T1", ["C1"], Query(terms_of("LAUNCH")), limit=10)
    assert (own.place, own.id, own.text, own.is_own) == (HERE, answer.id, answer.text, True)
    assert (asked.author, asked.at, asked.is_own) == ("U1", AT + timedelta(seconds=1, microseconds=100), False)
    assert await found(store, "friday launch") == [answer.text]
    assert await found(store, "friday, sunday") == []


async def test_any_language_is_found_alike(store: Store, database: Database) -> None:
    """Scripts without spaces: https://github.com/thedotmack/claude-mem/issues/3801."""
    text = "Größte Straße, v3.40: 東京都に行く 회의를 重跑gen-itgc后 हिन्दी"
    await put(database, said(1, text), said(2, "something else"))
    for typed in (
        "grosste strasse",
        "„größte straße“",
        "straße größte",
        "stra",
        "v3.40",
        "v3 40",
        "京都に",
        "都",
        "회의",
    ):
        assert await found(store, typed) == [text], typed
    for typed in ("gen", "itgc", "हिन्दी", " 'größte' *", "größte:", "größte\x00", "(größte", 'größte "', "👍 größte"):
        assert await found(store, typed) == [text], typed
    for typed in (
        '"straße größte"',
        '"stra"',
        "st",
        "v3.41",
        "都東",
        "größte OR nothing",
        "search_words:größte",
        "-größte x",
    ):
        assert await found(store, typed) == [], typed


@given(st.text(min_size=1, max_size=80))
@example("' \" \\ :* & | ! <-> ( ) NEAR AND")
@example("\ue000t1c1")
@example("a " * 40)
@example("ﷺ½①İ")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
async def test_whatever_was_said_is_found_by_itself(store: Store, database: Database, text: str) -> None:
    place = replace(HERE, thread=str(crc32(text.encode("utf-16", "surrogatepass"))))
    await put(database, said(1, text), place=place)
    terms = terms_of(text)
    mine = await store.search.find("T1", ["C1"], Query(terms), limit=1_000)
    assert (place in {one.place for one in mine}) == bool(terms)


async def test_whole_words_come_before_beginnings(store: Store, database: Database) -> None:
    await put(database, said(1, "a bug"), said(2, "two bugs"), said(3, "bug again"), said(4, "bugfix"))
    assert await found(store, "bug") == ["bug again", "a bug", "bugfix", "two bugs"]
    assert await found(store, "bug", limit=2) == ["bug again", "a bug"]
    assert await found(store, "two bug") == ["two bugs"]
    assert await found(store, "bug two") == []


async def test_only_given_channels_are_searched(store: Store, database: Database) -> None:
    many = tuple(f"C{number}" for number in range(2, 2 + MOST_PLACES))
    for place in (HERE, replace(HERE, channel="C2"), replace(HERE, workspace="T2")):
        await put(database, said(1, f"secret of {place.workspace} {place.channel}"), place=place)
    assert await found(store, "secret", ("C2",)) == ["secret of T1 C2"]
    assert await found(store, "secret", many) == ["secret of T1 C2"]
    assert await found(store, "secret", ("C1", *many)) == ["secret of T1 C2", "secret of T1 C1"]
    assert await found(store, "secret", ("C9",)) == await found(store, "secret", ()) == []
    assert await found(store, "t1c1") == []


async def test_who_and_when_narrow_it(store: Store, database: Database) -> None:
    await put(database, said(1, "a plan"), said(100, "our plan", "U2"), said(200, "plan b"))
    assert await found(store, "plan", author="U2") == ["our plan"]
    assert await found(store, "plan", since=AT + timedelta(seconds=100)) == ["plan b", "our plan"]
    assert await found(store, "plan", before=AT + timedelta(seconds=100)) == ["a plan"]


async def test_an_edit_changes_what_finds_it(store: Store, database: Database) -> None:
    await put(database, said(1, "the zanzibar plan"))
    edited = MessageEdit(HERE, said(1, "").id, "U1", "T1", "the lisbon plan", "1700000009.000100")
    await edit(database, edited)
    assert (await found(store, "zanzibar"), await found(store, "lisbon")) == ([], ["the lisbon plan"])
    await edit(database, replace(edited, is_deleted=True, revision="1700000010.000100"))
    assert await found(store, "lisbon") == await found(store, "plan") == []


async def test_what_is_erased_is_not_found(store: Store, database: Database) -> None:
    elsewhere = replace(HERE, thread="1700000100.000100")
    await put(database, said(1, "alone zanzibar"))
    await put(database, said(2, "mine zanzibar"), said(3, "theirs zanzibar", "U2"), place=elsewhere)
    await SqlEraser(database).erase(ErasureScope("T1", person="U1"))
    assert await found(store, "zanzibar") == ["theirs zanzibar"]
    await SqlEraser(database).erase(ErasureScope("T1", "C1", elsewhere.thread))
    assert await found(store, "zanzibar") == []
    await put(database, said(4, "zanzibar"), place=elsewhere)
    await SqlPurger(database).purge(Limits(datetime.now(UTC) + timedelta(days=1)), lambda: None)
    assert await found(store, "zanzibar") == []


async def test_a_thread_that_is_read_is_found(store: Store, database: Database) -> None:
    """Newer messages are written anew behind the older ones that were read."""
    await put(database, said(50, "newest 東京都に"))
    page = PageRead(HERE, (said(1, "older plan"), said(2, "old plan")), said(2, "").id, "", said(50, "").id)
    assert (await store.threads.keep(page)).read == 2
    assert await found(store, "plan") == ["old plan", "older plan"]
    assert await found(store, "京都") == ["newest 東京都に"]
    await store.threads.keep(replace(page, messages=(), left_out=(said(1, "").id,)))
    assert await found(store, "plan") == ["old plan"]


async def test_a_blank_message_can_have_no_words(database: Database) -> None:
    await put(database, said(1, "the zanzibar plan"))
    with pytest.raises(sa.exc.IntegrityError):
        async with database.writer.begin() as connection:
            await connection.execute(sa.text("UPDATE messages SET text = ''"))


async def test_what_is_old_is_found_after_the_upgrade(empty_url: str) -> None:
    await upgrade(empty_url, "20261130_deaths")
    database = Database.open(empty_url)
    rows = {name: row_of(Base.metadata.tables[name]) for name in ("threads", "messages", "feedback")}
    rows["messages"] |= {"text": "Größte plan", "external_id": "3.1", "is_deleted": False}
    rows["feedback"] |= {"text": "Größte Katastrophe", "message": "2.1"}
    async with database.writer.begin() as connection:
        for name, row in rows.items():
            for later in ("search_words", "part", "excerpt", "split_at"):
                row.pop(later, None)
            blank = row | {"id": 2, "text": "", "external_id": "4.1", "message": "4.1"}
            known = [row] if name == "threads" else [row, {key: blank[key] for key in row}]
            columns = [sa.column(key, Base.metadata.tables[name].c[key].type) for key in row]
            await connection.execute(sa.insert(sa.table(name, *columns)), known)
    await upgrade(empty_url)
    store = sql_store(database)
    assert await found(store, "grosste") == ["Größte plan", "Größte Katastrophe"]
    place = Place("T1", "C1", "1.1")
    await edit(database, MessageEdit(place, "3.1", "U1", "T1", "", "9.1", is_deleted=True))
    await SqlEraser(database).erase(ErasureScope("T1", "C1"))
    assert await found(store, "grosste") == []
    await database.close()


async def test_posts_of_feedback_channels_are_found(store: Store, database: Database) -> None:
    posts, place = feedback_store(database).inbox, replace(HERE, channel="C5", thread=said(1, "").id)
    await posts.add(incoming(place, "Größte Katastrophe"), AT, "", together=0)
    (post,) = await store.search.find("T1", ["C5"], Query(terms_of("grosste")), limit=10)
    assert (post.place, post.id, post.author, post.is_own) == (place, place.thread, "U1", False)
    assert await found(store, "grosste") == []
    await put(database, said(1, "Größte Katastrophe"), place=place)  # someone mentions the bot there
    assert await found(store, "grosste", ("C5",)) == ["Größte Katastrophe"]
    await posts.edit(MessageEdit(place, place.thread, "U1", "T1", "Kleinste Katastrophe", "1700000009.000100"))
    assert await found(store, "kleinste", ("C5",)) == ["Kleinste Katastrophe"]
    await SqlEraser(database).erase(ErasureScope("T1", person="U1"))
    assert await found(store, "katastrophe", ("C5",)) == []
    again = replace(place, thread=said(2, "").id)
    await posts.add(incoming(again, "Noch eine"), AT, "", together=0)
    await posts.edit(MessageEdit(again, again.thread, "U1", "T1", "", "1700000009.000100", is_deleted=True))
    assert await found(store, "noch", ("C5",)) == []
