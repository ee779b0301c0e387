from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation import Heard, Place
from bot.slack.messages import heard

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


def hear(event: dict[str, Any]) -> Heard | None:
    return heard(event, team="T1", bot=BOT)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_event_can_be_read(event: dict[str, Any]) -> None:
    message = hear(event)
    assert message is None or (message.place.channel and message.id and message.author)


@given(st.sampled_from(FIELDS), JSON)
def test_one_odd_field_does_no_harm(field: str, value: object) -> None:
    message = hear(MENTION | {field: value})
    assert message is None or isinstance(message.text, str)


def test_a_mention_is_heard() -> None:
    assert hear(MENTION) == Heard(
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
