"""The Message Batches API: many requests at once, answered asynchronously at half the price."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from aiohttp import web

from bot.playground.anthropic.message import Reply
from bot.playground.anthropic.reply import ModelRequest, Responder, StreamFault
from bot.playground.anthropic.rules import Json, MessagesApiError, check_request, invalid

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.playground.anthropic.console import Console
    from bot.playground.anthropic.models import ServedModel
    from bot.playground.anthropic.usage import InputUsage

MAX_REQUESTS = 100_000
LIFETIME = timedelta(hours=24)
# How many requests of a batch run at a time.
AT_ONCE = 20

_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(slots=True)
class Batch:
    """One batch. `results` holds the results so far, by custom_id."""

    requests: dict[str, Json]
    version: str
    headers: dict[str, str]
    id: str = field(default_factory=lambda: f"msgbatch_{uuid4().hex}")
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    cancelled_at: datetime | None = None
    ended_at: datetime | None = None
    results: dict[str, Json] = field(default_factory=dict)
    work: asyncio.Task[None] | None = None

    @property
    def status(self) -> str:
        """The batch's `processing_status`."""
        if self.ended_at:
            return "ended"
        return "canceling" if self.cancelled_at else "in_progress"


class Batches:
    """Keeps batches and runs them. `count` returns the input usage of a request. Call `close` at the end."""

    def __init__(
        self, responder: Responder, count: Callable[[Json, ServedModel], InputUsage], console: Callable[[], Console]
    ) -> None:
        self._responder = responder
        self._console = console
        self._count = count
        self._batches: dict[str, Batch] = {}

    def add_routes(self, router: web.UrlDispatcher, read: Callable[[web.Request], Awaitable[object]]) -> None:
        """Add the routes; `read` decodes a request's JSON."""

        async def create(request: web.Request) -> web.Response:
            return self._create(request, await read(request))

        router.add_post("/v1/messages/batches", create)
        router.add_get("/v1/messages/batches", self._list)
        router.add_get("/v1/messages/batches/{id}", self._get)
        router.add_get("/v1/messages/batches/{id}/results", self._results)
        router.add_post("/v1/messages/batches/{id}/cancel", self._cancel)
        router.add_delete("/v1/messages/batches/{id}", self._delete)

    async def close(self) -> None:
        """Cancel every batch that is still running."""
        under_way = [batch.work for batch in self._batches.values() if batch.work]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _create(self, request: web.Request, body: object) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        batch = Batch(_checked(body), headers.get("anthropic-version", ""), headers)
        self._batches[batch.id] = batch
        batch.work = asyncio.create_task(self._see_through(batch))
        return web.json_response(_written(batch, request))

    async def _list(self, request: web.Request) -> web.Response:
        newest = [_written(batch, request) for batch in reversed(self._batches.values())]
        ids = {"first_id": newest[0]["id"], "last_id": newest[-1]["id"]} if newest else {}
        return web.json_response({"data": newest, "has_more": False, "first_id": None, "last_id": None} | ids)

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(_written(self._find(request), request))

    async def _results(self, request: web.Request) -> web.Response:
        batch = self._find(request)
        if not batch.ended_at:
            raise invalid("Batch results are available once processing has ended")
        lines = [json.dumps({"custom_id": name, "result": result}) for name, result in batch.results.items()]
        return web.Response(text="".join(f"{line}\n" for line in lines), content_type="application/x-jsonl")

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self._find(request)
        if batch.ended_at:
            raise invalid(f"Batch {batch.id} cannot be canceled: it has ended")
        batch.cancelled_at = batch.cancelled_at or datetime.now(UTC)
        if batch.work:
            batch.work.cancel()
        return web.json_response(_written(batch, request))

    async def _delete(self, request: web.Request) -> web.Response:
        batch = self._find(request)
        if not batch.ended_at:
            raise invalid(f"Batch {batch.id} cannot be deleted while it is in progress")
        del self._batches[batch.id]
        return web.json_response({"id": batch.id, "type": "message_batch_deleted"})

    def _find(self, request: web.Request) -> Batch:
        batch = self._batches.get(request.match_info["id"])
        if batch is None:
            raise MessagesApiError(404, f"Batch {request.match_info['id']} not found")
        return batch

    async def _see_through(self, batch: Batch) -> None:
        room = asyncio.Semaphore(AT_ONCE)

        async def do(name: str, params: Json) -> None:
            async with room:
                batch.results[name] = await self._result(params, batch)

        try:
            await asyncio.gather(*(do(name, params) for name, params in batch.requests.items()))
        finally:
            for name in batch.requests.keys() - batch.results.keys():
                batch.results[name] = {"type": "canceled"}
            batch.ended_at = datetime.now(UTC)

    async def _result(self, params: Json, batch: Batch) -> Json:
        try:
            if params.get("stream"):
                raise invalid("stream: Input should be false in a batch")
            fields, facts = check_request(params, batch.version, self._console())
            asked = ModelRequest(fields, batch.headers)
            reply = Reply.to(fields, facts, self._count(fields, facts), asked.server.overdue())
            async with aclosing(self._responder.respond(asked)) as events:
                async for event in events:
                    if isinstance(event, StreamFault):
                        raise MessagesApiError(500, "Internal server error")  # noqa: TRY301 - as above
                    reply.add(event)
                    if reply.stop:
                        break
        except MessagesApiError as error:
            return {"type": "errored", "error": error.body("")}
        message = reply.message()
        # The sign that it costs half.
        message["usage"]["service_tier"] = "batch"
        return {"type": "succeeded", "message": message}


def _checked(body: object) -> dict[str, Json]:
    """Return the requests of a new batch by custom_id. Each one's own parameters are checked only when it runs."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not requests:
        raise invalid("requests: at least one request is required")
    if len(requests) > MAX_REQUESTS:
        raise invalid(f"requests: {len(requests)} > {MAX_REQUESTS} maximum")
    found: dict[str, Json] = {}
    for number, request in enumerate(requests):
        match request:
            case {"custom_id": str(name), "params": dict(params)} if _CUSTOM_ID.fullmatch(name):
                if name in found:
                    raise invalid(f"requests.{number}.custom_id: {name!r} is not unique")
                found[name] = params
            case _:
                raise invalid(f"requests.{number}: custom_id of 1 to 64 letters, figures, _ and -, and params required")
    return found


def _written(batch: Batch, request: web.Request) -> Json:
    kinds = [result["type"] for result in batch.results.values()] if batch.ended_at else []
    counts = {kind: kinds.count(kind) for kind in ("succeeded", "errored", "canceled", "expired")}
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": batch.status,
        "request_counts": counts | {"processing": 0 if batch.ended_at else len(batch.requests)},
        "created_at": batch.created_at.isoformat(),
        "expires_at": (batch.created_at + LIFETIME).isoformat(),
        "ended_at": batch.ended_at and batch.ended_at.isoformat(),
        "cancel_initiated_at": batch.cancelled_at and batch.cancelled_at.isoformat(),
        "archived_at": None,
        "results_url": f"{request.url.origin()}/v1/messages/batches/{batch.id}/results" if batch.ended_at else None,
    }
