"""Slack over HTTP: one address for events, commands and interactivity."""

from __future__ import annotations

import asyncio
import logging
import re
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.slack.inbound import payload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.app.async_app import AsyncApp

log = logging.getLogger(__name__)

PATH = "/slack/events"
INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
BODY_LIMIT = 1024 * 1024  # bytes; the server answers 413 above it
QUICK = 100_000  # characters that are parsed in some milliseconds


def listener(app: AsyncApp, signing_secret: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make the handler of `POST /slack/events`: verify the signature on the raw bytes, parse, dispatch.

    401: no, a wrong or an old signature. 400: a body that can't be read. 500: not accepted, so that Slack redelivers.
    """
    verifier = SignatureVerifier(signing_secret)

    async def on_request(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not re.fullmatch(r"[0-9]{1,12}", timestamp) or not _is_valid(verifier, body, timestamp, signature):
            return web.Response(status=401, text="invalid signature")  # not for people: Slack reads it
        try:
            bolt_request = await _parsed(request, await request.text())
            payload.check(bolt_request.body)
        except payload.UNREADABLE as error:
            log.warning("discarded a body that can't be read: %s", type(error).__name__)
            return web.Response(status=400, text="malformed body")  # not for people: Slack reads it
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    return on_request


async def _parsed(request: web.Request, body: str) -> AsyncBoltRequest:
    """Parse a body; a large one in a thread, as decoding a form of a megabyte would block the event loop."""
    parse = partial(AsyncBoltRequest, body=body, query=request.query_string, headers=dict(request.headers))
    return parse() if len(body) <= QUICK else await asyncio.to_thread(parse)


def _is_valid(verifier: SignatureVerifier, body: bytes, timestamp: str, signature: str) -> bool:
    try:
        return verifier.is_valid(body, timestamp, signature)
    except (TypeError, UnicodeError):  # a signature or a body that is not text
        return False
