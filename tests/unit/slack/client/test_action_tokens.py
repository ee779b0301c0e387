"""Action tokens, kept in memory by the message that they came with."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.client.action_tokens import KEPT, LONGEST, ActionTokens

TOKEN = "12345.98765.abcd2358fdea"
EVENT = {"type": "app_mention", "channel": "C01GENERAL0", "ts": "1.000001", "user": "U01SAM00000"}


def kept(event: dict[str, Any]) -> ActionTokens:
    tokens = ActionTokens()
    tokens.take_from(event, is_shared=False)
    return tokens


def test_a_token_is_kept_by_its_message() -> None:
    tokens = kept(EVENT | {"action_token": TOKEN})
    found = tokens.of("C01GENERAL0", "1.000001")
    assert found is not None
    assert (found.value, found.person, found.is_shared) == (TOKEN, "U01SAM00000", False)
    assert tokens.of("C01GENERAL0", "1.00000") is None
    tokens.drop("C01GENERAL0", "1.000001")
    assert tokens.of("C01GENERAL0", "1.000001") is None


@pytest.mark.parametrize(
    "event",
    [
        EVENT,
        EVENT | {"action_token": ""},
        EVENT | {"action_token": 7},
        EVENT | {"action_token": "x" * (LONGEST + 1)},
        EVENT | {"action_token": TOKEN, "user": None},
        EVENT | {"action_token": TOKEN, "channel": {"id": "C01GENERAL0"}},
        EVENT | {"assistant_thread": "none"},
        EVENT | {"assistant_thread": {"action_token": ["x"]}},
    ],
)
def test_odd_events_leave_none(event: dict[str, Any]) -> None:
    assert kept(event).of("C01GENERAL0", "1.000001") is None


def test_no_trace_shows_a_token() -> None:
    found = kept(EVENT | {"action_token": TOKEN}).of("C01GENERAL0", "1.000001")
    assert "U01SAM00000" in repr(found)
    assert TOKEN not in repr(found)


def test_only_the_latest_are_kept() -> None:
    tokens = ActionTokens()
    for number in range(KEPT + 1):
        tokens.take_from(EVENT | {"action_token": TOKEN, "ts": f"{number}.0"}, is_shared=False)
    assert tokens.of("C01GENERAL0", "0.0") is None
    assert tokens.of("C01GENERAL0", f"{KEPT}.0")
