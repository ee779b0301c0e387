"""Feedback's way out, to a receiver on this machine."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.acceptance.test_triage import card, judged, parley, post, results

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

SECRET = "a-long-random-text"


@dataclass
class Receiver:
    """Answers with `statuses` first, then 200; keeps what it got."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((request.headers, await request.read()))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        application = web.Application()
        application.router.add_post("/{path:.*}", self.take)
        async with TestServer(application) as server:
            yield str(server.make_url("/hook"))


@pytest.fixture
def environ(database_url: str) -> dict[str, str]:
    """Let turns be tried once, which is no limit for what no one waits for."""
    return {"DATABASE_URL": database_url, "PORT": "0", "TRIAGE_WEBHOOK_SECRET": SECRET, "TURN_ATTEMPTS": "1"}


FAILED = "SELECT kind, cause FROM inbox WHERE cause IS NOT NULL AND finished_at IS NOT NULL"


async def test_a_record_is_sent_until_it_is_taken(dialogue: Dialogue, model: ScriptedModel) -> None:
    receiver = Receiver([503])
    async with receiver.listening() as url:
        await parley(dialogue, f"set webhook {url}")
        await parley(dialogue, "triage on")
        model.answer(results(judged(1)))
        shown = await card(dialogue, post(dialogue), "Bug report")
        await dialogue.workspace.press(shown, "feedback_take.0")
        await card(dialogue, shown.thread_ts, "Taken by")
        failed = await dialogue.until_rows(FAILED, lambda rows: rows or len(receiver.got) >= 3)
        assert "triage webhook" not in [row[0] for row in failed]
    for headers, body in receiver.got:
        signed = b"v1:" + headers["X-Parley-Timestamp"].encode() + b":" + body
        expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["X-Parley-Signature"] == f"v1={expected}"
    last = json.loads(receiver.got[-1][1])
    assert (last["category"], last["status"], last["version"]) == ("Bug report", "taken", 2)
    assert receiver.got[-1][0]["Idempotency-Key"].endswith(":1:2")


@pytest.mark.parametrize("status", [302, 400])
async def test_what_is_refused_is_listed(dialogue: Dialogue, model: ScriptedModel, status: int) -> None:
    receiver = Receiver([status])
    async with receiver.listening() as url:
        await parley(dialogue, f"set webhook {url}")
        await parley(dialogue, "triage on")
        model.answer(results(judged(1)))
        await card(dialogue, post(dialogue), "Bug report")
        failed = await dialogue.until_rows(FAILED)
    assert failed == [("triage webhook", f"WebhookError {status}")]
    assert len(receiver.got) == 1


async def test_only_secure_addresses_are_taken(dialogue: Dialogue) -> None:
    for address in ("http://example.com/hook", "ftp://example.com", "https://", "javascript:alert(1)"):
        assert "https://" in await parley(dialogue, f"set webhook {address}")
