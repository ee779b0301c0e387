"""Records of feedback on real databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.domain.classification import Example
from bot.core.domain.feedback import Decision, FeedbackStatus, Judgment
from bot.core.domain.message import FileRef, IncomingMessage, MessageEdit, Place
from bot.core.privacy.retention import Limits
from bot.db.feedback import sql_feedback_store
from bot.db.feedback.known import SqlKnownFeedback
from bot.db.purge import SqlPurger

if TYPE_CHECKING:
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.db.engine import Database

CHANNEL = Place("T1", "C1")
NOW = datetime.now(UTC)
FILE = FileRef("F1", "screen.png", "image/png", 10)


def post(message: str, text: str = "it crashes", author: str = "U1") -> IncomingMessage:
    place = replace(CHANNEL, thread=message)
    return IncomingMessage(
        place, message, author, "T1", text, is_direct=False, mentions_bot=False, addresses_other=False
    )


def edit(message: str, revision: str, text: str = "") -> MessageEdit:
    place = replace(CHANNEL, thread=message)
    return MessageEdit(place, message, "U1", "T1", text, revision, is_deleted=not text)


def decision(text: str, number: int = 1, category: str = "Bug", root: int | None = None) -> Decision:
    return Decision(text, Judgment(number, (category,), 90, duplicate_of=root), FeedbackStatus.OPEN, "Apps")


@pytest.fixture
def feedback(database: Database) -> FeedbackStore:
    return sql_feedback_store(database)


async def add(feedback: FeedbackStore, incoming: IncomingMessage, *, together: int = 0, at: datetime = NOW) -> int:
    found = await feedback.inbox.add(incoming, at, "https://example.com/p1", together=together)
    assert found is not None
    return found


async def test_a_post_is_kept_once(feedback: FeedbackStore) -> None:
    first = await add(feedback, post("1.1"))
    assert await add(feedback, post("1.1")) == first
    await feedback.inbox.save(CHANNEL, {first: decision("it crashes")}, ())
    assert await feedback.inbox.add(post("1.1"), NOW, "", together=0) is None
    assert await feedback.inbox.waiting(CHANNEL, 9) == []
    found = await feedback.records.find("T1", first)
    assert found is not None
    assert (found.category, found.team, found.version, found.root) == ("Bug", "Apps", 1, first)
    assert await feedback.records.find("T2", first) is None


async def test_parts_wait_as_one_record(feedback: FeedbackStore) -> None:
    first = await add(feedback, replace(post("1.1", "one"), files=(FILE,)))
    assert await add(feedback, post("1.2", "two"), together=3) == first
    assert await add(feedback, post("1.3", "three", "U2"), together=3) != first
    late = await add(feedback, post("1.4", "late"), together=3, at=NOW + timedelta(minutes=4))
    (record, *others) = await feedback.inbox.waiting(CHANNEL, 9)
    assert (record.id, record.text, record.files) == (first, "one\ntwo", (FILE,))
    assert [one.text for one in others] == ["three", "late"]
    assert late == others[1].id


async def test_what_is_edited_meanwhile_waits_on(feedback: FeedbackStore) -> None:
    first = await add(feedback, post("1.1", "old"))
    assert await feedback.inbox.edit(edit("1.1", "2", "new")) == first
    assert await feedback.inbox.edit(edit("1.1", "2", "again")) is None
    await feedback.inbox.save(CHANNEL, {first: decision("old")}, ())
    assert [one.text for one in await feedback.inbox.waiting(CHANNEL, 9)] == ["new"]


async def test_a_withdrawn_post_stays_withdrawn(feedback: FeedbackStore) -> None:
    first = await add(feedback, post("1.1"))
    assert await feedback.inbox.edit(edit("1.1", "2")) == first
    await feedback.inbox.save(CHANNEL, {first: decision("it crashes")}, ())
    found = await feedback.records.at(replace(CHANNEL, thread="1.1"))
    assert found is not None
    assert (found.status, found.category) == (FeedbackStatus.WITHDRAWN, "")
    assert await feedback.inbox.add(post("1.1"), NOW, "", together=0) is None


async def test_what_a_person_settled_stays(feedback: FeedbackStore, database: Database) -> None:
    known = SqlKnownFeedback(database)
    first = await add(feedback, post("1.1"))
    await feedback.inbox.save(CHANNEL, {first: decision("it crashes")}, ())
    await feedback.records.change("T1", first, category="Wish", corrected_by="U2")
    await feedback.inbox.edit(edit("1.1", "2", "it still crashes"))
    await feedback.inbox.save(CHANNEL, {first: decision("it still crashes")}, ())
    found = await feedback.records.find("T1", first)
    assert found is not None
    assert (found.category, found.given) == ("Wish", "Bug")
    assert await feedback.known.corrections(CHANNEL, 9) == [Example("it still crashes", ("Wish",))]
    assert await known.all_corrections(None, 9) == await known.all_corrections(CHANNEL, 9) != []
    assert await known.all_corrections(Place("T1", "C2"), 9) == await known.all_corrections(Place("T2", "C1"), 9) == []


async def test_duplicates_share_a_root(feedback: FeedbackStore) -> None:
    ids = [await add(feedback, post(f"1.{n}")) for n in range(1, 4)]
    for number, id_ in enumerate(ids):
        earlier = ids[number - 1] if number else None
        await feedback.inbox.save(CHANNEL, {id_: decision("it crashes", id_, root=earlier)}, ())
    found = [await feedback.records.find("T1", id_) for id_ in ids]
    assert [one.root for one in found if one] == [ids[0]] * 3
    assert len(await feedback.routing.unrouted(CHANNEL, ["Apps"], 9)) == 3
    assert len(await feedback.records.unshown(NOW + timedelta(days=1))) == 3


async def test_the_first_answer_counts(feedback: FeedbackStore) -> None:
    first = await add(feedback, post("1.1"))
    place = replace(CHANNEL, thread="1.1")
    await feedback.inbox.respond(place, "U1")
    found = await feedback.records.find("T1", first)
    assert found is not None
    assert found.responded_at is None
    await feedback.inbox.respond(place, "U2")
    answered = await feedback.records.find("T1", first)
    assert answered is not None
    assert answered.responded_at is not None
    await feedback.inbox.respond(place, "U3")
    assert await feedback.records.find("T1", first) == answered


async def test_an_alert_is_told_once_for_a_while(feedback: FeedbackStore) -> None:
    past, future = NOW - timedelta(days=1), NOW + timedelta(days=1)
    await feedback.alerts.keep(CHANNEL, "root:1", "C1:5.5:3", past)
    await feedback.alerts.keep(CHANNEL, "root:1", "C1:5.5:4", past)
    assert await feedback.alerts.find(CHANNEL, "root:1", past) == "C1:5.5:4"
    assert await feedback.alerts.find(CHANNEL, "root:1", future) == ""
    assert await feedback.alerts.find(CHANNEL, "root:2", past) == ""


async def test_trends_are_counted_where_records_are(feedback: FeedbackStore) -> None:
    ids: list[int] = []
    for number, days in enumerate((0, 0, 0, 0, 2, 9, 40), start=1):
        id_ = await add(feedback, post(f"{number}.1", author=f"U{number}"), at=NOW - timedelta(days=days))
        root = ids[0] if number in {2, 4, 5} else None
        await feedback.inbox.save(
            CHANNEL, {id_: decision("it crashes", id_, "Bug" if number < 6 else "Wish", root)}, ()
        )
        ids.append(id_)
    await feedback.records.change("T1", ids[3], status=FeedbackStatus.DISMISSED)
    day, month = NOW - timedelta(days=1), NOW - timedelta(days=29)
    assert await feedback.statistics.repeated(CHANNEL, day, 2) == {ids[0]: 2}
    assert await feedback.statistics.repeated(CHANNEL, month, 2) == {ids[0]: 3}
    assert await feedback.statistics.repeated(CHANNEL, day, 3) == {}
    assert await feedback.statistics.counts(CHANNEL, day, NOW) == {"Bug": 3}
    assert await feedback.statistics.counts(CHANNEL, month, day) == {"Bug": 1, "Wish": 1}
    assert await feedback.statistics.oldest(CHANNEL, month) == NOW - timedelta(days=9)
    assert await feedback.statistics.oldest(replace(CHANNEL, channel="C2"), month) is None
    assert [one.id for one in await feedback.statistics.recent(CHANNEL, month, 9, root=ids[0])][-1] == ids[4]
    assert [one.id for one in await feedback.statistics.recent(CHANNEL, month, 9, category="Wish")] == [ids[5]]
    for elsewhere in (Place("T2", "C1"), Place("T1", "C2")):
        assert not await feedback.statistics.repeated(elsewhere, month, 1)
        assert not await feedback.statistics.counts(elsewhere, month, NOW)


async def test_earlier_posts_are_found_by_words(feedback: FeedbackStore) -> None:
    texts = ["The export dialog crashes", "dark mode, please", "Invoice of Oktober is missing", "'\" OR * NEAR(:a)"]
    for number, text in enumerate(texts, start=1):
        id_ = await add(feedback, post(f"{number}.1", text, f"U{number}"))
        await feedback.inbox.save(CHANNEL, {id_: decision(text, id_)}, ())
    hidden = await add(feedback, post("5.1", "the export dialog was withdrawn", "U5"))
    await feedback.inbox.edit(edit("5.1", "9"))
    found = await feedback.known.alike(
        CHANNEL, {7: ["expo", "dial", "crash"], 8: ["oktober"], 9: ["nothing"], 10: []}, 9
    )
    assert {number: [one.number for one in ones] for number, ones in found.items()} == {7: [1], 8: [3], 9: [], 10: []}
    assert [one.number for one in await feedback.known.newest(CHANNEL, 3)] != []
    assert hidden not in [one.number for one in await feedback.known.newest(CHANNEL, 9)]
    assert await feedback.known.alike(replace(CHANNEL, channel="C2"), {7: ["crash"]}, 9) == {7: []}
    assert await feedback.known.alike(Place("T2", "C1"), {7: ["crash"]}, 9) == {7: []}


async def test_a_joined_posts_words_are_its_records(feedback: FeedbackStore) -> None:
    first = await add(feedback, post("1.1", "hi there"))
    assert await add(feedback, post("1.2", "the export dialog crashes"), together=3) == first
    await feedback.inbox.save(CHANNEL, {first: decision("hi there\nthe export dialog crashes")}, ())
    found = await feedback.known.alike(CHANNEL, {7: ["export"]}, 9)
    assert [(one.number, one.text) for one in found[7]] == [(first, "the export dialog crashes")]


async def test_edited_and_forgotten_words_are_not_found(feedback: FeedbackStore, database: Database) -> None:
    first = await add(feedback, post("1.1", "the export dialog crashes"))
    await feedback.inbox.save(CHANNEL, {first: decision("the export dialog crashes")}, ())
    await feedback.inbox.edit(edit("1.1", "2", "the import wizard crashes"))
    found = await feedback.known.alike(CHANNEL, {1: ["export"], 2: ["import"]}, 9)
    assert [len(ones) for ones in found.values()] == [0, 1]
    await SqlPurger(database).purge(Limits(NOW + timedelta(days=1)), lambda: None)
    assert await feedback.known.alike(CHANNEL, {2: ["import"]}, 9) == {2: []}
