"""Knowledge on real databases: read in runs, found by its words, and gone when it should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from bot.core.domain.knowledge import Gap, KnownPage, NewSource, ReadPage, SourceKind, SourceState
from bot.core.domain.message import MessageEdit, Place
from bot.core.privacy.forget import ErasureScope
from bot.core.privacy.retention import Limits
from bot.db.erase import SqlEraser
from bot.db.knowledge import sql_knowledge_store
from bot.db.knowledge.pages import follow
from bot.db.purge import SqlPurger
from bot.db.tables import KnowledgePageRow, KnowledgePassageRow, KnowledgeWordRow
from bot.transaction import transact

if TYPE_CHECKING:
    from bot.core.domain.knowledge import KnowledgeSource
    from bot.core.ports.knowledge import KnowledgeStore
    from bot.db.engine import Database
    from bot.db.tables import Base

HERE = Place("T1", "C1")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SITE = NewSource("T1", "", SourceKind.SITE, "https://docs.example.com/", "Docs", "U1")
THREADS = NewSource("T1", "C1", SourceKind.CHANNEL, "C9", "#help", "U1")
GAP = Gap(0, "T1", "C1", "1.1", "1.1", "U1", "Who pays for lunch?", "https://example.com/p1", NOW)


@pytest.fixture
def store(database: Database) -> KnowledgeStore:
    return sql_knowledge_store(database)


def page(address: str, text: str, **values: object) -> ReadPage:
    return replace(ReadPage(address, f"{address}#top", address.upper(), text), **values)  # type: ignore[arg-type] # its own fields


async def begun(store: KnowledgeStore, new: NewSource, *addresses: str) -> KnowledgeSource:
    source = await store.pages.begin(await store.sources.add(new, NOW), addresses, NOW)
    assert source
    return source


async def read(store: KnowledgeStore, new: NewSource, pages: dict[str, str], **values: object) -> KnowledgeSource:
    """Read a source whose pages are these."""
    source = await begun(store, new, *pages)
    for address, text in pages.items():
        await store.pages.keep(source, address, page(address, text, **values), NOW)
    await store.pages.finish(source, NOW, LATER)
    found = await store.sources.find(source.workspace, source.id)
    assert found
    return found


async def found(store: KnowledgeStore, question: str, place: Place = HERE) -> list[str]:
    return [one.text for one in await store.search.search(place, question, 10)]


async def count(database: Database, table: type[Base]) -> int:
    query = select(func.count()).select_from(table)
    return await transact(database.reader, lambda connection: int(connection.execute(query).scalar_one()))


async def test_a_source_is_kept_once(store: KnowledgeStore) -> None:
    source = await store.sources.add(SITE, NOW)
    assert (source.state, source.run, source.next_at, source.pages) == (SourceState.NEW, 0, NOW, 0)
    assert await store.sources.add(replace(SITE, title="Again"), LATER) == source
    own = await store.sources.add(replace(SITE, channel="C1"), NOW)
    other = await store.sources.add(replace(SITE, channel="C2"), NOW)
    assert await store.sources.serving(HERE) == [source, own]
    assert await store.sources.serving(replace(HERE, workspace="T2")) == []
    assert await store.sources.find("T1", other.id) == other
    assert await store.sources.find("T2", other.id) is None


async def test_sources_are_due_in_turn(store: KnowledgeStore) -> None:
    late = await store.sources.add(replace(SITE, address="b"), LATER)
    early = await store.sources.add(SITE, NOW)
    assert await store.sources.due(NOW, 10) == [early]
    assert await store.sources.due(LATER, 10) == [early, late]
    assert await store.sources.due(LATER, 1) == [early]
    await store.pages.begin(early, ["x"], NOW)
    assert await store.sources.due(NOW, 10) == []
    again = await store.sources.refresh("T1", early.id, NOW)
    assert again
    assert (again.next_at, again.run) == (NOW, 1)
    assert await store.sources.refresh("T2", early.id, NOW) is None
    assert await store.sources.due(NOW, 10) == [again]


async def test_a_run_reads_each_address_once(store: KnowledgeStore) -> None:
    source = await begun(store, SITE, "a", "b", "a")
    assert [one.address for one in await store.pages.waiting(source, 10)] == ["a", "b"]
    assert await store.pages.enqueue(source, ["b", "c", "d", "d", "e"], most=4) == 1
    assert [one.address for one in await store.pages.waiting(source, 3)] == ["a", "b", "c"]
    await store.pages.keep(source, "a", page("a", "Apples.", etag="1", last_modified="today"), NOW)
    await store.pages.fail(source, "b", "It says 500.", is_gone=False)
    assert [one.address for one in await store.pages.waiting(source, 10)] == ["c", "d"]
    await store.pages.unchanged(source, "c", NOW)
    await store.pages.finish(source, NOW, LATER)
    done = await store.sources.find("T1", source.id)
    assert done
    assert (done.state, done.read_at, done.next_at, done.pages, done.skipped) == (SourceState.READ, NOW, LATER, 2, 1)
    second = await store.pages.begin(done, ["a"], NOW)
    assert second
    (known,) = await store.pages.waiting(second, 10)
    assert replace(known, digest="") == KnownPage("a", "1", "today")
    assert known.digest


async def test_one_of_two_begins(store: KnowledgeStore) -> None:
    source = await store.sources.add(SITE, NOW)
    first = await store.pages.begin(source, ["a"], NOW)
    assert first
    assert await store.pages.begin(source, ["a"], NOW) is None
    second = await store.pages.begin(first, ["b"], NOW)
    assert second
    await store.pages.keep(first, "a", page("a", "Outdated apples."), NOW)
    await store.pages.fail(first, "b", "too late", is_gone=True)
    assert await store.pages.enqueue(first, ["c"], 10) == 0
    await store.pages.finish(first, NOW, LATER)
    assert [one.address for one in await store.pages.waiting(second, 10)] == ["b"]
    assert await found(store, "apples") == []
    assert (await store.sources.find("T1", source.id)) == second


async def test_what_vanished_is_not_found(store: KnowledgeStore, database: Database) -> None:
    first = await read(store, SITE, {"a": "Apples are red.", "b": "Bananas are yellow.", "c": "Cherries are dark."})
    assert await found(store, "banana") == ["Bananas are yellow."]
    second = await store.pages.begin(first, ["a", "c", "d"], NOW)
    assert second
    assert await found(store, "banana") == ["Bananas are yellow."]  # until the run is over
    await store.pages.keep(second, "a", page("a", "Apples are green."), NOW)
    await store.pages.fail(second, "c", "It says 404.", is_gone=True)
    await store.pages.finish(second, NOW, LATER)
    assert await found(store, "bananas cherries red") == []
    assert await found(store, "apple") == ["Apples are green."]
    assert await count(database, KnowledgePassageRow) == await count(database, KnowledgePageRow) == 1


async def test_a_failed_run_keeps_what_was_there(store: KnowledgeStore) -> None:
    first = await read(store, SITE, {"a": "Apples are red."})
    second = await store.pages.begin(first, [], NOW)
    assert second
    await store.pages.finish(second, NOW, LATER, "The host does not answer.")
    assert await found(store, "apples") == ["Apples are red."]
    done = await store.sources.find("T1", first.id)
    assert done
    assert (done.state, done.fault, done.read_at, done.pages) == (
        SourceState.FAILED,
        "The host does not answer.",
        NOW,
        1,
    )


async def test_a_place_finds_what_serves_it(store: KnowledgeStore) -> None:
    await read(store, SITE, {"a": "Apples for everyone."})
    await read(store, replace(SITE, channel="C1"), {"a": "Apples for one channel."})
    await read(store, replace(SITE, workspace="T2"), {"a": "Apples of others."})
    both = {"Apples for everyone.", "Apples for one channel."}
    assert set(await found(store, "apples")) == both
    assert await found(store, "apples", Place("T1", "C2", "1.1")) == ["Apples for everyone."]
    assert await found(store, "apples", Place("T2", "C1")) == ["Apples of others."]
    assert await found(store, "apples", Place("T3", "C1")) == []


async def test_a_passage_tells_where_it_stands(store: KnowledgeStore) -> None:
    text = f"# Fruit\n\n## Apples\n\n{'An apple a day. ' * 30}\n\n## Pears\n\nPears are soft."
    source = await read(store, SITE, {"a": text}, changed_at=NOW, language="en", title="Food")
    (one,) = await store.search.search(HERE, "Are pears soft?", 10)
    assert (one.source, one.link, one.title, one.headings) == (source.id, "a#top", "Food", ("Fruit", "Pears"))
    assert (one.text, one.language, one.read_at, one.changed_at) == ("Pears are soft.", "en", NOW, NOW)


async def test_a_removed_source_goes_whole(store: KnowledgeStore, database: Database) -> None:
    source = await read(store, SITE, {f"page{number}": f"Apples, kind {number}." for number in range(120)})
    assert not await store.sources.remove("T2", source.id)
    assert await store.sources.remove("T1", source.id)
    assert not await store.sources.remove("T1", source.id)
    assert await found(store, "apples") == []
    for table in (KnowledgePageRow, KnowledgePassageRow, KnowledgeWordRow):
        assert await count(database, table) == 0


async def test_words_of_people_obey_retention(store: KnowledgeStore, database: Database) -> None:
    await read(store, SITE, {"a": "Apples in the docs."}, changed_at=NOW - timedelta(days=900))
    source = await begun(store, THREADS, "1.1", "2.2")
    for thread, days in (("1.1", 40), ("2.2", 20)):
        said = page(thread, f"Apples after {days} days.", changed_at=NOW - timedelta(days=days), people=("U1", "U2"))
        await store.pages.keep(source, thread, said, NOW)
    await store.pages.finish(source, NOW, LATER)
    await store.gaps.add(replace(GAP, asked_at=NOW - timedelta(days=40)))
    limits = Limits(NOW - timedelta(days=30))
    assert await SqlPurger(database).purge(limits, lambda: None) == {"knowledge_pages": 1, "knowledge_gaps": 1}
    assert set(await found(store, "apples")) == {"Apples in the docs.", "Apples after 20 days."}
    own = Limits(None, channels={("T1", "C9"): NOW - timedelta(days=10)})  # of the channel in which it was said
    assert await SqlPurger(database).purge(own, lambda: None) == {"knowledge_pages": 1}


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (ErasureScope("T1", person="U2"), {"docs", "alone"}),
        (ErasureScope("T1", "C9", "1.1"), {"docs", "alone"}),
        (ErasureScope("T1", "C9"), {"docs"}),
        (ErasureScope("T1", "C1"), {"docs", "alone", "shared"}),
        (ErasureScope("T1"), set()),
    ],
    ids=["person", "thread", "its channel", "another channel", "workspace"],
)
async def test_what_people_said_is_forgotten(
    store: KnowledgeStore, database: Database, scope: ErasureScope, left: set[str]
) -> None:
    await read(store, SITE, {"a": "docs"})
    source = await begun(store, THREADS, "1.1", "2.2")
    await store.pages.keep(source, "1.1", page("1.1", "shared", title="", people=("U1", "U2")), NOW)
    await store.pages.keep(source, "2.2", page("2.2", "alone", title="", people=("U1",)), NOW)
    await store.pages.finish(source, NOW, LATER)
    await SqlEraser(database).erase(scope)
    assert set(await found(store, "docs shared alone")) == left
    assert (await store.sources.find("T1", source.id) is None) == (
        scope in {ErasureScope("T1", "C9"), ErasureScope("T1")}
    )


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_a_changed_message_takes_its_thread_out(
    store: KnowledgeStore, database: Database, *, is_deleted: bool
) -> None:
    await read(store, THREADS, {"1.1": "Apples.", "2.2": "Pears."})
    changed = MessageEdit(Place("T1", "C9", "1.1"), "1.3", "U1", "T1", "", "9.9", is_deleted=is_deleted)
    await transact(database.writer, partial(follow, changed=changed))
    assert await found(store, "apples pears") == ["Pears."]


async def test_a_gap_is_kept_once(store: KnowledgeStore) -> None:
    await store.gaps.add(GAP)
    await store.gaps.add(replace(GAP, question="Something else?"))
    await store.gaps.add(replace(GAP, message="2.2", asked_at=LATER))
    await store.gaps.add(replace(GAP, channel="C2"))
    newest, oldest = await store.gaps.since(HERE, NOW, 10)
    assert replace(oldest, id=0) == GAP
    assert newest.message == "2.2"
    assert [one.message for one in await store.gaps.since(HERE, LATER, 10)] == ["2.2"]
    assert await store.gaps.counts("T1", NOW) == {"C1": 2, "C2": 1}
    await store.gaps.close("T2", [oldest.id])
    await store.gaps.close("T1", [oldest.id])
    assert await store.gaps.counts("T1", NOW) == {"C1": 1, "C2": 1}
