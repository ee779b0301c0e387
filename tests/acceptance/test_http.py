"""The bot's own address: what Slack and a stranger may send to it, and what a probe reads there."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import re
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio

from bot.playground.slack.delivery import signature
from bot.playground.slack.events import envelope

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
ON_ONE_BOT = pytest.mark.asyncio(loop_scope="module")
CHALLENGE = b'{"type": "url_verification", "token": "t", "challenge": "c-4711"}'


class Sender:
    """Sends to the bot as Slack does, or as somebody who would like to be taken for Slack."""

    def __init__(self, dialogue: Dialogue, session: aiohttp.ClientSession) -> None:
        self._dialogue = dialogue
        self._session = session

    def signed(self, body: bytes, *, secret: str = "", at: float = 0) -> dict[str, str]:
        return signature(secret or self._dialogue.workspace.workspace.signing_secret, body, int(at or time.time()))

    async def post(self, body: bytes, headers: dict[str, str] | None = None, *, kind: str = JSON) -> tuple[int, str]:
        """Send a body, properly signed unless there are headers; return the answer's status and text."""
        signed = self.signed(body) if headers is None else headers
        url = f"{self._dialogue.url}/slack/events"
        async with self._session.post(url, data=io.BytesIO(body), headers={"Content-Type": kind} | signed) as response:
            return response.status, await response.text()

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        async with self._session.get(f"{self._dialogue.url}{path}") as response:
            return response.status, await response.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sender(standing: Dialogue) -> AsyncIterator[Sender]:
    """Sends to one bot in all tests that are marked so: what it refuses or overlooks must leave nothing behind."""
    async with aiohttp.ClientSession() as session:
        yield Sender(standing, session)


@pytest.fixture
async def own_sender(dialogue: Dialogue) -> AsyncIterator[Sender]:
    """Sends to a bot of the test's own."""
    async with aiohttp.ClientSession() as session:
        yield Sender(dialogue, session)


NUMBERS = itertools.count(1)


def event(**fields: Any) -> bytes:
    whole = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{next(NUMBERS)}", "event": fields}
    return json.dumps(whole).encode()


@ON_ONE_BOT
async def test_a_challenge_is_answered(sender: Sender) -> None:
    assert await sender.post(CHALLENGE) == (200, '{"challenge": "c-4711"}')


@ON_ONE_BOT
async def test_an_unsigned_challenge_is_refused(sender: Sender) -> None:
    assert await sender.post(CHALLENGE, {}) == (401, "invalid signature")


@ON_ONE_BOT
async def test_a_wrong_signature_is_refused(sender: Sender) -> None:
    assert (await sender.post(CHALLENGE, sender.signed(CHALLENGE, secret="not-it")))[0] == 401
    assert (await sender.post(CHALLENGE, sender.signed(CHALLENGE + b" ")))[0] == 401


@ON_ONE_BOT
@pytest.mark.parametrize("seconds", [-600, 600])
async def test_a_stale_timestamp_is_refused(sender: Sender, seconds: int) -> None:
    assert (await sender.post(CHALLENGE, sender.signed(CHALLENGE, at=time.time() + seconds)))[0] == 401


@ON_ONE_BOT
@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "1.5", "9" * 13, "9" * 5000, "١٢٣", "0x10", " "])
async def test_an_odd_timestamp_is_refused(sender: Sender, timestamp: str) -> None:
    headers = sender.signed(CHALLENGE) | {"X-Slack-Request-Timestamp": timestamp}
    assert (await sender.post(CHALLENGE, headers))[0] == 401


@ON_ONE_BOT
@pytest.mark.parametrize("given", ["", "v0=", "v0=é", "v1=00", "00" * 32])
async def test_an_odd_signature_is_refused(sender: Sender, given: str) -> None:
    assert (await sender.post(CHALLENGE, sender.signed(CHALLENGE) | {"X-Slack-Signature": given}))[0] == 401


@ON_ONE_BOT
@pytest.mark.parametrize("missing", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_a_missing_header_is_refused(sender: Sender, missing: str) -> None:
    headers = {name: value for name, value in sender.signed(CHALLENGE).items() if name != missing}
    assert (await sender.post(CHALLENGE, headers))[0] == 401


@ON_ONE_BOT
async def test_a_body_too_large_is_refused(sender: Sender) -> None:
    assert (await sender.post(b"x" * (1024 * 1024 + 1)))[0] == 413
    assert (await sender.post(b"x" * (1024 * 1024 + 1), {}))[0] == 413
    assert (await sender.post(CHALLENGE))[0] == 200


@ON_ONE_BOT
@pytest.mark.parametrize("kind", [JSON, FORM])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"4711",
        b'"text"',
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"\xff\xfe{}",
        b'{"type": "event_callback", "event": null}',
        b'{"type": "event_callback", "event": []}',
        b'{"type": "event_callback", "event": "text"}',
        b'{"type": ["event_callback"], "event": {"type": {}}}',
        b"payload=",
        b"payload={",
        b"payload=[]",
        b"payload=null",
        b"payload=%FF",
        b"payload=" + b"[" * 100_000,
        b"command=%2Fsummarize",
        b"command=%2Fsummarize&text=hello",
        b"command[]=1&ssl_check=",
    ],
)
async def test_a_malformed_body_is_the_senders_fault(sender: Sender, body: bytes, kind: str) -> None:
    status, _ = await sender.post(body, kind=kind)
    assert 400 <= status < 500 or status == 200
    assert (await sender.post(CHALLENGE))[0] == 200


@ON_ONE_BOT
async def test_what_is_no_json_is_refused(sender: Sender) -> None:
    for body in (b"{", b"[" * 100_000, b"null", b'{"type": "event_callback", "event": []}'):
        assert (await sender.post(body))[0] == 400


@ON_ONE_BOT
@pytest.mark.parametrize(
    "body",
    [
        event(type="something_new", user={"id": "U1"}),
        event(type="message", subtype="channel_join", channel="C1", user="U1", ts="1.0"),
        event(type="message", subtype=["x"], channel="C1", user="U1", ts="1.0", text="hi"),
        event(type="app_home_opened", user="U1", channel="D1", tab="home"),
        event(type="message", channel="C1", ts="1.0", text="nobody said this"),
        event(type="app_mention", channel="C1", user="U1", ts="1.0", text={"not": "text"}, bot_id="B1"),
    ],
)
async def test_an_unknown_event_is_acknowledged(sender: Sender, body: bytes) -> None:
    assert (await sender.post(body))[0] == 200


@ON_ONE_BOT
@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "actions": [{"action_id": "a", "block_id": "b", "type": "button"}]},
        {"type": "shortcut", "callback_id": "c"},
        {"type": "message_action", "callback_id": "c"},
        {"type": "view_submission", "view": {"callback_id": "c", "type": "modal"}},
        {"type": "view_closed", "view": {"callback_id": "c", "type": "modal"}},
        {"type": "block_suggestion", "action_id": "a", "block_id": "b", "value": ""},
    ],
)
async def test_an_unknown_interaction_is_acknowledged(sender: Sender, payload: dict[str, Any]) -> None:
    whole = payload | {"team": {"id": "T1"}, "user": {"id": "U1"}, "trigger_id": "1.2.3"}
    assert (await sender.post(urlencode({"payload": json.dumps(whole)}).encode(), kind=FORM))[0] == 200


async def test_half_characters_are_answered_too(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    root = dialogue.workspace.say(dialogue.general, "Look:")
    text = f"<@{dialogue.workspace.bot.id}> half \ud83d of \0one"
    said = {"type": "app_mention", "channel": dialogue.general, "user": dialogue.workspace.me.id, "text": text}
    said |= {"ts": dialogue.workspace.workspace.next_ts(), "thread_ts": root}
    dialogue.workspace.deliver(envelope(dialogue.workspace.workspace, said))
    assert (await dialogue.answer(dialogue.general, root)).startswith("Hello.")
    assert model.requests[0].text.endswith("half  of one")


@ON_ONE_BOT
async def test_the_bot_is_alive(sender: Sender) -> None:
    assert await sender.get("/healthz") == (200, {"status": "alive"})


@ON_ONE_BOT
async def test_the_bot_is_ready(sender: Sender) -> None:
    assert await sender.get("/readyz") == (200, {"database": "ok", "slack": "ok"})


async def test_without_slack_it_is_not_ready(dialogue: Dialogue, own_sender: Sender) -> None:
    await dialogue.workspace.close()
    status, found = await own_sender.get("/readyz")
    assert (status, found["database"]) == (503, "ok")
    assert found["slack"] == "ChatError"
    assert (await own_sender.get("/healthz"))[0] == 200
    await dialogue.workspace.reopen()
    assert (await own_sender.get("/readyz"))[0] == 200


async def test_without_its_database_it_is_not_ready(dialogue: Dialogue, own_sender: Sender) -> None:
    path = dialogue.environ["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        # And never an end, as by a program that hangs.
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        status, found = await own_sender.get("/readyz")
    assert (status, found["slack"]) == (503, "ok")
    assert found["database"] == "TimeoutError"
    assert (await own_sender.get("/readyz"))[0] == 200


async def test_figures_are_there_for_prometheus(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Hello.")
    ts = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, ts)
    await dialogue.workspace.until(lambda: all(one.is_over for one in dialogue.workspace.deliveries.log))
    async with aiohttp.ClientSession() as session, session.get(f"{dialogue.url}/metrics") as response:
        page = await response.text()
    for line in (
        'parley_deliveries_total{kind="message",outcome="new"} 1.0',
        'parley_deliveries_total{kind="message",outcome="duplicate"} 1.0',
        'parley_model_call_seconds_count{outcome="ok",purpose="answer"} 1.0',
        'parley_work{status="failed"} 0.0',
    ):
        assert line in page
    assert re.search(r'^parley_slack_calls_total\{method="chat\.\w+",status="200"\} [1-9]', page, re.MULTILINE)
    assert ts not in page
    assert dialogue.general not in page


async def test_other_addresses_are_unknown(dialogue: Dialogue) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/slack/events", "/slack", "/.env"):
            async with session.get(f"{dialogue.url}{path}") as response:
                assert response.status in {404, 405}
