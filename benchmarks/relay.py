"""The bare relay: what any bot must do, and nothing else. `python -m benchmarks.relay [sdk]`.

aiohttp in, an Anthropic stream out, straight into Slack's streams: no database, no Bolt, no Slack SDK, no retries, no
history. A crash loses what was acknowledged. With `sdk`, Claude is asked by Anthropic's SDK instead of plain aiohttp.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.slack.outbound.stream import APPEND_EVERY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from anthropic import AsyncAnthropic

    Ask = Callable[[str], AsyncIterator[str]]

MODEL, MAX_TOKENS = "claude-haiku-5-5", 8000
SYSTEM = "You are a helpful member of a team's Slack."


class Relay:
    """Passes mentions on to the model, and its answers on to Slack."""

    def __init__(self, session: aiohttp.ClientSession, ask: Ask) -> None:
        self._session = session
        self._ask = ask
        self._turns: set[asyncio.Task[None]] = set()
        self._verifier = SignatureVerifier(os.environ["SLACK_SIGNING_SECRET"])

    async def on_event(self, request: web.Request) -> web.Response:
        """Acknowledge at once, then answer."""
        body = await request.read()
        if not self._verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        turn = asyncio.create_task(self._answer(json.loads(body)["event"]))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        return web.Response()

    async def _answer(self, event: dict[str, Any]) -> None:
        pieces: list[str] = []
        has_begun = asyncio.Event()
        reading = asyncio.create_task(self._read(event["text"], pieces, has_begun))
        await has_begun.wait()
        started = await self._slack(
            "chat.startStream",
            channel=event["channel"],
            thread_ts=event["ts"],
            markdown_text=taken(pieces),
            recipient_user_id=event["user"],
            recipient_team_id=event["team"],
        )
        here = {"channel": event["channel"], "ts": started["ts"]}
        while not (await asyncio.wait([reading], timeout=APPEND_EVERY))[0]:
            await self._slack("chat.appendStream", **here, markdown_text=taken(pieces))
        await reading
        await self._slack("chat.stopStream", **here, markdown_text=taken(pieces))

    async def _read(self, question: str, pieces: list[str], has_begun: asyncio.Event) -> None:
        try:
            async for piece in self._ask(question):
                pieces.append(piece)
                has_begun.set()
        finally:
            has_begun.set()

    async def _slack(self, method: str, **fields: str) -> dict[str, Any]:
        url = os.environ["SLACK_API_URL"] + method
        token = {"Authorization": f"Bearer {os.environ['SLACK_BOT_TOKEN']}"}
        async with self._session.post(url, json=fields, headers=token) as response:
            answer: dict[str, Any] = await response.json()
        if not answer["ok"]:
            raise RuntimeError(answer["error"])
        return answer


def taken(pieces: list[str]) -> str:
    """Take what has come since the last time."""
    text = "".join(pieces)
    pieces.clear()
    return text


def by_aiohttp(session: aiohttp.ClientSession) -> Ask:
    """Ask Claude by a plain request."""

    async def ask(question: str) -> AsyncIterator[str]:
        body = {
            "model": MODEL,
            "max_tokens": MAX_TOKENS,
            "system": SYSTEM,
            "messages": [{"role": "user", "content": question}],
            "stream": True,
        }
        key = {"Authorization": f"Bearer {os.environ['ANTHROPIC_API_KEY']}", "anthropic-version": "2026-10-21"}
        async with session.post(f"{os.environ['ANTHROPIC_BASE_URL']}/v1/messages", json=body, headers=key) as response:
            response.raise_for_status()
            async for line in response.content:
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    if event["type"] == "content_block_delta":
                        yield event["delta"]["text"]

    return ask


def by_sdk(client: AsyncAnthropic) -> Ask:
    """Ask Claude by Anthropic's SDK."""

    async def ask(question: str) -> AsyncIterator[str]:
        messages: Any = [{"role": "user", "content": question}]
        async with client.messages.stream(
            model=MODEL, max_tokens=MAX_TOKENS, system=SYSTEM, messages=messages
        ) as stream:
            async for text in stream.text_stream:
                yield text

    return ask


async def serve(*, with_sdk: bool) -> None:
    """Run the relay until it is ended."""
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        ask = by_aiohttp(session)
        if with_sdk:
            from anthropic import AsyncAnthropic, DefaultAioHttpClient  # noqa: PLC0415 - the bare relay goes without it

            client = AsyncAnthropic(http_client=DefaultAioHttpClient(), open_telemetry=False)
            ask = by_sdk(await stack.enter_async_context(client))
        app = web.Application()
        app.router.add_post("/slack/events", Relay(session, ask).on_event)
        app.router.add_get("/readyz", on_readyz)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(os.environ["PORT"])).start()
        await asyncio.Event().wait()


async def on_readyz(_: web.Request) -> web.Response:
    """Tell that the relay is there: it needs nothing."""
    return web.Response()


if __name__ == "__main__":
    asyncio.run(serve(with_sdk="sdk" in sys.argv))
