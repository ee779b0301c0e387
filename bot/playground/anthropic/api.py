"""A local server that speaks Anthropic's Messages API, in front of a model that is not Claude."""

from __future__ import annotations

import hmac
import ipaddress
import json
import logging
import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from aiohttp import web

from bot.playground.anthropic.batches import Batches
from bot.playground.anthropic.console import Console
from bot.playground.anthropic.message import Reply, frame
from bot.playground.anthropic.models import OFFERED, RETIRED, find_model, model_info
from bot.playground.anthropic.reply import ModelRequest, Responder, StreamFault
from bot.playground.anthropic.rules import (
    MAX_BODY_BYTES,
    Json,
    MessagesApiError,
    check_count,
    check_request,
    check_version,
    invalid,
)
from bot.playground.anthropic.usage import PromptCache, count_input

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from aiohttp.typedefs import Handler

    from bot.playground.anthropic.models import ServedModel

logger = logging.getLogger(__name__)

REQUEST_ID = web.RequestKey("request_id", str)
MAX_MODELS_PER_PAGE = 1000
# In seconds. An answer may wait for a gate forever; aiohttp takes 0 for "forever".
SHUTDOWN_TIMEOUT = 0.1
LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class MessagesServer:
    """Serves a `Responder` on loopback, as an async context manager.

    Only requests with `key` are accepted; port 0 picks a free one; `console` returns what the organization's admin has
    set. Raises `ValueError` for an address that is not loopback.
    """

    def __init__(
        self,
        responder: Responder,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str = "local-key",
        console: Callable[[], Console] = Console,
    ) -> None:
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"The local Messages API may listen on loopback only, not on {host}.")
        self._responder = responder
        self._host, self._port, self._key = host, port, key
        self._cache = PromptCache()
        self._console = console
        self._batches = Batches(responder, self._cache.use, self._console)
        self._runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_TIMEOUT
        )

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except BaseException:
            await self._runner.cleanup()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._batches.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Return the base address, once the server has started."""
        host, port = self._runner.addresses[0][:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def environment(self) -> dict[str, str]:
        """Return the settings by which an SDK finds this server."""
        return {"ANTHROPIC_BASE_URL": self.url, "ANTHROPIC_API_KEY": self._key}

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard], client_max_size=MAX_BODY_BYTES)
        application.on_response_prepare.append(_name_request)
        application.router.add_post("/v1/messages", self._post_messages)
        self._batches.add_routes(application.router, _read_json)
        application.router.add_post("/v1/messages/count_tokens", self._post_count)
        application.router.add_get("/v1/models", self._list_models)
        application.router.add_get("/v1/models/{id}", self._get_model)
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check the API key, and answer every failure in the API's own format."""
        request[REQUEST_ID] = f"req_{uuid4().hex}"
        try:
            self._check_key(request)
            return await handler(request)
        except MessagesApiError as error:
            failure = error
        except web.HTTPRequestEntityTooLarge:
            failure = MessagesApiError(413, "Request exceeds the maximum size")
        except web.HTTPException as error:
            failure = MessagesApiError(error.status, error.reason)
        except Exception:
            logger.exception("the local model failed on %s", request[REQUEST_ID])
            failure = MessagesApiError(500, "Internal server error")
        body = failure.body(request[REQUEST_ID])
        return web.json_response(body, status=failure.status, headers=failure.headers)

    def _check_key(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        key = request.headers.get("x-api-key") or (token if scheme.lower() == "bearer" else "")
        if not hmac.compare_digest(key.encode(), self._key.encode()):
            raise MessagesApiError(401, "invalid x-api-key")

    async def _post_messages(self, request: web.Request) -> web.StreamResponse:
        version = check_version(request.headers.get("anthropic-version"))
        fields, facts = check_request(await _read_json(request), version, self._console())
        _check_window(fields, facts)
        asked = ModelRequest(fields, {name.lower(): value for name, value in request.headers.items()})
        reply = Reply.to(fields, facts, self._cache.use(fields, facts), asked.server.overdue())
        answer = self._stream if fields.get("stream") else self._whole
        return await answer(request, asked, reply)

    async def _whole(self, request: web.Request, asked: ModelRequest, reply: Reply) -> web.StreamResponse:
        async with aclosing(self._responder.respond(asked)) as events:
            async for event in events:
                if event is StreamFault.CORRUPT:
                    return web.Response(body=b'{"type": "message", "content": [', content_type="application/json")
                if isinstance(event, StreamFault):
                    return _cut(request, web.Response())
                reply.add(event)
                if reply.stop:
                    break
        return web.json_response(reply.message())

    async def _stream(self, request: web.Request, asked: ModelRequest, reply: Reply) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        try:
            async with aclosing(self._responder.respond(asked)) as events:
                async for event in events:
                    if isinstance(event, StreamFault):
                        return await _break_off(event, request, response)
                    frames = reply.add(event)
                    await _write(request, response, reply, frames)
                    if reply.stop:
                        break
        except MessagesApiError as error:
            if not response.prepared:
                raise
            body = error.body(request[REQUEST_ID])
            await response.write(frame("error", body))
            return response
        await _write(request, response, reply, reply.end())
        return response

    async def _post_count(self, request: web.Request) -> web.Response:
        check_version(request.headers.get("anthropic-version"))
        fields, facts = check_count(await _read_json(request), self._console())
        return web.json_response({"input_tokens": count_input(fields, facts)})

    async def _list_models(self, request: web.Request) -> web.Response:
        check_version(request.headers.get("anthropic-version"))
        stages = request.query.getall("lifecycle[]", request.query.getall("lifecycle", ["active", "deprecated"]))
        listed = [facts for facts in OFFERED + RETIRED if facts.lifecycle in stages]
        ids = [facts.id for facts in listed]
        after = request.query.get("after_id")
        start = ids.index(after) + 1 if after in ids else 0
        limit = request.query.get("limit", "20")
        if not limit.isdecimal() or not 1 <= int(limit) <= MAX_MODELS_PER_PAGE:
            raise invalid(f"limit: Input should be from 1 to {MAX_MODELS_PER_PAGE}")
        page = listed[start : start + int(limit)]
        return web.json_response(
            {
                "data": [self._model_info(facts) for facts in page],
                "has_more": start + len(page) < len(listed),
                "first_id": page[0].id if page else None,
                "last_id": page[-1].id if page else None,
            }
        )

    async def _get_model(self, request: web.Request) -> web.Response:
        check_version(request.headers.get("anthropic-version"))
        facts = find_model(request.match_info["id"])
        if facts is None:
            raise MessagesApiError(404, f"model: {request.match_info['id']}")
        return web.json_response(self._model_info(facts))

    def _model_info(self, facts: ServedModel) -> Json:
        return model_info(facts, has_web=facts.id not in self._console().without_web)


async def _read_json(request: web.Request) -> Any:  # noqa: ANN401 - JSON of any shape, checked by the caller
    raw = await request.read()
    try:
        body = json.loads(raw)
        if LONE_SURROGATE.search(raw):
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON") from None
    return body


def _check_window(fields: Json, facts: ServedModel) -> None:
    tokens = count_input(fields, facts)
    if tokens > facts.context:
        raise invalid(f"prompt is too long: {tokens} tokens > {facts.context} maximum")


async def _name_request(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["request-id"] = request[REQUEST_ID]


async def _write(request: web.Request, response: web.StreamResponse, reply: Reply, frames: bytes) -> None:
    """Send frames; open the stream first if it isn't open yet."""
    if not response.prepared:
        frames = reply.start() + frames
        await response.prepare(request)
    if frames:
        await response.write(frames)


async def _break_off(fault: StreamFault, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if fault is not StreamFault.END or not response.prepared:
        await response.prepare(request)
    if fault is StreamFault.CORRUPT:
        await response.write(b'event: content_block_delta\ndata: {"type": "content_block_delta", "del\n\n')
    return _cut(request, response) if fault is StreamFault.CUT else response


def _cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection mid-answer; what was already written still arrives."""
    if request.transport:
        request.transport.close()
    return response
