"""GitHub's webhook, as a test sends it: an issue's JSON with a signature over its very bytes."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp

SECRET = "the-secret-in-the-form-of-the-webhook"
BEGAN = datetime(2036, 12, 1, 12, tzinfo=UTC)  # after all that the bot itself has written


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class GitHubWebhook:
    """Sends events about issues to a bot. Each is `step` later than the one before, as GitHub's own clock tells."""

    url: str
    now: datetime = BEGAN
    step: timedelta = timedelta(seconds=2)
    answers: list[tuple[int, str]] = field(default_factory=list)

    async def issue(
        self, action: str, issue: dict[str, Any], *, by: str = "octocat", delivery: str = "", **more: Any
    ) -> str:
        """Send that something happened to an issue, which changes as it says; return the delivery's id."""
        self.now += self.step
        issue["updated_at"] = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return await self.send("issues", self.about(action, issue, by, **more), delivery)

    async def close(self, issue: dict[str, Any], reason: str | None = "completed", **more: Any) -> str:
        issue |= {"state": "closed", "state_reason": reason}
        return await self.issue("closed", issue, **more)

    async def reopen(self, issue: dict[str, Any], **more: Any) -> str:
        issue |= {"state": "open", "state_reason": "reopened"}
        return await self.issue("reopened", issue, **more)

    async def label(self, issue: dict[str, Any], name: str) -> str:
        issue["labels"] = [*issue["labels"], {"name": name}]
        return await self.issue("labeled", issue, label={"name": name})

    async def comment(
        self,
        issue: dict[str, Any],
        body: str,
        *,
        by: str = "octocat",
        action: str = "created",
        at: datetime | None = None,
    ) -> str:
        """Send that somebody comments, or that something happens to their comment of the time `at`."""
        self.now += self.step
        said = {"body": body, "user": {"login": by}, "created_at": (at or self.now).strftime("%Y-%m-%dT%H:%M:%SZ")}
        return await self.send("issue_comment", self.about(action, issue, by, comment=said))

    def about(self, action: str, issue: dict[str, Any], by: str | None = "octocat", **more: Any) -> dict[str, Any]:
        """Return such a payload."""
        repository = {"full_name": "acme/app", "private": False}
        sender = {"login": by} if by else None
        return {"action": action, "issue": issue, "repository": repository, "sender": sender} | more

    async def send(
        self, name: str, payload: dict[str, Any], delivery: str = "", *, is_form: bool = False, secret: str = SECRET
    ) -> str:
        """Send an event with its signature; return the delivery's id."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        if is_form:
            body = f"payload={quote(body.decode())}".encode()
        headers = {"X-GitHub-Event": name, "X-GitHub-Delivery": (delivery := delivery or secrets.token_hex(8))}
        headers["Content-Type"] = "application/x-www-form-urlencoded" if is_form else "application/json"
        await self.post(body, headers | {"X-Hub-Signature-256": signature(body, secret)})
        return delivery

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Send a body as it is; return the answer."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/github/events", data=io.BytesIO(body), headers=headers) as response,
        ):
            self.answers.append((response.status, await response.text()))
        return self.answers[-1]
