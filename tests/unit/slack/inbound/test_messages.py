from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.message import FileRef, FileState, IncomingMessage, MessageEdit, Place
from bot.slack.inbound.messages import changed, incoming_message, updated

BOT = "U0BOT"
SAID = {"type": "message", "channel": "C1", "ts": "2.0", "user": "U0ADA", "text": "hi"}
MENTION = {**SAID, "type": "app_mention", "text": f"<@{BOT}> hi"}
REPLY = {**SAID, "thread_ts": "1.0"}

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=4,
)
FIELDS = (
    "type",
    "subtype",
    "bot_id",
    "channel",
    "channel_type",
    "ts",
    "thread_ts",
    "user",
    "user_team",
    "team",
    "text",
)


def hear(event: dict[str, Any]) -> IncomingMessage | None:
    return incoming_message(event, team="T1", bot=BOT)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_event_can_be_read(event: dict[str, Any]) -> None:
    message = hear(event)
    assert message is None or (message.place.channel and message.id and message.author)


@given(st.sampled_from(FIELDS), JSON)
def test_one_odd_field_does_no_harm(field: str, value: object) -> None:
    message = hear(MENTION | {field: value})
    assert message is None or isinstance(message.text, str)


def test_a_mention_is_heard() -> None:
    assert hear(MENTION) == IncomingMessage(
        place=Place("T1", "C1", "2.0"),
        id="2.0",
        author="U0ADA",
        home="T1",
        text="hi",
        is_direct=False,
        mentions_bot=True,
        addresses_other=False,
    )


def test_both_events_of_a_mention_agree() -> None:
    assert hear(MENTION) == hear(MENTION | {"type": "message", "channel_type": "channel"})


@pytest.mark.parametrize(
    "event",
    [
        MENTION | {"subtype": "message_changed"},
        MENTION | {"subtype": "message_deleted"},
        MENTION | {"subtype": "channel_join"},
        MENTION | {"user": None},
        MENTION | {"user": ""},
        MENTION | {"channel": ["C1"]},
        MENTION | {"ts": 2.0},
        MENTION | {"subtype": []},
        MENTION | {"subtype": {}},
        {},
    ],
)
def test_what_cannot_be_meant_is_dropped(event: dict[str, Any]) -> None:
    assert hear(event) is None


@pytest.mark.parametrize(
    ("event", "thread"),
    [
        (REPLY, "1.0"),
        (MENTION | {"thread_ts": "1.0"}, "1.0"),
        (SAID | {"channel_type": "im"}, "2.0"),
        (SAID | {"channel": "D1"}, "2.0"),
        (MENTION | {"subtype": "file_share"}, "2.0"),
        (REPLY | {"subtype": "thread_broadcast"}, "1.0"),
    ],
)
def test_what_may_be_meant_is_kept(event: dict[str, Any], thread: str) -> None:
    message = hear(event)
    assert message is not None
    assert message.place.thread == thread


def test_a_direct_message_is_told_apart() -> None:
    message = hear(SAID | {"channel_type": "im"})
    assert message is not None
    assert (message.is_direct, message.mentions_bot) == (True, False)


def test_somebody_else_may_be_addressed() -> None:
    message = hear(REPLY | {"text": "<@U0SAM> lunch?"})
    assert message is not None
    assert message.addresses_other
    assert message.text == "<@U0SAM> lunch?"


@pytest.mark.parametrize(
    ("fields", "home"), [({}, "T1"), ({"team": "T2"}, "T2"), ({"team": "T1", "user_team": "T2"}, "T2")]
)
def test_the_author_has_a_home(fields: dict[str, str], home: str) -> None:
    message = hear(MENTION | fields)
    assert message is not None
    assert (message.home, message.place.workspace) == (home, "T1")


def test_another_bot_is_known_as_one() -> None:
    for fields in ({"bot_id": "B0CI"}, {"subtype": "bot_message", "user": None, "bot_id": "B0CI"}):
        message = hear(MENTION | fields)
        assert message is not None
        assert message.is_bot
        assert message.author in {"U0ADA", "B0CI"}


def test_files_are_heard_as_references() -> None:
    files = [
        {"id": "F1", "name": "cat.png", "mimetype": "image/png", "size": 9},
        {"id": "F2", "mode": "tombstone"},
        "odd",
        {"name": "no id"},
    ]
    message = hear(MENTION | {"files": files, "subtype": "file_share"})
    assert message is not None
    assert message.files == (FileRef("F1", "cat.png", "image/png", 9), FileRef("F2", "file", "", 0, FileState.GONE))


BEFORE = {"type": "message", "user": "U0ADA", "ts": "2.0", "text": "before", "thread_ts": "1.0"}
NOW = {**BEFORE, "text": "now", "edited": {"user": "U0ADA", "ts": "3.0"}}
EDIT = {
    "type": "message",
    "subtype": "message_changed",
    "channel": "C1",
    "ts": "3.1",
    "event_ts": "3.1",
    "message": NOW,
    "previous_message": BEFORE,
}
DELETION = {**EDIT, "subtype": "message_deleted", "deleted_ts": "2.0", "message": None}


def change(event: dict[str, Any]) -> MessageEdit | None:
    return changed(event, team="T1", bot=BOT)


def test_an_edit_is_read() -> None:
    assert change(EDIT) == MessageEdit(Place("T1", "C1", "1.0"), "2.0", "U0ADA", "T1", "now", "3.0")


def test_a_deletion_is_read() -> None:
    deleted = change(DELETION)
    assert deleted == MessageEdit(Place("T1", "C1", "1.0"), "2.0", "U0ADA", "T1", "", "3.1", is_deleted=True)


def test_a_tombstone_is_a_deletion() -> None:
    remains = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": "2.0", "thread_ts": "2.0"}
    deleted = change(EDIT | {"message": remains, "previous_message": BEFORE | {"thread_ts": "2.0"}})
    assert deleted is not None
    assert (deleted.is_deleted, deleted.id, deleted.place.thread) == (True, "2.0", "2.0")


def test_a_file_taken_away_is_an_edit() -> None:
    with_file = BEFORE | {"files": [{"id": "F1", "name": "a.txt", "mimetype": "text/plain", "size": 1}]}
    edited = change(EDIT | {"message": BEFORE, "previous_message": with_file})
    assert edited is not None
    assert (edited.files, edited.revision) == ((), "3.1")


@pytest.mark.parametrize(
    "event",
    [
        EDIT | {"message": BEFORE},
        EDIT | {"message": BEFORE | {"attachments": [{"title": "a link", "from_url": "https://x.example"}]}},
        EDIT | {"message": BEFORE | {"reply_count": 3}},
        EDIT | {"message": NOW | {"user": BOT}},
        EDIT | {"message": None},
        EDIT | {"channel": None},
        EDIT | {"message": NOW | {"subtype": "channel_topic"}},
        SAID,
    ],
)
def test_what_is_no_change_is_passed_over(event: dict[str, Any]) -> None:
    assert change(event) is None


def test_a_deletion_needs_no_former_message() -> None:
    deleted = change(DELETION | {"previous_message": None})
    assert deleted is not None
    assert (deleted.id, deleted.place.thread, deleted.concerns_bot) == ("2.0", "2.0", False)


@given(st.sampled_from(("message_changed", "message_deleted")), st.dictionaries(st.sampled_from(FIELDS), JSON), JSON)
def test_any_change_can_be_read(subtype: str, inner: dict[str, Any], odd: object) -> None:
    for event in (EDIT | {"message": inner}, EDIT | {"previous_message": inner}, EDIT | {"message": odd}):
        found = change(event | {"subtype": subtype})
        assert found is None or (found.id and found.place.channel and found.revision)


def test_what_is_new_is_told_apart() -> None:
    called = NOW | {"text": f"<@{BOT}> now"}
    file = {"files": [{"id": "F1", "name": "a.txt", "mimetype": "text/plain", "size": 1}]}
    cases: list[tuple[dict[str, Any], bool, bool]] = [
        ({"message": called}, True, False),
        ({"message": called, "previous_message": called | {"text": f"<@{BOT}>"}}, False, False),
        ({"message": called, "previous_message": None}, True, False),
        ({"message": BEFORE | {"text": f"<@{BOT}> now"}, "previous_message": None}, False, False),
        ({"message": BEFORE | file}, False, True),
        ({"message": NOW}, False, False),
    ]
    for fields, calls_bot, adds_files in cases:
        found = updated(EDIT | fields, team="T1", bot=BOT)
        assert found is not None
        assert (found.calls_bot, found.adds_files) == (calls_bot, adds_files), fields
    for unchanged in ({"message": BEFORE}, {"subtype": "message_deleted"}, {"message": NOW | {"user": BOT}}):
        assert updated(EDIT | unchanged, team="T1", bot=BOT) is None
