"""Feedback to GitHub: one issue per record, in the repository that its channel has set.

A record is sent again until it arrives, and makes one issue all the same: the issue's address is kept with the record,
and where a former attempt may have died in between, the repository's newest issues are searched for the record's
mark before another one is made. They are listed rather than searched, as GitHub's search lags behind.
https://docs.github.com/en/rest/issues/issues
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from bot.core.domain import tracker
from bot.core.triage import issue
from bot.integrations.errors import GitHubError
from bot.jobs.deliveries import charge_place
from bot.jobs.feedback_chain import GITHUB, after_issue
from bot.jobs.triage import OUTAGE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.domain.feedback import Feedback
    from bot.core.ports import Store
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

TIMEOUT = 30.0  # seconds
VERSION = "2022-11-28"  # of the API
# GitHub asks for a second between requests that write, and one at a time:
# https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
PACE = 1.0
BUSY = 60.0  # seconds to wait where GitHub wants some rest, and does not say how much
CLOCKS = timedelta(minutes=5)  # by which theirs and ours may differ
PAGES, PAGE = 5, 100  # of issues that are searched
RETRIED = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
LIMITED = {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
# A repository that was renamed or moved; the method stays: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
MOVED = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
HOPS = 3
SECOND = timedelta(microseconds=999_999)  # the rest of one, in which GitHub counts
LARGEST = 64_000_000  # bytes of an answer: 100 issues with the longest of bodies, escaped
LARGE = 200_000  # bytes that are read on the event loop


class GitHub:
    """Keeps one issue per record in the repositories that channels have set. `url` is the API's address."""

    def __init__(
        self,
        inbox: Inbox,
        session: aiohttp.ClientSession,
        *,
        url: str,
        token: str,
        feedback: FeedbackStore,
        store: Store,
    ) -> None:
        self._inbox, self._session, self._url, self._token = inbox, session, url, token
        self._feedback, self._store = feedback, store
        self._written = -PACE

    def register(self, inbox: Inbox) -> None:
        """Register the jobs that keep issues up to date; transient failures are retried for a day."""
        inbox.handle(GITHUB, self.run, _leave, charge=charge_place, patience=OUTAGE)

    async def run(self, job: Job) -> None:
        """Update a record's issue. Raises `GitHubError`."""
        record = await self._feedback.records.find(str(job.payload["workspace"]), int(job.payload["id"]))
        if record is None or record.version <= record.issue_version or await self._is_deleted(record):
            return
        repository = (await self._store.settings.load(replace(record.place, thread=""))).triage_github
        if not repository:
            return
        if not self._token:
            raise GitHubError("no TRIAGE_GITHUB_TOKEN")
        if record.issue:
            await self._update(record, job)
        elif record.is_counted:
            await self._create(record, repository, job)

    async def _is_deleted(self, record: Feedback) -> bool:
        """Return whether people have deleted a record's issue: then it gets no other one."""
        known = await self._feedback.trackers.find(record.workspace, record.id) if record.issue else None
        return known is not None and known.state == tracker.IssueState.DELETED

    async def _create(self, record: Feedback, repository: str, job: Job) -> None:
        made = await self._find(record, repository, job) if job.was_begun else None
        if made is None:
            original = (
                await self._feedback.records.find(record.workspace, record.duplicate_of)
                if record.duplicate_of
                else None
            )
            content = {
                "title": issue.title(record),
                "body": issue.body(record, original),
                "labels": issue.labels(record),
            }
            made = await self._post(f"repos/{repository}/issues", content, job)
        at = time_of(made.get("created_at"))
        known: dict[str, Any] = {"state": issue.OPEN, "state_at": at, "labels": _labels(made), "labels_at": at}
        where = {"issue_id": str(made.get("id", "")), "address": str(made["html_url"]), "repository": repository}
        await self._feedback.trackers.wrote(record, tracker=tracker.GITHUB, **known, **where)
        values = {"issue": str(made["html_url"]), "issue_state": issue.OPEN, "issue_version": record.version + 1}
        # Its card gets a link, which makes a version. Where another one came in between, this one is sent after all.
        changed = await self._feedback.records.change(record.workspace, record.id, **values)
        if changed is not None:
            for delivery in after_issue(changed):
                await self._inbox.accept(delivery)

    async def _post(self, path: str, content: dict[str, Any], job: Job) -> Any:  # noqa: ANN401 (their JSON)
        """Create an issue, without labels if GitHub rejects those."""
        try:
            return await self._write("POST", path, content, job)
        except GitHubError as error:
            if "labels" not in error.fields:
                raise
            log.warning("creating an issue without its labels, which GitHub refused")
            return await self._write("POST", path, {k: v for k, v in content.items() if k != "labels"}, job)

    async def _find(self, record: Feedback, repository: str, job: Job) -> dict[str, Any] | None:
        """Find the issue that an earlier attempt may have created before it could save its address."""
        mark = issue.mark(record)
        async for page in self._pages(repository, "created", job.accepted_at - CLOCKS):
            if (made := next((one for one in page if mark in str(one.get("body"))), None)) is not None:
                return made
        return None

    async def changed(self, repository: str, since: datetime) -> list[dict[str, Any]]:
        """Return the issues of a repository that changed since then, as GitHub lists them. Raises `GitHubError`."""
        return [one async for page in self._pages(repository, "updated", since) for one in page]

    async def _pages(self, repository: str, sort: str, since: datetime) -> AsyncIterator[list[dict[str, Any]]]:
        """List issues that changed since then, page by page, the newest first."""
        query = {"state": "all", "sort": sort, "direction": "desc", "per_page": str(PAGE)}
        query["since"] = since.strftime("%Y-%m-%dT%H:%M:%SZ")
        for page in range(1, PAGES + 1):
            found = await self._call("GET", f"repos/{repository}/issues", params=query | {"page": str(page)})
            yield [one for one in found if isinstance(one, dict)]
            if len(found) < PAGE:
                break

    async def _update(self, record: Feedback, job: Job) -> None:
        """Update the labels, and open or close it as the record was; leave people's changes alone."""
        if (located := issue.located(record.issue)) is None:
            return
        path = f"repos/{located[0]}/issues/{located[1]}"
        there = await self._call("GET", path)
        present = _labels(there)
        wanted, state = issue.labels(record, present), issue.state(record)
        changes: dict[str, Any] = {} if sorted(wanted) == sorted(present) else {"labels": wanted}
        if state != record.issue_state:
            is_open = state == issue.OPEN
            reason = "reopened" if is_open else state
            changes |= {"state": "open" if is_open else "closed", "state_reason": reason}
        if changes:
            await self._remember(record, changes, await self._write("PATCH", path, changes, job), state)
        await self._feedback.records.shown(record.workspace, record.id, issue_version=record.version, issue_state=state)

    async def _remember(self, record: Feedback, changes: dict[str, Any], there: Any, state: str) -> None:  # noqa: ANN401 (their JSON)
        """Keep what was written, of which GitHub will tell, too. It counts seconds: ours is the last of its own."""
        at = time_of(there.get("updated_at"))
        at = at + SECOND if at else None
        known: dict[str, Any] = {"state": state, "state_at": at} if "state" in changes else {}
        known |= {"labels": _labels(there), "labels_at": at} if "labels" in changes else {}
        await self._feedback.trackers.wrote(record, **known)

    async def _write(self, method: str, path: str, content: dict[str, Any], job: Job) -> Any:  # noqa: ANN401 (their JSON)
        await asyncio.sleep(self._written + PACE - time.monotonic())
        self._written = time.monotonic()
        job.check()
        return await self._call(method, path, json=content)

    async def _call(self, method: str, path: str, **arguments: Any) -> Any:  # noqa: ANN401 (their JSON)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": VERSION,
            "User-Agent": "Parley",
        }
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        url = URL(self._url + path)
        try:
            for _ in range(HOPS):
                async with self._session.request(
                    method, url, headers=headers, timeout=timeout, allow_redirects=False, **arguments
                ) as response:
                    if response.status in MOVED and (there := _moved(response)) is not None:
                        url, arguments = there, arguments | {"params": None}
                        continue
                    data = await _read(response)
                    if not response.ok or response.status >= HTTPStatus.MULTIPLE_CHOICES:
                        raise _fault(response, data)
                    return await asyncio.to_thread(json.loads, data) if len(data) > LARGE else json.loads(data)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise GitHubError(type(error).__name__, is_transient=True) from None
        raise GitHubError("too many redirects")


def _labels(there: dict[str, Any]) -> list[str]:
    return [str(one["name"] if isinstance(one, dict) else one) for one in there["labels"]]


def time_of(value: object) -> datetime | None:
    """Read a time of GitHub's, None for what is none."""
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except ValueError:
        return None


def _moved(response: aiohttp.ClientResponse) -> URL | None:
    """Return where a repository has moved, None for another host: the token is only for this one."""
    there = response.url.join(URL(response.headers.get("Location", "")))
    return there if there.origin() == response.url.origin() and "Location" in response.headers else None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read a response, up to the size limit."""
    data = bytearray()
    async for piece in response.content.iter_any():
        data += piece
        if len(data) > LARGEST:
            raise GitHubError("an endless answer")
    return bytes(data)


def _fault(response: aiohttp.ClientResponse, data: bytes) -> GitHubError:
    """Read GitHub's answer: a reached limit is a 403, too, and a secondary one may say so only in words.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    status, headers = response.status, response.headers
    wait: float | None = None
    if status in LIMITED:
        if headers.get("Retry-After", "").isdecimal():
            wait = float(headers["Retry-After"])
        elif headers.get("X-RateLimit-Remaining") == "0" and headers.get("X-RateLimit-Reset", "").isdecimal():
            wait = max(1.0, float(headers["X-RateLimit-Reset"]) - time.time())
        elif status == HTTPStatus.TOO_MANY_REQUESTS or b"rate limit" in data.lower() or "Retry-After" in headers:
            wait = BUSY
    is_transient = wait is not None or status in RETRIED or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    fields = _wrong_fields(data) if status == HTTPStatus.UNPROCESSABLE_ENTITY else frozenset()
    error = GitHubError(str(status), is_transient=is_transient, retry_after=wait)
    error.fields = fields
    return error


def _wrong_fields(data: bytes) -> frozenset[str]:
    """Return which fields of an issue GitHub rejects, none if it does not say.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    try:
        answer = json.loads(data)
    except ValueError:
        return frozenset()
    errors = answer.get("errors") if isinstance(answer, dict) else None
    found = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    names = {str(one.get(name, "")).casefold() for one in found for name in ("field", "resource")}
    return frozenset({"labels"} if names & {"labels", "label"} else names)


async def _leave(_job: Job, error: Exception) -> None:
    """Tell no one: the operator finds it with `python -m bot work list`, and can retry it."""
    log.warning("an issue was not created: %s", getattr(error, "code", type(error).__name__))
