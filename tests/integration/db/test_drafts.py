"""Drafts on real databases: one for each version of a post, decided once, and gone when their words have to go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.domain.draft import Discarded, DraftState
from bot.core.domain.feedback import Decision, FeedbackStatus, Judgment
from bot.core.domain.knowledge import NewSource, ReadPage, SourceKind
from bot.core.domain.message import IncomingMessage, MessageEdit, Place
from bot.core.domain.tool import SourceLink
from bot.core.privacy.forget import ErasureScope
from bot.core.privacy.retention import Limits
from bot.core.triage.drafts.standing import not_standing
from bot.db.erase import SqlEraser
from bot.db.feedback import sql_feedback_store
from bot.db.knowledge import sql_knowledge_store
from bot.db.purge import SqlPurger

if TYPE_CHECKING:
    from bot.core.domain.draft import Draft
    from bot.core.domain.feedback import Feedback
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.db.engine import Database

CHANNEL = Place("T1", "C1")
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=400)
ASKED, OTHER = "How do I export?", "How do I print?"
SOURCES = (SourceLink("https://docs.example/export", "Export", "changed May 3"),)


@pytest.fixture
def feedback(database: Database) -> FeedbackStore:
    return sql_feedback_store(database)


async def post(feedback: FeedbackStore, message: str = "1.1", text: str = ASKED) -> Feedback:
    """Add a post that asks for something, sorted."""
    place = replace(CHANNEL, thread=message)
    incoming = IncomingMessage(
        place, message, "U1", "T1", text, is_direct=False, mentions_bot=False, addresses_other=False
    )
    id_ = await feedback.inbox.add(incoming, NOW, "https://example.com/p1", together=0)
    assert id_ is not None
    return await settled(feedback, id_, text)


async def settled(feedback: FeedbackStore, id_: int, text: str, *, wants_draft: bool = True) -> Feedback:
    judged = Judgment(id_, ("Question",), 90)
    decision = Decision(text, judged, FeedbackStatus.OPEN, wants_draft=wants_draft)
    await feedback.inbox.save(CHANNEL, {id_: decision}, ())
    record = await feedback.records.find("T1", id_)
    assert record is not None
    return record


async def edited(feedback: FeedbackStore, record: Feedback, text: str, revision: str, *, asks: bool = True) -> Feedback:
    place = replace(CHANNEL, thread=record.message)
    change = MessageEdit(place, record.message, "U1", "T1", text, revision, is_deleted=not text)
    assert await feedback.inbox.edit(change) == record.id
    return await settled(feedback, record.id, text, wants_draft=asks) if text else record


async def changed(feedback: FeedbackStore, draft: Draft, state: DraftState, **values: Any) -> Draft:
    found = await feedback.drafts.change(draft, state, **values)
    assert found is not None
    return found


async def ready(feedback: FeedbackStore, record: Feedback, text: str = "In the menu.") -> Draft:
    wanted = (await feedback.drafts.of_record(record))[-1]
    assert wanted.state is DraftState.WANTED
    return await changed(feedback, wanted, DraftState.READY, text=text, sources=SOURCES, category="Question")


async def test_a_draft_comes_back(feedback: FeedbackStore) -> None:
    record = await post(feedback)
    draft = await ready(feedback, record)
    assert await feedback.drafts.find("T1", draft.id) == draft
    assert await feedback.drafts.find("T2", draft.id) is None
    assert (draft.sources, draft.place, draft.version) == (SOURCES, record.place, 1)
    assert (await feedback.drafts.question(record)).text == ASKED


async def test_of_many_who_decide_one_is_first(feedback: FeedbackStore) -> None:
    draft = await ready(feedback, await post(feedback))
    states = [DraftState.SENDING, DraftState.DISCARDED] * 5
    found = await asyncio.gather(
        *(feedback.drafts.change(draft, state, by=f"U{number}") for number, state in enumerate(states))
    )
    (first,) = [one for one in found if one is not None]
    assert await feedback.drafts.find("T1", draft.id) == first


async def test_each_version_of_a_post_has_one_draft(feedback: FeedbackStore) -> None:
    record = await post(feedback)
    await ready(feedback, record)
    record = await edited(feedback, record, OTHER, "2")
    old, new = await feedback.drafts.of_record(record)
    assert (old.state, new.state) == (DraftState.STALE, DraftState.WANTED)
    record = await edited(feedback, record, ASKED, "3")
    states = {one.digest: one.state for one in await feedback.drafts.of_record(record)}
    assert states == {old.digest: DraftState.READY, new.digest: DraftState.STALE}
    assert (await feedback.drafts.of_record(record))[-1].digest == old.digest


async def test_what_was_sent_is_outdated_by_an_edit(feedback: FeedbackStore) -> None:
    record = await post(feedback)
    draft = await changed(feedback, await ready(feedback, record), DraftState.SENDING, by="U2")
    await changed(feedback, draft, DraftState.SENT, sent_message="1.5")
    await edited(feedback, record, "I found it", "2", asks=False)
    (sent,) = await feedback.drafts.of_record(record)
    assert (sent.state, sent.is_outdated) == (DraftState.SENT, True)
    await edited(feedback, record, ASKED, "3")
    (sent,) = await feedback.drafts.of_record(record)
    assert (sent.state, sent.is_outdated) == (DraftState.SENT, False)


async def test_a_deleted_post_takes_its_draft_along(feedback: FeedbackStore) -> None:
    record = await post(feedback)
    await ready(feedback, record)
    await edited(feedback, record, "", "2")
    (draft,) = await feedback.drafts.of_record(record)
    assert (draft.state, draft.text, draft.sources) == (DraftState.STALE, "", ())


async def test_what_is_approved_and_not_sent_is_found(feedback: FeedbackStore) -> None:
    draft = await changed(feedback, await ready(feedback, await post(feedback)), DraftState.SENDING, by="U2")
    assert await feedback.drafts.unsent(NOW - timedelta(minutes=1)) == []
    assert await feedback.drafts.unsent(datetime.now(UTC) + timedelta(minutes=1)) == [draft]


async def test_a_source_stands_while_it_says_the_same_there(feedback: FeedbackStore, database: Database) -> None:
    store, now = sql_knowledge_store(database), datetime.now(UTC)
    address = "https://docs.example/export"
    new = NewSource("T1", "C1", SourceKind.SITE, address, "Docs", "U1")

    async def read(text: str, *, link: str = address, place: Place = CHANNEL) -> bool:
        """Read the page once more; return whether a draft still stands that was written from the first reading."""
        begun = await store.pages.begin(await store.sources.add(new, now), [address], now)
        assert begun is not None
        await store.pages.keep(begun, address, ReadPage(address, link, "Export", text), now)
        here = replace(draft, channel=place.channel)
        return not await not_standing(here, store.pages)

    first = ReadPage(address, address, "Export", "In the menu.")
    known = SourceLink(address, "Export", digest=first.digest)
    draft = replace(await ready(feedback, await post(feedback)), sources=(known,))
    assert await read("In the menu.")
    assert not await read("In the menu.", place=Place("T1", "C2"))
    assert not await read("In the menu, at last.")
    assert not await read("In the menu.", link=f"{address}/2")
    draft = replace(draft, sources=(SourceLink("Export", "Export", digest=first.digest),))
    assert await read("In the menu.", link="")
    (source,) = await store.sources.serving(CHANNEL)
    await store.sources.remove("T1", source.id)
    assert await not_standing(draft, store.pages) == [*draft.sources]


async def decided(feedback: FeedbackStore, message: str, state: DraftState, **values: Any) -> Draft:
    return await changed(feedback, await ready(feedback, await post(feedback, message)), state, **values)


async def test_the_newest_decisions_are_counted(feedback: FeedbackStore) -> None:
    await decided(feedback, "1.1", DraftState.SENT)
    await decided(feedback, "1.2", DraftState.SENT, is_edited=True, sent_text="Over there.")
    await decided(feedback, "1.3", DraftState.DISCARDED, reason=Discarded.WRONG, comment="It is not.")
    await decided(feedback, "1.4", DraftState.SENT, is_auto=True)
    await decided(feedback, "1.5", DraftState.REOPENED, is_auto=True)
    history = feedback.draft_history
    assert await history.unchanged(CHANNEL, "Question", 30) == [False, False, False, True]
    assert await history.unchanged(CHANNEL, "Question", 2) == [False, False]
    assert await history.unchanged(CHANNEL, "Billing", 30) == []
    assert await history.unchanged(Place("T1", "C2"), "Question", 30) == []
    (tally,) = (await history.tallies(CHANNEL, LONG_AGO)).values()
    assert (tally.unchanged, tally.edited, tally.discarded, tally.alone, tally.reopened) == (1, 1, 1, 2, 1)
    assert await history.written_since(CHANNEL, LONG_AGO) == 5
    discarded, corrected = await history.examples(CHANNEL, 5)
    assert (corrected.question, corrected.draft, corrected.sent) == (ASKED, "In the menu.", "Over there.")
    assert (discarded.reason, discarded.comment) == ("wrong", "It is not.")
    assert await history.examples(Place("T1", "C2"), 5) == []


@pytest.mark.parametrize(
    "scope", [ErasureScope("T1", person="U1"), ErasureScope("T1", "C1"), ErasureScope("T1", "C1", "1.1")], ids=str
)
async def test_forgetting_takes_the_words(feedback: FeedbackStore, database: Database, scope: ErasureScope) -> None:
    sent = await decided(feedback, "1.1", DraftState.SENT, is_edited=True, sent_text="Over there.", by="U2")
    assert (await SqlEraser(database).erase(scope))["drafts"] == 1
    left = await feedback.drafts.find("T1", sent.id)
    assert left is not None
    assert (left.text, left.sent_text, left.comment, left.sources) == ("", "", "", ())
    assert await feedback.draft_history.examples(CHANNEL, 5) == []
    assert (await feedback.draft_history.tallies(CHANNEL, LONG_AGO))["Question"].edited == 1


async def test_forgetting_who_decided_takes_their_words(feedback: FeedbackStore, database: Database) -> None:
    sent = await decided(feedback, "1.1", DraftState.SENT, is_edited=True, sent_text="Over there.", by="U2")
    assert (await SqlEraser(database).erase(ErasureScope("T1", person="U2")))["drafts"] == 1
    left = await feedback.drafts.find("T1", sent.id)
    assert left is not None
    assert (left.text, left.sent_text) == ("In the menu.", "")


async def test_old_drafts_lose_their_words(feedback: FeedbackStore, database: Database) -> None:
    draft = await ready(feedback, await post(feedback))
    soon = datetime.now(UTC) + timedelta(days=1)
    assert (await SqlPurger(database).purge(Limits(usual=soon), lambda: None))["drafts"] == 1
    left = await feedback.drafts.find("T1", draft.id)
    assert left is not None
    assert left.text == ""
