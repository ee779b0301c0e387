"""Events of trackers where there is no secret, and where the database can't take them."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.domain.needs import Completeness
from bot.db.engine import Database
from bot.db.feedback import sql_feedback_store
from bot.integrations.tracker_events import TrackerEvents, TrackerUpdate
from bot.integrations.webhook import body_of, signed
from bot.work import Inbox
from tests.support.github_webhook import signature

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECRET = "a-long-random-text"
ISSUE = {"id": 1, "html_url": "https://github.com/acme/app/issues/1", "updated_at": "2026-12-01T10:00:00Z"}


@asynccontextmanager
async def listening(folder: Path, counts: Counter[tuple[str, str]], secret: str = SECRET) -> AsyncIterator[Any]:
    """Serve the addresses on a database without tables."""
    database = Database.open(f"sqlite:///{folder / 'empty.db'}")
    events = TrackerEvents(
        Inbox(database.writer, is_transient=lambda _: False),
        sql_feedback_store(database),
        github_secret=secret,
        github_url="https://api.github.com/",
        secret_of=lambda _: secret,
        count=lambda source, outcome: counts.update([(source, outcome)]),
    )
    application = web.Application()
    application.add_routes(events.routes())
    try:
        async with TestClient(TestServer(application)) as client:
            yield client
    finally:
        await database.close()


async def test_what_can_not_be_stored_is_refused(tmp_path: Path) -> None:
    counts = Counter[tuple[str, str]]()
    of_github = json.dumps({"action": "closed", "issue": ISSUE}).encode()
    headers = {
        "X-GitHub-Event": "issues",
        "X-GitHub-Delivery": "d1",
        "X-Hub-Signature-256": signature(of_github, SECRET),
    }
    of_any = json.dumps({"workspace": "T1", "id": 1, "updated_at": "2026-12-01T10:00:00Z"}).encode()
    async with listening(tmp_path, counts) as client:
        response = await client.post("/github/events", data=of_github, headers=headers)
        assert (response.status, await response.text()) == (503, "please send it again")
        response = await client.post("/triage/events", data=of_any, headers=signed(of_any, SECRET, time.time()))
        assert response.status == 503
    assert counts == {("github", "refused"): 1, ("tracker", "refused"): 1}


def test_what_the_bot_sends_is_no_event() -> None:
    """It is signed in the same way, so that a receiver could send it back as it is."""
    record = Feedback(7, "T1", "C1", "1.2", "U1", "It fails", NOON, status=FeedbackStatus.RESOLVED)
    with pytest.raises(ValidationError, match="updated_at"):
        TrackerUpdate.model_validate_json(body_of(record, Completeness()))


async def test_without_a_secret_no_one_listens(tmp_path: Path) -> None:
    counts = Counter[tuple[str, str]]()
    async with listening(tmp_path, counts, "") as client:
        for path in ("/github/events", "/triage/events"):
            assert (await client.post(path, data=b"{}")).status == 404
    assert not counts
