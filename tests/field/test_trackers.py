"""What comes back from trackers, as others had trouble with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.domain.tracker import GITHUB, IssueState, TrackerIssue
from bot.core.triage.tracker_events import change
from bot.integrations.github_events import GitHubEvent, payload_of, read, site_of
from tests.acceptance.test_github import LocalGitHub, github
from tests.acceptance.test_trackers import environ, issue_of, settled, told
from tests.acceptance.test_triage import card, statuses
from tests.support.github_webhook import GitHubWebhook, signature

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

__all__ = ["environ", "github"]

ADDRESS = "https://github.com/acme/app/issues/12"
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
RECORD = Feedback(
    *(7, "T1", "C1", "1.2", "U1", "It fails", NOON), status=FeedbackStatus.OPEN, issue=ADDRESS, category="Bug report"
)
KNOWN = TrackerIssue(7, GITHUB, "1", ADDRESS, "acme/app", state="open", state_at=NOON, labels_at=NOON)


def issue(seconds: float = 1, **said: Any) -> dict[str, Any]:
    at = (NOON + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = {"id": 1, "number": 12, "html_url": ADDRESS, "state": "open", "labels": [], "assignees": []}
    return known | {"updated_at": at, "state_reason": None} | said


def closed(seconds: float = 1, reason: object = "completed", **said: Any) -> dict[str, Any]:
    return issue(seconds, state="closed", state_reason=reason, **said)


def found(action: str, about: dict[str, Any], name: str = "issues", **more: Any) -> GitHubEvent:
    """Return what such a payload says."""
    payload = {
        "action": action,
        "issue": about,
        "sender": {"login": "octocat"},
        "repository": {"full_name": "acme/app"},
    }
    said = read(name, payload | more, "github.com")
    assert said is not None
    return said


def after(*events: GitHubEvent) -> tuple[TrackerIssue, Feedback]:
    known, record = KNOWN, RECORD
    for one in events:
        if changed := change(one.event, known, record, ChannelSettings(triage_github="acme/app")):
            known, record = changed.issue, replace(record, **changed.values)
    return known, record


# https://github.com/octokit/webhooks.js/issues/1155, https://github.com/github/docs/issues/3567,
# https://github.com/mapbox/ecs-conex/issues/64, https://github.com/botdylan/botdylan/pull/16: emoji, and bytes that are
# not those that another JSON writer makes; https://github.com/octokit/webhooks.js/issues/158: the form's own default
async def test_the_very_bytes_are_signed(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    ts, there = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    there |= {"title": "Absturz 😊 ç", "updated_at": "2036-12-01T10:00:00Z", "state": "closed", "state_reason": None}
    payload = webhook.about("closed", there)
    spaced = json.dumps(payload, ensure_ascii=False, indent=3).encode()
    escaped = json.dumps(payload, ensure_ascii=True, separators=(",", ":")).encode()
    form = f"payload={quote(spaced.decode())}".encode()
    for number, body in enumerate((spaced, escaped, form)):
        headers = {"X-GitHub-Event": "issues", "X-GitHub-Delivery": f"d{number}", "Content-Type": "application/json"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body is form else {}
        assert await webhook.post(body, headers | {"X-Hub-Signature-256": signature(body)}) == (202, "taken")
        wrong = signature(body.replace(b"Absturz", b"absturz"))
        assert (await webhook.post(body, headers | {"X-Hub-Signature-256": wrong}))[0] == 401
    await settled(dialogue, ts)
    assert await statuses(dialogue) == ["resolved"]


# https://github.com/devops-thiago/ThrillhouseBot/issues/20: the same id;
# https://github.com/LF-Decentralized-Trust-labs/gitmesh/issues/412: a copy under another id;
# https://github.com/github/docs/issues/32822: two hooks of one event have one id
async def test_a_redelivery_does_nothing_again(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    ts, there = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    delivery = await webhook.close(there)
    await settled(dialogue, ts)
    payload = webhook.about("closed", dict(there))
    await webhook.send("issues", payload, delivery)
    await webhook.reopen(there)
    await card(dialogue, ts, "Reopened by octocat")
    await webhook.send("issues", payload, delivery)
    await webhook.send("issues", payload, "another-id")
    await dialogue.until_idle()
    assert await statuses(dialogue) == ["open"]
    assert len(told(dialogue, ts)) == 1


# https://github.com/getsentry/sentry/pull/121084, https://github.com/google/go-github/issues/2706
def test_a_late_close_does_not_undo_a_reopening() -> None:
    events = [found("reopened", issue(4, state_reason="reopened")), found("closed", closed(1))]
    assert after(*events)[1].status is FeedbackStatus.OPEN
    assert after(*reversed(events))[1].status is FeedbackStatus.OPEN


# https://github.com/promhippie/github_exporter/pull/312: seconds are all that GitHub's times have
def test_a_close_within_the_second_counts() -> None:
    labeled = found("labeled", issue(1, labels=[{"name": "wontfix"}]), label={"name": "wontfix"})
    known, record = after(labeled, found("closed", closed(1, "not_planned")))
    assert (known.labels, record.status) == (("wontfix",), FeedbackStatus.DECLINED)


# https://github.com/release-engineering/Sync2Jira/issues/170: what is dropped looks done;
# https://github.com/github/rest-api-description/issues/4492: a reason that no schema had
@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("completed", IssueState.COMPLETED),
        ("not_planned", IssueState.NOT_PLANNED),
        ("duplicate", IssueState.DUPLICATE),
        (None, IssueState.COMPLETED),
        ("moved", IssueState.CLOSED),
        (["completed"], IssueState.CLOSED),
    ],
)
def test_a_reason_says_what_became_of_it(reason: object, state: IssueState) -> None:
    assert found("closed", closed(reason=reason)).event.state is state
    older = closed()
    del older["state_reason"]  # as GitHub Enterprise sent it before 3.6
    assert found("closed", older).event.state is IssueState.COMPLETED


# https://github.com/zulip/zulip/pull/39469, https://github.com/anthropics/claude-code-action/issues/1489,
# https://github.com/iFixit/pulldasher/pull/61
@pytest.mark.parametrize("gone", [None, {}, {"login": None}])
def test_a_deleted_account_closes_too(gone: object) -> None:
    there = closed(assignees=[gone, {"login": "hubot"}], labels=[None, "old", {"name": "new"}])
    known, record = after(found("closed", there, sender=gone))
    assert (record.status, known.changed_by) == (FeedbackStatus.RESOLVED, "")
    assert (known.assignees, known.labels) == (("hubot",), ("old", "new"))
    said = {"body": "Bye", "user": gone, "created_at": there["updated_at"]}
    comment = found("created", there, "issue_comment", sender=gone, comment=said).event.comment
    assert comment is not None
    assert comment.by == ""


# https://github.com/octokit/webhooks.js/issues/591
def test_a_transfer_names_the_new_issue() -> None:
    there = issue(3, id=9, html_url="https://github.com/acme/other/issues/3")
    known, record = after(found("transferred", issue(2), changes={"new_issue": there, "new_repository": {}}))
    assert (known.issue_id, record.issue) == ("9", "https://github.com/acme/other/issues/3")
    for changes in ({}, None, {"new_issue": issue(html_url="https://evil.example/acme/app/issues/1")}):
        payload = {"action": "transferred", "issue": issue(2), "changes": changes}
        assert read("issues", payload, "github.com") is None


# https://github.com/getsentry/self-hosted/issues/4308, https://github.com/getsentry/sentry/pull/115599: no header says
# reliably from which GitHub an event is; its issue's address does
@pytest.mark.parametrize(
    ("api", "site"),
    [
        ("https://api.github.com/", "github.com"),
        ("https://api.octocorp.ghe.com/", "octocorp.ghe.com"),
        ("https://git.example.com:8443/api/v3/", "git.example.com:8443"),
        ("https://api.example.com/api/v3/", "api.example.com"),
    ],
)
def test_each_github_has_its_own_issues(api: str, site: str) -> None:
    assert site_of(api) == site
    there = issue(html_url=f"https://{site}/acme/app/issues/12")
    assert read("issues", {"action": "closed", "issue": there}, site_of(api)) is not None
    assert read("issues", {"action": "closed", "issue": there}, "github.example.org") is None


# https://github.com/atlassian/github-for-jira/pull/437: what bots do was left out, so merges by bots were never seen
def test_another_bot_may_close_an_issue() -> None:
    known, record = after(found("closed", closed(), sender={"login": "stale[bot]", "type": "Bot"}))
    assert (record.status, known.changed_by) == (FeedbackStatus.RESOLVED, "stale[bot]")


# https://github.com/paperclipai/paperclip/pull/2008: an echo under a new id, again and again
async def test_an_echo_makes_no_loop(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    ts, _there = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    await dialogue.workspace.press(await card(dialogue, ts, "acme/app"), "feedback_change.1")
    await dialogue.workspace.submit({"category": "Billing", "severity": "Low"})
    await card(dialogue, ts, "corrected by")
    await dialogue.until_idle()
    written = len(github.calls)
    for number in range(3):
        echo = dict(github.issues[0], assignees=[], updated_at=f"2036-12-01T10:00:0{number}Z")
        await webhook.send("issues", webhook.about("labeled", echo, "the-bot", label=echo["labels"][0]))
    await dialogue.until_idle()
    assert len(github.calls) == written
    rows = await dialogue.rows("SELECT category, severity, corrected_by FROM feedback")
    assert rows == [("Billing", "Low", dialogue.workspace.me.id)]


@pytest.mark.parametrize("at", ["", "soon", "2026-12-01T10:00:00", "0001-01-01T00:00:00+14:00", None, 1_796_086_572])
def test_what_is_no_time_is_malformed(at: object) -> None:
    with pytest.raises(ValueError, match=r"Bad Request|Invalid isoformat"):
        found("closed", closed(updated_at=at))


# https://github.com/matrix-org/matrix-hookshot/issues/261: a comment that was edited is taken for the newest one, and
# so for the one that closed the issue
async def test_the_comment_that_closed_it_is_told(
    dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub
) -> None:
    ts, there = await issue_of(dialogue, model, github)
    webhook = GitHubWebhook(dialogue.url)
    await webhook.comment(there, "- [ ] look at the export")
    first = webhook.now
    await webhook.comment(there, "It is in 2.1")
    last = webhook.now
    await webhook.comment(there, "Thanks!", by="somebody")
    await webhook.comment(there, "- [x] look at the export", action="edited", at=first)
    await webhook.close(there)
    assert "> It is in 2.1" in await settled(dialogue, ts)
    await webhook.comment(there, "It is in 2.2", action="edited", at=last)
    await dialogue.workspace.until(lambda: "> It is in 2.2" in told(dialogue, ts)[0].shown)
    await webhook.comment(there, "It is in 2.2", action="deleted", at=last)
    await dialogue.workspace.until(lambda: "2.2" not in told(dialogue, ts)[0].shown)
    await dialogue.until_idle()
    assert "2.2" not in (await card(dialogue, ts, "look at the export")).shown


def test_pull_requests_are_no_issues() -> None:
    there = issue(pull_request={"url": "https://api.github.com/repos/acme/app/pulls/12"})
    payload = {"action": "created", "issue": there, "comment": {"body": "x", "created_at": there["updated_at"]}}
    assert read("issue_comment", payload, "github.com") is None


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"payload=", b"{", b"\xff", b"[" * 100_000, b"9" * 10_000])
def test_what_is_no_payload_is_malformed(body: bytes) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        with pytest.raises((ValueError, RecursionError)):
            payload_of(body, kind)
