"""Webhooks: each record of feedback as signed JSON to the URL that its channel has set.

The signature is an HMAC-SHA256 of `v1:<timestamp>:<body>`, in the manner of Slack's own
(https://docs.slack.dev/authentication/verifying-requests-from-slack). Redirects are not followed: an address that an
admin has set must not lead to another one. Where strangers' workspaces are served, their admins must not reach into
the operator's own network: they are called by a session of `public_addresses`.
Each of them has a secret of its own (`core/triage/webhook_secret.py`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.integrations.errors import WebhookError
from bot.jobs.deliveries import charge_place
from bot.jobs.feedback_chain import WEBHOOK
from bot.jobs.triage import OUTAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.needs import Completeness
    from bot.core.ports import Store
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

TIMEOUT = 15.0  # seconds
LONGEST_REST = 600.0  # seconds that a receiver may ask for
RETRIED = {408, 425, 429}  # in addition to all of 500 and above; https://www.rfc-editor.org/rfc/rfc9110#section-15
SUCCESS, FIRST_SERVER_FAULT = 2, 500  # the hundreds of the one, the first of the others
SENT = (
    *("id", "workspace", "channel", "message", "person", "text", "status", "category", "severity", "sentiment", "area"),
    *(
        "team",
        "summary",
        "language",
        "confidence",
        "evidence",
        "duplicate_of",
        "assignee",
        "permalink",
        "issue",
        "version",
        "part",
    ),
)


def body_of(record: Feedback, completeness: Completeness) -> bytes:
    """Return a record as JSON, with what it lacks and what its writer added."""
    values: dict[str, Any] = {name: getattr(record, name) for name in SENT}
    values |= {"text": record.own_text, "missing": completeness.missing, "added": completeness.added}
    values["said_at"] = record.said_at.isoformat()
    return json.dumps(values, ensure_ascii=False).encode(errors="replace")


def signed(body: bytes, secret: str, now: float) -> dict[str, str]:
    """Return the headers that sign a body and its time."""
    timestamp = str(int(now))
    digest = hmac.new(secret.encode(), b":".join((b"v1", timestamp.encode(), body)), hashlib.sha256).hexdigest()
    return {"X-Parley-Timestamp": timestamp, "X-Parley-Signature": f"v1={digest}"}


class Webhook:
    """Sends feedback to the URLs that channels have set."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        secret_of: Callable[[str], str],
        feedback: FeedbackStore,
        store: Store,
    ) -> None:
        self._session, self._secret_of, self._feedback, self._store = session, secret_of, feedback, store

    def register(self, inbox: Inbox) -> None:
        """Register the jobs that send feedback; transient failures are retried for a day."""
        inbox.handle(WEBHOOK, self.run, _leave, charge=charge_place, patience=OUTAGE)

    async def run(self, job: Job) -> None:
        """Send a record's current state. Raises `WebhookError`."""
        record = await self._feedback.records.find(str(job.payload["workspace"]), int(job.payload["id"]))
        if record is None:
            return
        url = (await self._store.settings.load(replace(record.place, thread=""))).webhook
        if url:
            job.check()
            await self.send(url, record)

    async def send(self, url: str, record: Feedback) -> None:
        """Send a record. Raises `WebhookError`."""
        if not (secret := self._secret_of(record.workspace)):
            raise WebhookError("no TRIAGE_WEBHOOK_SECRET")
        body = body_of(record, await self._feedback.questions.of(record))
        headers = signed(body, secret, time.time()) | {
            "Content-Type": "application/json",
            "Idempotency-Key": f"{record.workspace}:{record.id}:{record.version}",
        }
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                status, wait = response.status, response.headers.get("Retry-After", "")
        except aiohttp.ClientConnectorError as error:
            is_refused = isinstance(error.os_error, PermissionError)
            code = str(error.os_error.strerror) if is_refused else type(error).__name__
            raise WebhookError(code, is_transient=not is_refused) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise WebhookError(type(error).__name__, is_transient=True) from None
        if status // 100 != SUCCESS:
            is_transient = status in RETRIED or status >= FIRST_SERVER_FAULT
            rest = min(float(wait), LONGEST_REST) if is_transient and wait.isdecimal() else None
            raise WebhookError(str(status), is_transient=is_transient, retry_after=rest)


async def _leave(_job: Job, error: Exception) -> None:
    """Tell no one: the operator finds it with `python -m bot work list`, and can retry it."""
    log.warning("feedback was not taken by its webhook: %s", getattr(error, "code", type(error).__name__))
