"""Ways out of the house: GitHub and webhooks, with what they answered others."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.core.domain.feedback import Feedback
from bot.core.domain.message import Place
from bot.core.triage import issue
from bot.db.feedback import sql_feedback_store
from bot.db.opened import opened
from bot.db.store import sql_store
from bot.integrations.errors import WebhookError
from bot.integrations.webhook import Webhook, signed
from tests.acceptance.test_github import MOVED, LocalGitHub, dead_letters, environ, github, names, on, until, until_dead
from tests.acceptance.test_triage import card, judged, post, results

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

__all__ = ["environ", "github"]

LIMITED = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
FIELD = {"resource": "Label", "field": "name", "code": "invalid"}
ELSEWHERE = "https://elsewhere.example/repositories/7/issues"


async def record(dialogue: Dialogue, model: ScriptedModel, summary: str = "It crashes") -> str:
    """Let a post become a record, which becomes an issue; return its ts."""
    await on(dialogue)
    model.answer(results(judged(1, summary=summary)))
    return post(dialogue)


# https://github.com/hivecommons/hive/pull/4674, https://github.com/advanced-security/gh-code-scanning/pull/10,
# https://github.com/EnricoMi/publish-unit-test-result-action/issues/419
@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [(403, {}, LIMITED), (403, {"X-RateLimit-Remaining": "55"}, LIMITED), (429, {}, {"message": "slow down"})],
)
async def test_a_limit_without_a_time_waits_a_minute(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub, status: int, headers: dict[str, str], body: Any
) -> None:
    github.faults = [(status, headers, body)]
    await record(dialogue, model)
    await until(dialogue, lambda: github.calls)
    begun = datetime.now(UTC).timestamp()
    waiting = "SELECT run_after FROM inbox WHERE kind = 'triage github' AND status = 0"
    await dialogue.until_rows(waiting, lambda rows: any(float(str(row[0])) > begun + 40 for row in rows))
    rows = await dialogue.rows(waiting)
    assert float(str(rows[0][0])) - datetime.now(UTC).timestamp() < 62
    assert await dead_letters(dialogue) == []


async def test_a_permission_that_lacks_is_no_limit(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    github.faults = [(403, {}, {"message": "Resource not accessible by personal access token"})]
    await record(dialogue, model)
    letters = await until_dead(dialogue)
    assert letters == [("triage github", "GitHubError 403")]


# https://github.com/ZenHubIO/support/issues/1213: the repository was renamed, and POST has to stay POST
@pytest.mark.parametrize("status", [301, 307, 308])
async def test_a_renamed_repository_is_followed(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub, status: int
) -> None:
    github.faults = [(status, {"Location": MOVED})]
    ts = await record(dialogue, model)
    await card(dialogue, ts, "acme/app")
    assert len(github.issues) == 1
    assert [method for method, _ in github.calls] == ["POST", "POST"]


async def test_a_token_goes_to_no_other_host(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    other = LocalGitHub()
    async with other.listening():
        github.faults = [(307, {"Location": f"{other.url}api/v3/repositories/7/issues"})]
        await record(dialogue, model)
        letters = await until_dead(dialogue)
    assert letters == [("triage github", "GitHubError 307")]
    assert other.calls == []


# https://github.com/trstringer/manual-approval/issues/127, https://github.com/kubernetes-retired/contrib/issues/1893
async def test_labels_that_are_refused_are_left_out(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    github.faults = [(422, {}, {"message": "Validation Failed", "errors": [FIELD]})]
    ts = await record(dialogue, model)
    await until(dialogue, lambda: github.made("POST")[1:])
    first, second = github.made("POST")
    assert "labels" in first
    assert "labels" not in second
    assert ts.replace(".", "") in second["body"]


# https://github.com/ossf/allstar/issues/64: 410, issues are disabled; and 451
@pytest.mark.parametrize("status", [404, 410, 451])
async def test_what_will_not_change_is_not_tried_again(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub, status: int
) -> None:
    github.faults = [(status, {}, "<html>" * 10_000)]
    await record(dialogue, model)
    letters = await until_dead(dialogue)
    assert letters == [("triage github", f"GitHubError {status}")]
    assert len(github.calls) == 1


async def test_a_title_stays_a_line(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    ts = await record(dialogue, model, "It\ncrashes " + "x" * 400)
    await card(dialogue, ts, "acme/app")
    (made,) = github.issues
    assert made["title"].startswith("It crashes x")
    assert len(made["title"]) == issue.LONGEST_TITLE
    assert names(made)


# https://github.com/peter-evans/create-issue-from-file/issues/1705, https://github.com/JasonEtco/create-an-issue/issues/123
def test_a_body_is_never_too_long() -> None:
    long = a_record(area="x" * 100_000, team="@everybody\n# heading\n" + "y" * 100_000, category="<!-- -->")
    body = issue.body(long, None)
    assert len(body) < 65_536
    assert body.endswith(issue.mark(long))
    assert "\n# heading" not in body
    assert "@everybody" not in body
    assert "<!-- -->" not in body.removesuffix(issue.mark(long))


def a_record(**fields: Any) -> Feedback:
    place, now = Place("T1", "C1", "1.2"), datetime(2026, 11, 24, tzinfo=UTC)
    usual: dict[str, Any] = {
        "id": 1,
        "workspace": "T1",
        "channel": "C1",
        "message": "1.2",
        "person": "U1",
        "said_at": now,
    }
    known = Feedback.__dataclass_fields__
    return Feedback(**{k: v for k, v in (usual | {"place": place, "text": "It fails"} | fields).items() if k in known})


@dataclass
class Receiver:
    """Answers as it is told, and keeps what it got."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, bytes]] = field(default_factory=list)
    endless: bool = False
    sent: int = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.got.append((request.headers["X-Parley-Signature"], await request.read()))
        if not self.endless:
            return web.Response(status=self.status, headers=self.headers, text="a secret of the receiver's")
        response = web.StreamResponse(status=self.status)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)
            self.sent += 65_536


@pytest.fixture
async def hook(database_url: str) -> AsyncIterator[tuple[Receiver, Webhook, str]]:
    receiver, application = Receiver(), web.Application()
    application.router.add_post("/hook", receiver.take)
    async with (
        TestServer(application) as server,
        opened(database_url) as database,
        aiohttp.ClientSession() as session,
    ):
        feedback, store = sql_feedback_store(database), sql_store(database)
        webhook = Webhook(session, secret_of=lambda _: "s3", feedback=feedback, store=store)
        yield receiver, webhook, str(server.make_url("/hook"))


# https://github.com/synapticcybersecurity/hekate/issues/56, https://github.com/formbricks/formbricks/pull/7877,
# https://github.com/keygen-sh/keygen-api/pull/1138, https://github.com/deskhq/the-desk/issues/554
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_of_a_receiver_is_followed(hook: tuple[Receiver, Webhook, str], status: int) -> None:
    receiver, webhook, url = hook
    receiver.status, receiver.headers = status, {"Location": url}
    with pytest.raises(WebhookError) as caught:
        await webhook.send(url, a_record())
    assert (caught.value.code, caught.value.is_transient) == (str(status), False)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("status", "rest", "is_transient", "retry_after"),
    [
        (410, "", False, None),  # gone for good
        (503, "7", True, 7.0),
        (429, "99999", True, 600.0),
        (500, "soon", True, None),
        (400, "7", False, None),
    ],
)
async def test_a_receiver_says_when_to_come_back(
    hook: tuple[Receiver, Webhook, str], status: int, rest: str, *, is_transient: bool, retry_after: float | None
) -> None:
    receiver, webhook, url = hook
    receiver.status, receiver.headers = status, {"Retry-After": rest}
    with pytest.raises(WebhookError) as caught:
        await webhook.send(url, a_record())
    assert (caught.value.is_transient, caught.value.retry_after) == (is_transient, retry_after)
    assert "secret" not in str(caught.value)


async def test_an_endless_answer_is_not_read(hook: tuple[Receiver, Webhook, str]) -> None:
    receiver, webhook, url = hook
    receiver.endless = True
    async with asyncio.timeout(30):
        await webhook.send(url, a_record())
    assert receiver.sent < 20_000_000


async def test_what_is_signed_is_what_is_sent(hook: tuple[Receiver, Webhook, str]) -> None:
    # https://github.com/nensii21/devlink/issues/1319
    receiver, webhook, url = hook
    await webhook.send(url, a_record(text="größer \ud800 é\u2028"))
    signature, body = receiver.got[0]
    assert json.loads(body)["text"] == "größer ? é\u2028"
    now = datetime.now(UTC).timestamp()
    assert signature in {signed(body, "s3", now - late)["X-Parley-Signature"] for late in range(5)}
