"""What happens to an issue comes back: to its card, its record, and once to the person who posted."""

from __future__ import annotations

import asyncio
import json
import os
import time
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import replace
from shutil import which
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.cli import playground_tracker
from bot.integrations.webhook import signed
from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_github import TOKEN, LocalGitHub, github, names, on, until
from tests.acceptance.test_splitting import POST, control, sorting
from tests.acceptance.test_triage import card, judged, parley, post, results, root, statuses, support
from tests.support.github_webhook import SECRET, GitHubWebhook

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

__all__ = ["github"]

# Whether it was resolved, in time, and whether someone is still to be told of it.
CLOCK = "SELECT met_at IS NOT NULL, due_at >= met_at, next_at IS NOT NULL FROM feedback_clocks WHERE kind = 'resolve'"
OURS = "a-long-random-text"  # signs webhooks, and what any tracker sends


@pytest.fixture
def environ(database_url: str, github: LocalGitHub) -> dict[str, str]:
    told = {"TRIAGE_GITHUB_TOKEN": TOKEN, "TRIAGE_GITHUB_URL": f"{github.url}api/v3"}
    told |= {"TRIAGE_GITHUB_WEBHOOK_SECRET": SECRET, "TRIAGE_WEBHOOK_SECRET": OURS}
    return {"DATABASE_URL": database_url, "PORT": "0"} | told


async def issue_of(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> tuple[str, dict[str, Any]]:
    """Let a post become an issue; return the post's ts, and a copy of the issue as GitHub sends it."""
    await on(dialogue)
    model.answer(results(judged(1)))
    ts = post(dialogue, user=dialogue.workspace.ada)
    await card(dialogue, ts, "acme/app")
    await dialogue.until_idle()
    return ts, dict(github.issues[-1], assignees=[])


def told(dialogue: Dialogue, ts: str) -> list[MessageRecord]:
    """Return what the author of a post was told beside the card."""
    mention = f"<@{dialogue.workspace.ada.id}>"
    return [one for one in dialogue.answers(support(dialogue), ts) if mention in one.shown]


async def settled(dialogue: Dialogue, ts: str, number: int = 1) -> str:
    """Wait until the author was told, and all is done; return the last text."""
    await dialogue.workspace.until(lambda: len(told(dialogue, ts)) >= number)
    await dialogue.until_idle()
    assert len(told(dialogue, ts)) == number
    return told(dialogue, ts)[-1].shown


@BOTH_DATABASES
async def test_a_closed_issue_is_told_once(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    await parley(dialogue, "set resolve 3d")
    ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    written = len(github.calls)
    await webhook.comment(issue, "Fixed in 2.1, see https://evil.example/x?secret=1 <!channel>")
    delivery = await webhook.close(issue)
    await webhook.send("issues", webhook.about("closed", issue), delivery)
    assert [status for status, _ in webhook.answers] == [202, 202, 202]
    shown = await card(dialogue, ts, "Resolved by octocat on GitHub")
    assert "> Fixed in 2.1, see" in shown.shown
    assert "](https://evil" not in str(shown.blocks)
    text = await settled(dialogue, ts)
    assert "Good news: this is done" in text
    assert "Fixed in 2.1" in text
    await dialogue.workspace.until(lambda: "white_check_mark" in root(dialogue, ts).reactions)
    assert await statuses(dialogue) == ["resolved"]
    assert await dialogue.rows(CLOCK) == [(True, True, False)]
    assert len(github.calls) == written


@BOTH_DATABASES
async def test_what_the_bot_wrote_comes_back_as_nothing(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    ts, issue = await issue_of(dialogue, model, github)
    shown = await card(dialogue, ts, "acme/app")
    await dialogue.workspace.press(shown, "feedback_resolve.2")
    await until(dialogue, lambda: github.issues[0]["state"] == "closed")
    await dialogue.workspace.press(await card(dialogue, ts, "Resolved by"), "feedback_reopen.0")
    await until(dialogue, lambda: github.issues[0]["state"] == "open")
    await dialogue.until_idle()
    webhook = GitHubWebhook(dialogue.url)
    before = await dialogue.rows("SELECT version, status, issue_version FROM feedback")
    closed = dict(issue, state="closed", state_reason="completed", updated_at=issue["created_at"])
    await webhook.send("issues", webhook.about("closed", closed, "the-bot"))
    await webhook.send("issues", webhook.about("reopened", dict(github.issues[0], assignees=[]), "the-bot"))
    await webhook.send("issues", webhook.about("labeled", dict(github.issues[0]), "x", label=issue["labels"][0]))
    await dialogue.until_idle()
    assert await dialogue.rows("SELECT version, status, issue_version FROM feedback") == before
    assert told(dialogue, ts) == []


async def test_a_declined_issue_is_not_resolved(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    await parley(dialogue, "set resolve 3d")
    ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    await webhook.close(issue, "not_planned")
    assert "Declined by octocat on GitHub" in (await card(dialogue, ts, "Declined")).shown
    assert "decided not to do this" in await settled(dialogue, ts)
    assert await statuses(dialogue) == ["declined"]
    await webhook.reopen(issue)
    await card(dialogue, ts, "Reopened by octocat on GitHub")
    await dialogue.until_idle()
    assert await dialogue.rows(CLOCK) == [(False, None, True)]
    await webhook.close(issue, "not_planned")
    await card(dialogue, ts, "Declined by octocat on GitHub")
    assert "decided not to do this" in await settled(dialogue, ts)
    await webhook.close(issue, "completed")
    assert "this is done" in await settled(dialogue, ts, 2)
    assert github.issues[0]["state"] == "open"  # where GitHub's own state is not written by the bot


async def test_an_event_is_about_one_part(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    await on(dialogue)
    model.answer(sorting())
    ts = post(dialogue, POST, user=dialogue.workspace.ada)
    await until(dialogue, lambda: len(github.issues) == 2)
    await dialogue.until_idle()
    assert sorted(one["title"] for one in github.issues) == ["Crash", "Dark mode"]
    (wish,) = (dict(one, assignees=[]) for one in github.issues if one["title"] == "Dark mode")
    webhook = GitHubWebhook(dialogue.url)
    await webhook.close(wish)
    await card(dialogue, ts, "Resolved by octocat on GitHub")
    assert "About “Dark mode”:\nGood news: this is done" in await settled(dialogue, ts)
    parts = "SELECT status FROM feedback ORDER BY part"
    assert await dialogue.rows(parts) == [("open",), ("resolved",)]
    await webhook.reopen(wish)
    shown = await card(dialogue, ts, "Reopened by octocat on GitHub")
    model.answer(sorting())
    await dialogue.workspace.press(shown, control(shown, "feedback_join"))
    closed = [False, True]
    await until(dialogue, lambda: [one["state"] == "closed" for one in sorted(github.issues, key=title)] == closed)
    await webhook.reopen(wish)
    await dialogue.until_idle()
    assert await dialogue.rows(parts) == [("open",), ("joined",)]


def title(issue: dict[str, Any]) -> str:
    return str(issue["title"])


async def test_a_label_changes_category_and_severity(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    issue["labels"] = [one for one in issue["labels"] if "category" not in one["name"]]
    await webhook.issue("unlabeled", issue, label={"name": "category: Bug report"})
    await webhook.label(issue, "category: billing")
    await webhook.label(issue, "severity: Low")
    await webhook.label(issue, "category: Nonsense")
    await webhook.label(issue, ":bug: needs *triage*")
    shown = await card(dialogue, ts, "needs")
    assert "**Billing**" in shown.shown or "Billing" in shown.shown
    assert "changed on GitHub" in shown.shown
    await dialogue.until_idle()
    rows = await dialogue.rows("SELECT category, severity, corrected_by FROM feedback")
    assert rows == [("Billing", "Low", "tracker")]
    assert github.made("PATCH") == []
    await dialogue.workspace.press(shown, "feedback_change.1")
    await dialogue.workspace.submit({"category": "Praise", "severity": "Low"})
    await until(dialogue, lambda: "category: Praise" in names(github.issues[0]))
    await card(dialogue, ts, "corrected by")


async def test_assignees_are_shown_by_their_logins(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    issue["assignees"] = [{"login": "octocat"}, None]
    await webhook.issue("assigned", issue, assignee={"login": "octocat"})
    await card(dialogue, ts, "assigned to octocat on GitHub")
    issue["assignees"] = []
    await webhook.issue("unassigned", issue, assignee={"login": "octocat"})
    await dialogue.workspace.until(lambda: "assigned to" not in dialogue.answers(support(dialogue), ts)[0].shown)
    assert await statuses(dialogue) == ["open"]


async def test_a_deleted_post_stays_withdrawn(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    ts, issue = await issue_of(dialogue, model, github)
    dialogue.workspace.delete(support(dialogue), ts)
    await card(dialogue, ts, "Withdrawn")
    await until(dialogue, lambda: github.issues[0]["state"] == "closed")
    webhook = GitHubWebhook(dialogue.url)
    await webhook.reopen(issue)
    await webhook.close(issue)
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["withdrawn"]
    assert told(dialogue, ts) == []


async def test_a_deleted_issue_is_not_made_again(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    ts, issue = await issue_of(dialogue, model, github)
    written = len(github.calls)
    await GitHubWebhook(dialogue.url).issue("deleted", issue)
    shown = await card(dialogue, ts, "its issue was deleted")
    await dialogue.workspace.press(shown, "feedback_take.0")
    await card(dialogue, ts, "Taken by")
    await dialogue.until_idle()
    assert len(github.calls) == written


async def test_a_transferred_issue_is_followed(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    there = dict(issue, id=77, html_url=f"{github.url}acme/other/issues/3")
    changes = {"new_issue": there, "new_repository": {"full_name": "acme/other", "private": True}}
    await webhook.issue("transferred", issue, changes=changes)
    await card(dialogue, ts, "acme/other")
    repository = {"full_name": "acme/other", "private": True}
    await webhook.close(there, repository=repository)
    await card(dialogue, ts, "Resolved by octocat on GitHub")
    issue["html_url"] = f"{github.url}acme/app/issues/1"
    await webhook.reopen(issue)
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["resolved"]


async def test_only_the_channels_repository_counts(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    _ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    await parley(dialogue, "set triage_github acme/elsewhere")
    await webhook.close(dict(issue))
    await webhook.close(dict(issue, id=5, html_url="https://github.com/acme/app/issues/1"))
    await webhook.close(dict(issue, id=6, html_url=f"{github.url}acme/app/issues/99"))
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["open"]
    assert webhook.answers == [(202, "taken"), (202, "ignored"), (202, "ignored: no such record")]


async def test_people_are_told_as_the_channel_wants(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    await parley(dialogue, "set outcomes short")
    ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    await webhook.comment(issue, "Their own fault.")
    await webhook.close(issue, "duplicate")
    text = await settled(dialogue, ts)
    assert "already tracks this elsewhere" in text
    assert "fault" not in text
    await parley(dialogue, "set outcomes off")
    await webhook.close(issue)
    await card(dialogue, ts, "Resolved by octocat on GitHub")
    await settled(dialogue, ts)


async def test_a_late_comment_joins_what_was_told(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    await webhook.close(issue)
    assert "2.1" not in await settled(dialogue, ts)
    await webhook.comment(issue, "I disagree", by="somebody")
    await webhook.comment(issue, "It is in 2.1")
    await dialogue.workspace.until(lambda: "It is in 2.1" in told(dialogue, ts)[0].shown)
    assert "disagree" not in await settled(dialogue, ts)


async def test_people_are_told_in_their_language(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    people = dialogue.workspace.workspace.users
    people[dialogue.workspace.ada.id] = replace(dialogue.workspace.ada, locale="de-DE")
    ts, issue = await issue_of(dialogue, model, github)
    await GitHubWebhook(dialogue.url).close(issue, "not_planned")
    assert "Das Team hat sich dagegen entschieden" in await settled(dialogue, ts)


async def test_what_is_not_githubs_is_refused(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    _ts, issue = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    await webhook.send("issues", webhook.about("closed", issue), secret="another")
    await webhook.post(b"{}", {"X-GitHub-Event": "issues", "X-Hub-Signature-256": "sha256=\xff"})
    await webhook.post(b"x" * 1_100_000, {"X-GitHub-Event": "issues"})
    await webhook.send("ping", {"zen": "Keep it logically awesome."})
    await webhook.send("star", {"action": "created"})
    await webhook.send("issues", {"action": "closed", "issue": [1], "repository": 3})
    await webhook.send("issues", webhook.about("closed", dict(issue, updated_at="soon")))
    assert [status for status, _ in webhook.answers] == [401, 401, 413, 202, 202, 202, 400]
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["open"]
    async with aiohttp.ClientSession() as session, session.get(f"{dialogue.url}/metrics") as response:
        page = await response.text()
    assert 'parley_tracker_events_total{outcome="unsigned",source="github"} 2.0' in page
    assert 'parley_tracker_events_total{outcome="too large",source="github"} 1.0' in page


async def send(dialogue: Dialogue, content: dict[str, Any] | bytes, secret: str = OURS, **more: Any) -> tuple[int, str]:
    """Send an event of any tracker; `at` is when it was signed."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = signed(body, secret, more.get("at", time.time()))
    headers |= {"Idempotency-Key": more["key"]} if "key" in more else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{dialogue.url}/triage/events", data=body, headers=headers) as response,
    ):
        return response.status, await response.text()


@BOTH_DATABASES
async def test_any_tracker_can_close_a_record(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    model.answer(results(judged(1)))
    ts = post(dialogue, user=dialogue.workspace.ada)
    await card(dialogue, ts, "Bug report")
    ((workspace, id_),) = await dialogue.rows("SELECT workspace, id FROM feedback")
    said = {"workspace": workspace, "id": id_, "updated_at": "2025-12-01T10:00:00Z", "tracker": "Jira"}
    begun = {"assignee": "Ana", "labels": ["urgent"], "link": "https://acme.example/browse/ABC-12"}
    assert await send(dialogue, said | begun | {"status": "open"}) == (202, "taken")
    shown = await card(dialogue, ts, "assigned to Ana in Jira")
    assert "ABC-12" in shown.shown
    assert "urgent" in shown.shown
    done = said | {"status": "resolved", "by": "Ana", "comment": "Shipped.", "updated_at": "2025-12-01T11:00:00+01:00"}
    assert (await send(dialogue, done))[0] == 202  # at the same time as before: about the state
    await card(dialogue, ts, "Resolved by Ana in Jira")
    assert "Shipped." in await settled(dialogue, ts)
    await send(dialogue, said | {"status": "open", "updated_at": "2025-12-01T09:00:00Z"})
    await send(dialogue, said | {"status": "open", "updated_at": "2025-12-01T12:00:00Z"}, key="k1")
    await card(dialogue, ts, "Reopened in Jira")
    assert await send(dialogue, said | {"updated_at": "2025-12-01T13:00:00Z"}, key="k1") == (202, "taken")
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["open"]


@pytest.mark.skipif(not (which("curl") and which("openssl")), reason="needs curl and openssl")
async def test_the_playgrounds_command_closes_a_post(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    model.answer(results(judged(1)))
    ts = post(dialogue, user=dialogue.workspace.ada)
    await card(dialogue, ts, "Bug report")
    for secret in (OURS, ""):  # printed, or from the environment; the second time, it is no news
        shell = playground_tracker.command(dialogue.url, dialogue.workspace.workspace.team_id, secret)
        environment = os.environ | {"TRIAGE_WEBHOOK_SECRET": OURS}
        ran = await asyncio.create_subprocess_exec("bash", "-c", shell, stdout=PIPE, stderr=DEVNULL, env=environment)
        said, _ = await ran.communicate()
        assert said.endswith(b"taken")
    await card(dialogue, ts, "Resolved by Ana in Jira")
    assert "> Fixed in 2.1." in await settled(dialogue, ts)


async def test_a_clock_that_is_ahead_blocks_nothing(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    model.answer(results(judged(1)))
    ts = post(dialogue, user=dialogue.workspace.ada)
    await card(dialogue, ts, "Bug report")
    ((workspace, id_),) = await dialogue.rows("SELECT workspace, id FROM feedback")
    said = {"workspace": workspace, "id": id_, "by": "\x00Ana"}
    times = ("9999-12-31T23:59:59-14:00", "resolved", 10), ("2099-01-01T00:00:00Z", "open", 5)
    replayed = "2099-01-01T00:00:00Z", "declined", 10  # as somebody may send again who has seen it, under another key
    for at, status, age in (*times, replayed):
        signed_at = time.time() - age
        assert await send(dialogue, said | {"updated_at": at, "status": status}, at=signed_at) == (202, "taken")
        await dialogue.until_idle()
    assert "Reopened by" in (await card(dialogue, ts, "in the tracker")).shown
    assert await statuses(dialogue) == ["open"]


async def test_two_trackers_can_have_one_record(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    """Another tracker closes a record that has an issue on GitHub: so the issue is closed, and stays known."""
    ts, issue = await issue_of(dialogue, model, github)
    ((workspace, id_),) = await dialogue.rows("SELECT workspace, id FROM feedback")
    said = {"workspace": workspace, "id": id_, "status": "resolved", "updated_at": "2036-12-01T10:00:00Z"}
    assert await send(dialogue, said) == (202, "taken")
    await card(dialogue, ts, "Resolved in the tracker")
    await until(dialogue, lambda: github.issues[0]["state"] == "closed")
    await dialogue.until_idle()
    await GitHubWebhook(dialogue.url).reopen(issue)
    await card(dialogue, ts, "Reopened by octocat on GitHub")
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["open"]


async def test_a_tracker_does_not_wait_for_another(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    """GitHub is away, and a change waits for it; Jira's ticket is closed meanwhile, and the issue is in the end."""
    ts, _issue = await issue_of(dialogue, model, github)
    github.faults = [(503, {})] * 9
    await dialogue.workspace.press(await card(dialogue, ts, "acme/app"), "feedback_take.0")
    await until(dialogue, lambda: len(github.faults) < 9)
    ((workspace, id_),) = await dialogue.rows("SELECT workspace, id FROM feedback")
    said = {"workspace": workspace, "id": id_, "status": "resolved", "updated_at": "2036-12-01T10:00:00Z"}
    assert await send(dialogue, said | {"tracker": "Jira"}) == (202, "taken")
    await card(dialogue, ts, "Resolved in Jira")
    assert github.issues[0]["state"] == "open"
    github.faults = []
    await until(dialogue, lambda: github.issues[0]["state"] == "closed")


async def test_a_trackers_event_is_checked(dialogue: Dialogue, model: ScriptedModel) -> None:
    await parley(dialogue, "triage on")
    model.answer(results(judged(1)))
    await card(dialogue, post(dialogue), "Bug report")
    ((workspace, id_),) = await dialogue.rows("SELECT workspace, id FROM feedback")
    said = {"workspace": workspace, "id": id_, "status": "resolved", "updated_at": "2036-12-01T10:00:00Z"}
    assert await send(dialogue, said, "another") == (401, "invalid signature")
    assert await send(dialogue, said, at=time.time() - 301) == (401, "invalid signature")
    assert await send(dialogue, said | {"workspace": "T0OTHER"}) == (202, "ignored: no such record")
    assert await send(dialogue, said | {"id": 999}) == (202, "ignored: no such record")
    assert await send(dialogue, said | {"status": "done", "id": "x"}) == (400, "malformed: id, status")
    assert await send(dialogue, said | {"link": "javascript:alert(1)"}) == (400, "malformed: link")
    for never in ("0001-01-01T00:00:00+14:00", "2026-12-01T10:00:00"):
        assert await send(dialogue, said | {"updated_at": never}) == (400, "malformed: updated_at")
    assert (await send(dialogue, b"[" * 50_000))[0] == 400
    assert (await send(dialogue, b" " * 100_001))[0] == 413
    assert (await send(dialogue, said, key="é"))[0] == 400
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["open"]
