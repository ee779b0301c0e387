"""Delivery of events to the bot over signed HTTP or Socket Mode, with Slack's retries."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from itertools import cycle
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias
from urllib.parse import urlencode

import aiohttp

from bot.playground.slack.events import envelope, events_of
from bot.playground.slack.wire import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.playground.slack.records import Change
    from bot.playground.slack.workspace import Workspace

Kind: TypeAlias = Literal["events_api", "slash_commands", "interactive"]

# How many deliveries run at once.
AT_ONCE = 50
# How many deliveries are remembered.
KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Ack:
    """The result of one attempt. `reason` is Slack's retry reason, "" if the bot acknowledged with `body`."""

    reason: str = ""
    status: int = 200
    body: Json = field(default_factory=dict)
    wants_retry: bool = True

    @property
    def ok(self) -> bool:
        """Whether the bot acknowledged."""
        return not self.reason


@dataclass(slots=True, eq=False)
class EventDelivery:
    """An event and its attempts so far; `is_over` once it was acknowledged or given up."""

    payload: Json
    tries: list[Ack] = field(default_factory=list)
    is_over: bool = False

    @property
    def event_id(self) -> str:
        """The id, the same in all attempts."""
        return str(self.payload["event_id"])

    @property
    def event(self) -> Json:
        """The event inside the envelope."""
        return dict(self.payload["event"])


class EventTransport(Protocol):
    """Sends payloads to the bot, over HTTP or Socket Mode."""

    async def send(self, kind: Kind, payload: Json, retry: int = 0, reason: str = "") -> Ack:
        """Make one attempt, within the rules' `ack_timeout`. `reason` says why the previous one failed."""


class HttpTransport:
    """Signed requests to the bot's URL, or to those of its replicas in turn."""

    def __init__(self, workspace: Workspace, session: aiohttp.ClientSession, urls: Sequence[str]) -> None:
        self._workspace = workspace
        self._session = session
        self._urls = cycle(urls)

    async def send(self, kind: Kind, payload: Json, retry: int = 0, reason: str = "") -> Ack:
        """See `EventTransport`."""
        body, content_type = _body(kind, payload)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= signature(self._workspace.signing_secret, body, int(self._workspace.clock()))
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": reason}
        timeout = aiohttp.ClientTimeout(total=self._workspace.rules.ack_timeout)
        try:
            async with self._session.post(next(self._urls), data=body, headers=headers, timeout=timeout) as response:
                text = await response.text()
        except TimeoutError:
            return Ack("http_timeout", status=0)
        except aiohttp.ClientError:
            return Ack("connection_failed", status=0)
        if not response.ok:
            wants_retry = response.headers.get("x-slack-no-retry") != "1"
            return Ack("http_error", response.status, wants_retry=wants_retry)
        return Ack(status=response.status, body=_answer(text, response.content_type))


class Deliveries:
    """Turns changes into events and delivers them. Call `close` at the end.

    `log` holds the latest deliveries. `on_progress` is called after each attempt.
    """

    def __init__(self, workspace: Workspace, transport: EventTransport, on_progress: Callable[[], None]) -> None:
        self.transport = transport
        self.log: list[EventDelivery] = []
        self._workspace = workspace
        self._on_progress = on_progress
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)

    def observe(self, change: Change) -> None:
        """Call `observer` with every change from now on; return a function that ends it. It must not raise or block."""
        for event in events_of(self._workspace, change):
            self.deliver(envelope(self._workspace, event))

    def deliver(self, payload: Json) -> EventDelivery:
        """Start to deliver an event in its envelope."""
        delivery = EventDelivery(payload)
        self.log.append(delivery)
        del self.log[:-KEPT]
        task = asyncio.create_task(self._see_through(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def close(self) -> None:
        """Cancel all running deliveries."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _see_through(self, delivery: EventDelivery) -> None:
        reason = ""
        for retry, delay in enumerate((0.0, *self._workspace.rules.retry_delays)):
            await asyncio.sleep(delay)
            async with self._room:
                ack = await self.transport.send("events_api", delivery.payload, retry, reason)
            reason = ack.reason
            delivery.tries.append(ack)
            delivery.is_over = ack.ok or not ack.wants_retry or retry == len(self._workspace.rules.retry_delays)
            self._on_progress()
            if delivery.is_over:
                return


def signature(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """Return the headers that sign a request as Slack does."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


def _body(kind: Kind, payload: Json) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    if kind == "slash_commands":
        return urlencode(payload).encode(), form
    return urlencode({"payload": json.dumps(payload)}).encode(), form


def _answer(text: str, content_type: str) -> Json:
    """Read an acknowledgment's body: JSON, or the plain text of a message."""
    if content_type != "application/json":
        return {"text": text} if text else {}
    try:
        answer = json.loads(text or "{}")
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
