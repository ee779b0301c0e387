from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answer.merge_events import changes_answer, completed, joined, union
from bot.core.domain.message import FileRef, IncomingMessage, Message, Place, Role

PNG = FileRef("F1", "chart.png", "image/png", 9)
STUB = FileRef("F1", "file", "", 0)
CSV = FileRef("F2", "q3.csv", "text/csv", 9)
INCOMING = IncomingMessage(Place("T1", "C1", "1.0"), "2.0", "U0ADA", "T1", "what is this?", False, True, False)  # noqa: FBT003 (its last three)
STORED = Message(Role.USER, "U0ADA", "what is this?", "2.0")

EVENTS = st.builds(
    replace,
    st.just(INCOMING),
    text=st.sampled_from(["", "what is this?", "what is this? Disk is full.", "Alert"]),
    files=st.lists(st.sampled_from([PNG, STUB, CSV]), max_size=2, unique_by=lambda file: file.id).map(tuple),
    mentions_bot=st.booleans(),
    revision=st.sampled_from(["", "3.0"]),
)


def whole(events: tuple[IncomingMessage, ...]) -> IncomingMessage:
    first, *others = events
    for later in others:
        first = union(first, later) or first
    return first


@given(st.lists(EVENTS, min_size=1, max_size=3))
def test_the_order_of_events_loses_nothing(events: list[IncomingMessage]) -> None:
    found = [whole(order) for order in permutations(events)]
    newest = max(event.revision for event in events)
    told = [event for event in events if event.revision == newest]
    for one in found:
        assert one.revision == newest
        assert {file.id for file in one.files} == {file.id for event in told for file in event.files}
        assert one.mentions_bot is any(event.mentions_bot for event in told)
        assert set(one.text.split()) == {word for event in told for word in event.text.split()}
    assert union(found[0], found[0]) is None


def test_a_stub_becomes_the_file() -> None:
    found = union(replace(INCOMING, files=(STUB,)), replace(INCOMING, files=(PNG,)))
    assert found is not None
    assert found.files == (PNG,)


def test_an_edit_takes_a_mention_back() -> None:
    found = union(INCOMING, replace(INCOMING, text="never mind", mentions_bot=False, revision="3.0"))
    assert found is not None
    assert (found.text, found.mentions_bot) == ("never mind", False)
    assert union(found, INCOMING) is None


def test_the_fuller_wording_is_kept() -> None:
    assert joined("*High* latency", "**High** latency") == "*High* latency"
    assert joined("New incident", "New incident: disk is full") == "New incident: disk is full"
    assert joined("New incident", "disk is full") == "New incident\n\ndisk is full"


@pytest.mark.parametrize(
    ("stored", "incoming", "is_new"),
    [
        (STORED, INCOMING, False),
        (STORED, replace(INCOMING, files=(PNG,)), True),
        (replace(STORED, text="", is_edited=True), replace(INCOMING, files=(PNG,)), False),  # it was deleted
        (replace(STORED, text="something else", is_edited=True), INCOMING, False),
        (replace(STORED, text=""), INCOMING, False),  # the model declined it
        (replace(STORED, text=""), replace(INCOMING, text="", files=(PNG,)), True),
        (STORED, replace(INCOMING, text="what is that?", revision="3.0"), False),
        (replace(STORED, is_edited=True), replace(INCOMING, text="what is that?", revision="3.0", files=(PNG,)), True),
    ],
)
def test_a_stored_message_is_completed(stored: Message, incoming: IncomingMessage, *, is_new: bool) -> None:
    found = completed(stored, incoming)
    assert (found is not None) is is_new
    if found:
        assert (found.text, found.files) == (incoming.text, incoming.files)
        assert changes_answer(stored, found, incoming)


def test_a_preview_changes_no_answer() -> None:
    incoming = replace(INCOMING, text="what is this? Outage of Monday", is_previewed=True)
    found = completed(STORED, incoming)
    assert found is not None
    assert not changes_answer(STORED, found, incoming)
    assert changes_answer(STORED, found, replace(incoming, is_previewed=False))
