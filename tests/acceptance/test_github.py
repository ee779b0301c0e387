"""Feedback becomes issues, at a small server that speaks as much of GitHub's API as the bot does."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.db.engine import Database
from bot.work import dead_letters as failed
from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_triage import CRASH, card, judged, parley, post, results

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

TOKEN = "github_pat_of_the_tests"
ISSUES = "/api/v3/repos/acme/app/issues"
MOVED = "/api/v3/repositories/7/issues"  # where a renamed repository's are


@dataclass
class LocalGitHub:
    """Keeps issues of one repository. `faults` are answered first: a status, headers, and perhaps a body."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: list[tuple[int, dict[str, str]] | tuple[int, dict[str, str], Any]] = field(default_factory=list)
    dies_after_next: bool = False
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"message": "Bad credentials"}, status=401)
        assert request.headers["X-GitHub-Api-Version"] == "2022-11-28"
        content = await request.json() if request.can_read_body else dict(request.query)
        self.calls.append((request.method, content))
        if self.faults:
            status, headers, *body = self.faults.pop(0)
            return web.json_response(body[0] if body else {"message": "no"}, status=status, headers=headers)
        return web.json_response(self._answer(request, content))

    def _answer(self, request: web.Request, content: dict[str, Any]) -> Any:
        assert request.path.startswith((ISSUES, MOVED))
        if request.method == "POST":
            number = len(self.issues) + 1
            labels = [{"name": name} for name in content.get("labels", ())]
            made = {"number": number, "html_url": f"{self.url}acme/app/issues/{number}", "state": "open"}
            made |= {"id": 1_000 + number, "created_at": now(), "updated_at": now()}
            self.issues.append(content | made | {"labels": labels})
            if self.dies_after_next:
                self.dies_after_next = False
                assert request.transport is not None
                request.transport.close()
            return self.issues[-1]
        if request.path == ISSUES:
            assert content["state"] == "all"
            return self.issues[::-1]
        there = self.issues[int(request.path.rsplit("/", 1)[1]) - 1]
        if request.method == "PATCH":
            labels = [{"name": name} for name in content.pop("labels", [one["name"] for one in there["labels"]])]
            there |= content | {"labels": labels, "updated_at": now()}
        return there

    def made(self, method: str) -> list[dict[str, Any]]:
        return [content for one, content in self.calls if one == method]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.take)
        async with TestServer(application) as server:
            self.url = str(server.make_url("/"))
            yield


@pytest.fixture
async def github() -> AsyncIterator[LocalGitHub]:
    local = LocalGitHub()
    async with local.listening():
        yield local


@pytest.fixture
def environ(database_url: str, github: LocalGitHub) -> dict[str, str]:
    told = {"TRIAGE_GITHUB_TOKEN": TOKEN, "TRIAGE_GITHUB_URL": f"{github.url}api/v3"}
    return {"DATABASE_URL": database_url, "PORT": "0"} | told


def now() -> str:
    """Return the time as GitHub writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def names(issue: dict[str, Any]) -> list[str]:
    return [one["name"] for one in issue["labels"]]


async def on(dialogue: Dialogue) -> None:
    await parley(dialogue, "set triage_github acme/app")
    await parley(dialogue, "triage on")


async def until(dialogue: Dialogue, condition: Callable[[], object]) -> None:
    """Wait for something outside of the workspace."""
    await dialogue.until_rows("SELECT 1", lambda _: condition())


async def dead_letters(dialogue: Dialogue) -> list[tuple[str, str]]:
    """Return what `python -m bot work list` has."""
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        return [(one.kind, one.cause) for one in await failed.failures(database.reader)]
    finally:
        await database.close()


async def until_dead(dialogue: Dialogue) -> list[tuple[str, str]]:
    """Wait until something is given up; return what `python -m bot work list` has then."""
    await dialogue.until_rows("SELECT 1 FROM inbox WHERE cause IS NOT NULL AND finished_at IS NOT NULL")
    return await dead_letters(dialogue)


@BOTH_DATABASES
async def test_a_record_becomes_one_issue(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    await on(dialogue)
    model.answer(results(judged(1, summary="It crashes @here #3 [x](https://evil.example)")))
    ts = post(dialogue)
    shown = await card(dialogue, ts, "acme/app")
    (issue,) = github.issues
    assert issue["title"] == "It crashes @here #3 [x](https://evil.example)"
    assert names(issue) == ["category: Bug report", "severity: High"]
    assert ts.replace(".", "") in issue["body"]
    assert CRASH not in str(issue)
    assert issue["html_url"] in str(shown.blocks)
    await dialogue.workspace.press(shown, "feedback_change.1")
    await dialogue.workspace.submit({"category": "Billing", "severity": "High"})
    issue["labels"].append({"name": "help wanted"})
    await until(dialogue, lambda: "category: Billing" in names(issue))
    assert names(issue) == ["help wanted", "category: Billing", "severity: High"]
    assert len(github.made("POST")) == 1


async def test_resolving_closes_and_reopening_opens(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    await on(dialogue)
    model.answer(results(judged(1)))
    ts = post(dialogue)
    shown = await card(dialogue, ts, "acme/app")
    await dialogue.workspace.press(shown, "feedback_resolve.2")
    await until(dialogue, lambda: github.issues[0]["state"] == "closed")
    assert github.issues[0]["state_reason"] == "completed"
    await dialogue.workspace.press(await card(dialogue, ts, "Resolved by"), "feedback_reopen.0")
    await until(dialogue, lambda: github.issues[0]["state"] == "open")
    github.issues[0]["state"] = "closed"  # by somebody at GitHub, who is left alone
    await dialogue.workspace.press(await card(dialogue, ts, "% sure"), "feedback_change.1")
    await dialogue.workspace.submit({"category": "Billing", "severity": "High"})
    await until(dialogue, lambda: "category: Billing" in names(github.issues[0]))
    assert github.issues[0]["state"] == "closed"
    await dialogue.workspace.press(await card(dialogue, ts, "corrected by"), "feedback_dismiss.3")
    await until(dialogue, lambda: github.issues[0].get("state_reason") == "not_planned")


async def test_a_lost_answer_makes_no_second_issue(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    await on(dialogue)
    github.dies_after_next = True
    model.answer(results(judged(1)))
    await card(dialogue, post(dialogue), "acme/app")
    assert (len(github.issues), len(github.made("POST"))) == (1, 1)
    assert await dead_letters(dialogue) == []


async def test_limits_of_github_are_waited_for(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    await on(dialogue)
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 2)}
    github.faults = [(403, reset)]
    model.answer(results(judged(1)))
    await card(dialogue, post(dialogue), "acme/app")
    assert len(github.issues) == 1
    assert [method for method, _ in github.calls] == ["POST", "GET", "POST"]


@pytest.mark.parametrize("status", [301, 404, 410, 422])
async def test_what_github_refuses_is_listed(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub, status: int
) -> None:
    await on(dialogue)
    github.faults = [(status, {"Location": "https://elsewhere.example/"})]
    model.answer(results(judged(1)))
    ts = post(dialogue)
    assert await until_dead(dialogue) == [("triage github", f"GitHubError {status}")]
    assert "acme" not in (await card(dialogue, ts)).shown


async def test_what_is_no_feedback_makes_no_issue(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    await on(dialogue)
    model.answer(results(judged(1, nature="small talk")))
    post(dialogue, "What a day, everybody")
    await model.until_asked()
    await dialogue.until_rows("SELECT * FROM feedback WHERE waits", lambda waiting: not waiting)
    model.answer(results(judged(2, duplicate_of=1)))
    await card(dialogue, post(dialogue, user=dialogue.workspace.ada), "acme/app")
    assert len(github.issues) == 1


async def test_a_repository_is_checked(dialogue: Dialogue) -> None:
    for typed in ("acme", "../..", "acme/..", "acme/app/issues", "https://evil.example"):
        assert "acme/app" in await parley(dialogue, f"set triage_github {typed}")
    assert await dialogue.rows("SELECT * FROM settings") == []
    assert "*acme/app*" in await parley(dialogue, "set triage_github https://github.com/acme/app.git")
