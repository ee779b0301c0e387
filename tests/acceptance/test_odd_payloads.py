"""Whatever comes to the bot's address, signed: a 400-class answer or a discard, and its neighbor is answered."""

from __future__ import annotations

import asyncio
import io
import json
import time
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import aiohttp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.playground.slack.delivery import signature

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from tests.acceptance.conftest import Dialogue

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
CHALLENGE = b'{"type": "url_verification", "token": "t", "challenge": "c-4711"}'
EVENTS = (
    "message",
    "app_mention",
    "app_home_opened",
    "agent_session_stopped",
    "app_context_changed",
    "member_joined_channel",
    "reaction_added",
    "tokens_revoked",
    "app_uninstalled",
    "something_new",
)

VALUES: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def envelope(event: dict[str, Any]) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event": event}


def interaction(kind: str, **fields: Any) -> dict[str, Any]:
    who = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "trigger_id": "1.2.3", "channel": {"id": "C1"}}
    return {"type": kind, **who, **fields}


VIEW = {"id": "V1", "type": "modal", "callback_id": "c", "state": {"values": {}}, "private_metadata": "", "blocks": []}
ACTION = {"action_id": "a", "block_id": "b", "type": "button", "value": "v"}

# One well-formed payload of each kind, to be spoilt: (kind of body, payload).
KINDS: list[tuple[Literal["event", "command", "interaction"], dict[str, Any]]] = [
    ("event", {"type": "url_verification", "token": "t", "challenge": "c"}),
    *(
        ("event", envelope({"type": name, "channel": "C1", "user": "U1", "ts": "1.0", "text": "hi", "tab": "home"}))
        for name in EVENTS
    ),
    *(
        ("command", {"command": name, "channel_id": "C1", "user_id": "U1", "team_id": "T1", "text": "help"})
        for name in ("/parley", "/summarize", "/classify", "/code", "/unknown")
    ),
    ("interaction", interaction("block_actions", actions=[ACTION], container={"type": "message"}, message={"ts": "1"})),
    ("interaction", interaction("view_submission", view=VIEW)),
    ("interaction", interaction("view_closed", view=VIEW, is_cleared=False)),
    ("interaction", interaction("shortcut", callback_id="c", action_ts="1.0")),
    ("interaction", interaction("message_action", callback_id="c", message={"ts": "1.0", "text": "hi"})),
    ("interaction", interaction("block_suggestion", action_id="a", block_id="b", value="")),
    ("interaction", interaction("something_new")),
]


def body_of(kind: str, payload: Any) -> tuple[bytes, str]:
    if kind == "event":
        return json.dumps(payload).encode(), JSON
    if kind == "command":
        return urlencode(payload if isinstance(payload, dict) else {"payload": payload}).encode(), FORM
    return urlencode({"payload": json.dumps(payload)}).encode(), FORM


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[bytes, str]:
    """Draw a payload of some kind with a field lost, replaced, nested or added, or with its end cut off."""
    kind, payload = draw(st.sampled_from(KINDS))
    payload = json.loads(json.dumps(payload))
    for _ in range(draw(st.integers(1, 3))):
        inside = draw(st.sampled_from([payload, *(value for value in payload.values() if isinstance(value, dict))]))
        name = draw(st.sampled_from([*inside, "subtype", "bot_id", "thread_ts", "response_url"]))
        change = draw(st.sampled_from(["lose", "replace", "bury"]))
        if change == "lose":
            inside.pop(name, None)
        elif change == "replace":
            inside[name] = draw(VALUES)
        else:
            for _ in range(draw(st.sampled_from([1, 50, 400]))):
                inside[name] = {name: inside.get(name)}
    body, content_type = body_of(kind, payload)
    return body[: draw(st.sampled_from([len(body), len(body) // 2, len(body) - 1]))], content_type


async def post(stage: Dialogue, session: aiohttp.ClientSession, body: bytes, content_type: str) -> int:
    headers = signature(stage.workspace.workspace.signing_secret, body, int(time.time()))
    headers["Content-Type"] = content_type
    async with session.post(f"{stage.url}/slack/events", data=io.BytesIO(body), headers=headers) as response:
        await response.read()
        return response.status


async def test_no_payload_harms_its_neighbor(rehearsal: Dialogue) -> None:
    """Each is sent beside a good one; Hypothesis's own loop is not ours, so it draws in a thread of its own."""
    loop = asyncio.get_running_loop()

    async def beside(odd: tuple[bytes, str]) -> tuple[int, int]:
        async with aiohttp.ClientSession() as session:
            odd_status, good_status = await asyncio.gather(
                post(rehearsal, session, *odd), post(rehearsal, session, CHALLENGE, JSON)
            )
        return odd_status, good_status

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @example(body_of("event", envelope({"type": "message", "channel": "C1"}) | {"team_id": {"": None}}))
    @given(spoilt())
    def play(odd: tuple[bytes, str]) -> None:
        odd_status, good_status = asyncio.run_coroutine_threadsafe(beside(odd), loop).result(timeout=20)
        assert odd_status == 200 or 400 <= odd_status < 500
        assert good_status == 200

    await asyncio.to_thread(play)
    assert await rehearsal.answer(rehearsal.general, rehearsal.mention("Are you there?"))
