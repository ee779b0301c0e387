"""What trackers send: the addresses that take it, its signatures, and how it becomes durable work.

A bad signature is 401, without more. What is taken is committed before the answer, and counts once: by the id that
GitHub gives each event, or by an `Idempotency-Key`. What can't be stored is 503, and has to come again. A signature of
GitHub's never expires, so what somebody sends again under another id is let in, and found to change nothing, because it
is older than what is known of its issue, or the same.
"""

# not for people: trackers read it

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.core.domain.tracker import GITHUB, IssueComment, IssueState, TrackerEvent
from bot.integrations import github_events
from bot.integrations.webhook import signed
from bot.jobs.feedback_chain import after_tracker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.core.ports.feedback_store import FeedbackStore
    from bot.work import Delivery, Inbox

log = logging.getLogger(__name__)

GITHUB_PATH, ANY_PATH = "/github/events", "/triage/events"
LONGEST_BODY = 100_000  # bytes of an event of any tracker; GitHub's may have as much as the server takes
VALID_FOR = 300.0  # seconds that a signed time may be off
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # of a change; what is before that is a mistake
SECOND = timedelta(microseconds=999_999)  # the rest of one, in which signatures count
QUICK = 100_000  # bytes that are parsed in some milliseconds
_DELIVERY = re.compile(r"[\w-]{1,100}", re.ASCII)
_KEY = re.compile(r"[!-~]{1,200}")
_UNREAD = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too large", HTTPStatus.REQUEST_TIMEOUT: "too slow"}
_STATES = {
    "open": IssueState.OPEN,
    "resolved": IssueState.COMPLETED,
    "declined": IssueState.NOT_PLANNED,
    "duplicate": IssueState.DUPLICATE,
}

Name = Annotated[str, Field(max_length=100)]


class TrackerUpdate(BaseModel):
    """The body of an event of any tracker: a record by its id, as webhooks send it, and what is known of it there."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    workspace: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,40}$")]
    id: Annotated[int, Field(ge=1, lt=1 << 63)]
    updated_at: Annotated[AwareDatetime, Field(ge=EARLIEST)]
    status: Literal["open", "resolved", "declined", "duplicate"] | None = None
    assignee: Name | None = None
    labels: Annotated[list[Name], Field(max_length=100)] | None = None
    comment: Annotated[str, Field(max_length=5_000)] = ""
    by: Name = ""
    tracker: Annotated[str, Field(max_length=40)] = ""
    link: Annotated[str, Field(max_length=500, pattern=r"^(?:https://[\w.:-]+/[\w./#?=&%~+-]*)?$")] = ""

    def event(self, signed_at: datetime) -> TrackerEvent:
        """Return the same as an event. A time after its signature's is that: until then, nothing else would count.

        By the signature's clock and not by ours, so that what somebody sends again is no newer than it was.
        """
        at = min(self.updated_at, signed_at + SECOND)
        assignees = None if self.assignee is None else tuple(filter(None, [self.assignee]))
        return TrackerEvent(
            "" if self.tracker == GITHUB else self.tracker,
            at=at,
            about="state",
            by=self.by,
            state=_STATES[self.status] if self.status else None,
            labels=None if self.labels is None else tuple(self.labels),
            assignees=assignees,
            comment=IssueComment(self.comment, self.by, at) if self.comment else None,
            address=self.link,
        )


class TrackerEvents:
    """Takes what trackers send. `count` is told where it came and what became of it."""

    def __init__(
        self,
        inbox: Inbox,
        feedback: FeedbackStore,
        *,
        github_secret: str,
        github_url: str,
        secret_of: Callable[[str], str],
        count: Callable[[str, str], None],
    ) -> None:
        self._inbox, self._feedback, self._secret_of, self._count = inbox, feedback, secret_of, count
        self._github_secret, self._site = github_secret, github_events.site_of(github_url)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the addresses for which there is a secret; any other is 404."""
        found = [web.post(GITHUB_PATH, self.on_github)] if self._github_secret else []
        return [*found, *([web.post(ANY_PATH, self.on_any)] if self._secret_of("") else [])]

    def refused(self, path: str, status: HTTPStatus) -> None:
        """Count a request to one of the addresses whose body was not read."""
        if path in {route.path for route in self.routes()}:
            self._count("github" if path == GITHUB_PATH else "tracker", _UNREAD.get(status, "malformed"))

    async def on_github(self, request: web.Request) -> web.Response:
        """Take an event of GitHub's."""
        body = await request.read()
        expected = "sha256=" + hmac.new(self._github_secret.encode(), body, hashlib.sha256).hexdigest()
        if not _is_same(expected, request.headers.get("X-Hub-Signature-256", "")):
            return self._answer("github", "unsigned", HTTPStatus.UNAUTHORIZED, "invalid signature")
        name = request.headers.get("X-GitHub-Event", "")
        if name not in {github_events.ISSUES, github_events.COMMENT}:
            what = "ping" if name == github_events.PING else "ignored"
            return self._answer("github", what, HTTPStatus.ACCEPTED, what)
        try:
            delivery, found = await self._read(request, name, body)
        except (ValueError, RecursionError):
            return self._answer("github", "malformed", HTTPStatus.BAD_REQUEST, "malformed")
        if found is None:
            return self._answer("github", "ignored", HTTPStatus.ACCEPTED, "ignored")
        return await self._store("github", partial(self._of_github, found, delivery))

    async def _read(self, request: web.Request, name: str, body: bytes) -> tuple[str, github_events.GitHubEvent | None]:
        """Return the id of a delivery, and what it says. Raises `ValueError`, `RecursionError`."""
        delivery = request.headers.get("X-GitHub-Delivery", "")
        if not _DELIVERY.fullmatch(delivery):
            raise ValueError(name)
        parse = partial(github_events.payload_of, body, request.content_type)
        payload = parse() if len(body) <= QUICK else await asyncio.to_thread(parse)
        return delivery, github_events.read(name, payload, self._site)

    async def on_any(self, request: web.Request) -> web.Response:
        """Take an event of any tracker, signed as the bot's own webhooks are."""
        body = await request.read()
        if len(body) > LONGEST_BODY:
            return self._answer("tracker", "too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
        try:
            update = TrackerUpdate.model_validate_json(body)
        except ValidationError as error:
            fields = ", ".join(dict.fromkeys(".".join(map(str, one["loc"][:1])) for one in error.errors())) or "JSON"
            return self._answer("tracker", "malformed", HTTPStatus.BAD_REQUEST, f"malformed: {fields}"[:500])
        if (signed_at := self._signed_at(request, body, update.workspace)) is None:
            return self._answer("tracker", "unsigned", HTTPStatus.UNAUTHORIZED, "invalid signature")
        key = request.headers.get("Idempotency-Key") or hashlib.sha256(body).hexdigest()
        if not _KEY.fullmatch(key):
            return self._answer("tracker", "malformed", HTTPStatus.BAD_REQUEST, "malformed: Idempotency-Key")
        return await self._store("tracker", partial(self._of_any, update, signed_at, key))

    def _signed_at(self, request: web.Request, body: bytes, workspace: str) -> datetime | None:
        """Return when a body was signed, None if it was not, or not just now."""
        timestamp = request.headers.get("X-Parley-Timestamp", "")
        if not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs(time.time() - int(timestamp)) > VALID_FOR:
            return None
        expected = signed(body, self._secret_of(workspace), int(timestamp))["X-Parley-Signature"]
        is_signed = _is_same(expected, request.headers.get("X-Parley-Signature", ""))
        return datetime.fromtimestamp(int(timestamp), UTC) if is_signed else None

    async def _of_github(self, found: github_events.GitHubEvent, delivery: str) -> list[Delivery]:
        trackers = self._feedback.trackers
        ids = await trackers.records_of(GITHUB, found.issue_id, found.address)
        records = [await self._feedback.records.find(*id_) for id_ in ids]
        known = [one for one in records if one is not None]
        return [job for one in known for job in after_tracker(one, found.event, f"github:{delivery}")]

    async def _of_any(self, update: TrackerUpdate, signed_at: datetime, key: str) -> list[Delivery]:
        record = await self._feedback.records.find(update.workspace, update.id)
        return [] if record is None else after_tracker(record, update.event(signed_at), f"tracker:{key}")

    async def _store(self, source: str, find: Callable[[], Awaitable[list[Delivery]]]) -> web.Response:
        try:
            deliveries = await find()
            new = [await self._inbox.accept(one) for one in deliveries]
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the database, it has to come again
            log.warning("an event of a tracker was not taken: %s", type(error).__name__)
            return self._answer(source, "refused", HTTPStatus.SERVICE_UNAVAILABLE, "please send it again")
        if not new:
            return self._answer(source, "ignored", HTTPStatus.ACCEPTED, "ignored: no such record")
        return self._answer(source, "taken" if any(new) else "duplicate", HTTPStatus.ACCEPTED, "taken")

    def _answer(self, source: str, outcome: str, status: HTTPStatus, text: str) -> web.Response:
        self._count(source, outcome)
        return web.Response(status=status, text=text)


def _is_same(expected: str, given: str) -> bool:
    """Compare in a time that tells nothing; what is given may be anything."""
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
