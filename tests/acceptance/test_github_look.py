"""What happened on GitHub while its events did not arrive is found by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bot.db.engine import Database
from bot.work import Delivery, Inbox
from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_github import LocalGitHub, github
from tests.acceptance.test_trackers import environ, issue_of, settled
from tests.acceptance.test_triage import card, statuses
from tests.support.github_webhook import GitHubWebhook

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

__all__ = ["environ", "github"]


async def look(dialogue: Dialogue) -> None:
    """Let the hour come when the bot looks at GitHub, and wait until it has."""
    database = Database.open(dialogue.environ["DATABASE_URL"])
    kind, when = "every:github issues", f"{time.time_ns()}"
    try:
        await Inbox(database.writer, is_transient=lambda _: False).accept(Delivery(f"{kind}:{when}", kind, kind, {}))
    finally:
        await database.close()
    await dialogue.until_rows(f"SELECT 1 FROM inbox WHERE delivery = '{kind}:{when}' AND finished_at IS NOT NULL")  # noqa: S608


@BOTH_DATABASES
async def test_what_was_not_delivered_is_found(dialogue: Dialogue, model: ScriptedModel, github: LocalGitHub) -> None:
    """The bot was away for a day, or GitHub was: its events were lost, and come late by hand."""
    ts, issue = await issue_of(dialogue, model, github)
    closed = {"state": "closed", "state_reason": "not_planned", "updated_at": "2036-12-01T12:00:02Z"}
    github.issues[0] |= closed
    github.issues.append({"html_url": f"{github.url}acme/app/issues/2", "updated_at": None})
    github.faults = [(500, {})]
    await look(dialogue)
    assert await statuses(dialogue) == ["open"]
    await look(dialogue)
    await card(dialogue, ts, "Declined on GitHub")
    assert "decided not to do this" in await settled(dialogue, ts)
    written = [method for method, _ in github.calls if method != "GET"]
    await look(dialogue)
    await GitHubWebhook(dialogue.url).close(issue, "not_planned")
    await card(dialogue, ts, "Declined by octocat on GitHub")
    await settled(dialogue, ts)
    assert [method for method, _ in github.calls if method != "GET"] == written
    github.issues[0] |= {"state": "open", "state_reason": "reopened", "updated_at": "2036-12-01T14:00:00Z"}
    await look(dialogue)
    await card(dialogue, ts, "Reopened on GitHub")
    assert await statuses(dialogue) == ["open"]
