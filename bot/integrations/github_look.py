"""What happened to issues on GitHub while its events did not arrive: once an hour, the bot looks at what has changed.

GitHub does not send again by itself what it could not deliver, as while the bot was stopped for a day:
https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
How an issue stands is taken in as an event that says the same; so what is known already changes nothing.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.core.domain.tracker import GITHUB
from bot.integrations import github_events
from bot.integrations.errors import GitHubError
from bot.jobs.feedback_chain import after_tracker

if TYPE_CHECKING:
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.integrations.github import GitHub
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

LOOK_EVERY = 3_600.0  # seconds
BACK = timedelta(days=2)  # how long the bot may have been away; less than the inbox remembers what it has accepted


class GitHubLook:
    """Takes in what changed in the repositories where the bot has issues. `url` is the API's address."""

    def __init__(self, inbox: Inbox, github: GitHub, feedback: FeedbackStore, *, url: str, is_on: bool) -> None:
        self._inbox, self._github, self._feedback, self._is_on = inbox, github, feedback, is_on
        self._site = github_events.site_of(url)

    def register(self, inbox: Inbox) -> None:
        """Register the look."""
        inbox.every("github issues", LOOK_EVERY, self.look)  # not for people: a name

    async def look(self, job: Job) -> None:
        """Look at each repository; one that does not answer is looked at again in an hour."""
        if not self._is_on:
            return
        since = datetime.now(UTC) - BACK
        for repository in await self._feedback.trackers.repositories():
            job.check()
            try:
                found = await self._github.changed(repository, since)
            except GitHubError as error:
                log.warning("what changed on GitHub could not be looked at: %s", error.code)
                continue
            for issue in found:
                with suppress(ValueError):  # without a time, it says nothing
                    await self._take_in(issue, repository)

    async def _take_in(self, issue: dict[str, Any], repository: str) -> None:
        payload = {"issue": issue, "repository": {"full_name": repository}}
        found = github_events.read(github_events.ISSUES, payload, self._site)
        if found is None:
            return
        for workspace, id_ in await self._feedback.trackers.records_of(GITHUB, found.issue_id, found.address):
            record = await self._feedback.records.find(workspace, id_)
            known = await self._feedback.trackers.find(workspace, id_)
            if record is not None:
                event = replace(found.event, is_private=known.is_private)  # which a list of issues does not say
                for delivery in after_tracker(record, event, f"look:{event.at.isoformat()}"):
                    await self._inbox.accept(delivery)
