"""The world around a bot: Slack's deliveries, a lean Slack and a lean model, all by one clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from math import inf
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from types import TracebackType

TOKEN_EVERY = 0.02  # seconds: 50 tokens a second
TOKENS = (*(f"word{number} " for number in range(59)), "end.")
ANSWER = "".join(TOKENS)
FIRST_TOKEN = 0.3  # seconds

SECRET = "benchmark"  # noqa: S105 - it opens nothing
TEAM, BOT, CHANNELS, PEOPLE = "T0BENCH", "U0BOT", 20, 50
ROOT, REPLY = 1_700_000_000, 1_800_000_000  # a turn's number is added: so each `ts` tells its turn
PATIENCE = 60.0  # seconds for the last turns to come to their end

_ASKED = re.compile(rb"turn (\d+), first token after (\d+) ms")


@dataclass(slots=True)
class Turn:
    """When what happened to a turn, in seconds of the loop's clock; `inf`: it did not.

    Due, sent and acknowledged; asked of the model, whose first token left, and its last; its first text shown, and all
    of it.
    """

    due: float
    wait: float
    sent: float = inf
    acknowledged: float = inf
    asked: float = inf
    spoken: float = inf
    written: float = inf
    seen: float = inf
    whole: float = inf
    text: str = ""
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, text: str) -> None:
        """Add text that Slack got."""
        self.text += text
        if text and self.seen == inf:
            self.seen = _now()

    def end(self) -> None:
        """Note that the answer has ended: whole only if nothing is missing and nothing is there twice."""
        if self.text == ANSWER:
            self.whole = _now()
        self.is_over.set()


class World:
    """A Slack without rate limits and a model at a steady pace, at one address; as an async context manager.

    `most_asked` is how many answers the model was giving at once.
    """

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.most_asked = 0
        self.url = ""
        self._asked = 0
        self._latest: dict[int, int] = {}  # the turn that is answered in a thread now, by the turn that began it
        self._methods: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "auth.test": self._auth_test,
            "agents.sessions.setStatus": lambda _: {},
            "chat.startStream": self._start_stream,
            "chat.appendStream": self._append_stream,
            "chat.stopStream": self._stop_stream,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": lambda _: {"message_ts": f"{REPLY}.000300"},
            "chat.update": self._update,
            "conversations.replies": self._replies,
            "users.info": lambda fields: {"user": {"id": fields["user"], "team_id": TEAM, "name": fields["user"]}},
        }

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._on_request))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(PATIENCE)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def is_ready(self, bot: str) -> bool:
        """Ask the bot at the address `bot` whether it can serve."""
        try:
            async with self._session.get(f"{bot}/readyz") as response:
                return response.status == HTTPStatus.OK
        except aiohttp.ClientError:
            return False

    async def deliver(
        self, bot: str, *, rate: float, seconds: float, threads: int, opened: float, wait: float
    ) -> list[Turn]:
        """Deliver `rate` mentions a second to so many threads, and wait for the acknowledgments alone.

        The threads are begun before, `opened` a second, by turns that are not returned. The model has its first token
        `wait` seconds after it is asked: until then, what follows in a thread is queued.
        """
        first = len(self.turns)
        async with asyncio.TaskGroup() as group:
            for number in range(threads + round(rate * seconds)):
                turn = Turn(_now(), wait)
                self.turns.append(turn)
                group.create_task(self._deliver(bot, turn, first + number, thread=first + number % threads))
                await asyncio.sleep(1 / (opened if number < threads else rate))
        return self.turns[first + threads :]

    async def mention(self, bot: str, *, thread: int | None = None) -> Turn:
        """Deliver a mention, in a new thread or in that of the turn `thread`; return it when it is over.

        Raises `TimeoutError`.
        """
        turn, number = Turn(_now(), FIRST_TOKEN), len(self.turns)
        self.turns.append(turn)
        self._latest[number if thread is None else thread] = number
        async with asyncio.timeout(PATIENCE):
            await self._deliver(bot, turn, number, thread=thread)
            await turn.is_over.wait()
        return turn

    async def offer(self, bots: Sequence[str], *, rate: float, seconds: float, wait: float = FIRST_TOKEN) -> list[Turn]:
        """Deliver `rate` mentions a second, evenly, however slow the bot is; return the turns when they are over.

        Where `bots` are several addresses, as behind a balancer, they take turns.

        Each begins a thread; the model waits `wait` seconds before the first token. Over are turns whose answer has
        ended, deliveries that were refused, and whatever is left a minute after the last delivery.
        """
        start, first, count = _now(), len(self.turns), round(rate * seconds)
        self.most_asked = 0
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                turn = Turn(start + number / rate, wait)
                self.turns.append(turn)
                await asyncio.sleep(turn.due - _now())
                group.create_task(self._deliver(bots[number % len(bots)], turn, first + number))
        offered = self.turns[first:]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                for turn in offered:
                    if turn.acknowledged < inf:
                        await turn.is_over.wait()
        return offered

    async def _deliver(self, bot: str, turn: Turn, number: int, *, thread: int | None = None) -> None:
        """Deliver a mention as Slack does, signed. It begins a thread, or follows in that of the turn `thread`."""
        opens = thread is None or thread == number
        event = {
            "type": "app_mention",
            "user": f"U{number % PEOPLE:05}",
            "team": TEAM,
            "text": f"<@{BOT}> turn {number}, first token after {round(turn.wait * 1000)} ms",
            "ts": f"{ROOT + number}.000100",
            "event_ts": f"{ROOT + number}.000100",
            "channel": f"C{(number if opens else thread or 0) % CHANNELS:05}",
            "channel_type": "channel",
        } | ({} if opens else {"thread_ts": f"{ROOT + (thread or 0)}.000100"})
        body = json.dumps(
            {
                "type": "event_callback",
                "team_id": TEAM,
                "api_app_id": "A0BENCH",
                "event": event,
                "event_id": f"Ev{number:08}",
                "event_time": ROOT + number,
                "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            }
        )
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body) or "",
        }
        turn.sent = _now()
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):  # then it stays unacknowledged
            async with self._session.post(f"{bot}/slack/events", data=body, headers=headers) as response:
                if response.status == HTTPStatus.OK:
                    turn.acknowledged = _now()

    async def _on_request(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        if request.path == "/v1/messages":
            return await self._answer(request, body)
        is_json = "json" in request.content_type
        fields = dict(request.query) | (json.loads(body) if is_json else dict(parse_qsl(body.decode())))
        method = self._methods.get(request.path.removeprefix("/api/"))
        if method is None:
            return web.json_response({"ok": False, "error": "unknown_method"})
        return web.json_response({"ok": True, **method(fields)})

    # The model

    async def _answer(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        """Answer a turn as it was told to: as a stream, or whole after the time that a stream would have taken."""
        number, milliseconds = (int(group) for group in _ASKED.findall(body)[-1])
        turn = self.turns[number]
        turn.asked = _now()
        self._asked += 1
        self.most_asked = max(self.most_asked, self._asked)
        try:
            first = turn.asked + milliseconds / 1000
            if json.loads(body).get("stream"):
                return await _stream(request, turn, first)
            turn.spoken = first
            await _until(first + TOKEN_EVERY * len(TOKENS))
            turn.written = _now()
            return web.json_response(_message(content=[{"type": "text", "text": ANSWER}], stop_reason="end_turn"))
        finally:
            self._asked -= 1

    # Slack

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": "https://bench.slack.com/", "team": "Bench", "team_id": TEAM, "user_id": BOT, "bot_id": "B0BOT"}

    def _start_stream(self, fields: dict[str, Any]) -> dict[str, Any]:
        number = self._answered(fields["thread_ts"])
        self.turns[number].show(_streamed(fields))
        return {"channel": fields["channel"], "ts": f"{REPLY + number}.000200"}

    def _append_stream(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._replied(fields).show(_streamed(fields))
        return {"channel": fields["channel"], "ts": fields["ts"]}

    def _stop_stream(self, fields: dict[str, Any]) -> dict[str, Any]:
        turn = self._replied(fields)
        turn.show(_streamed(fields))
        turn.end()
        return {"channel": fields["channel"], "ts": fields["ts"]}

    def _post_message(self, fields: dict[str, Any]) -> dict[str, Any]:
        number = self._answered(fields["thread_ts"])
        self.turns[number].show(fields["text"])
        self.turns[number].end()
        return {"channel": fields["channel"], "ts": f"{REPLY + number}.000200"}

    def _update(self, fields: dict[str, Any]) -> dict[str, Any]:
        turn = self._replied(fields)
        turn.text = ""
        turn.show(fields["text"])
        turn.end()
        return {"channel": fields["channel"], "ts": fields["ts"], "text": fields["text"]}

    def _replies(self, fields: dict[str, Any]) -> dict[str, Any]:
        """List the answer, if it has begun: a second try of a turn looks for what the first one left."""
        number = self._answered(fields["ts"])
        answer = {"type": "message", "ts": f"{REPLY + number}.000200", "bot_id": "B0BOT", "user": BOT}
        return {"messages": [answer] if self.turns[number].text else [], "has_more": False}

    def _answered(self, thread_ts: str) -> int:
        number = _number(thread_ts, ROOT)
        return self._latest.get(number, number)

    def _replied(self, fields: dict[str, Any]) -> Turn:
        return self.turns[_number(fields["ts"], REPLY)]


def _streamed(fields: dict[str, Any]) -> str:
    """Return the text of a stream's piece: chunks, which a form holds as JSON, or plain."""
    chunks = fields.get("chunks") or []
    chunks = json.loads(chunks) if isinstance(chunks, str) else chunks
    return str(fields.get("markdown_text", "")) + "".join(chunk.get("text", "") for chunk in chunks)


def _number(ts: str, base: int) -> int:
    return int(ts.partition(".")[0]) - base


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - _now()))


async def _stream(request: web.BaseRequest, turn: Turn, first: float) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "request-id": "req_bench"})
    await _until(first)
    with contextlib.suppress(ConnectionResetError):  # the bot was ended, with turns under way
        await response.prepare(request)
        turn.spoken = _now()
        await response.write(_OPENING + _DELTAS[0])
        for number, delta in enumerate(_DELTAS[1:], 1):
            await _until(first + number * TOKEN_EVERY)
            await response.write(delta)
        await response.write(_CLOSING)
        turn.written = _now()
    return response


def _message(**fields: object) -> dict[str, Any]:
    usage = {"input_tokens": 100, "output_tokens": len(TOKENS)}
    message = {"id": "msg_bench", "type": "message", "role": "assistant", "model": "claude-haiku-5-5", "content": []}
    return message | {"stop_reason": None, "stop_sequence": None, "usage": usage} | fields


def _frame(event: str, **data: object) -> bytes:
    return f"event: {event}\ndata: {json.dumps({'type': event, **data})}\n\n".encode()


_OPENING = _frame("message_start", message=_message()) + _frame(
    "content_block_start", index=0, content_block={"type": "text", "text": ""}
)
_DELTAS = tuple(_frame("content_block_delta", index=0, delta={"type": "text_delta", "text": text}) for text in TOKENS)
_CLOSING = (
    _frame("content_block_stop", index=0)
    + _frame(
        "message_delta",
        delta={"stop_reason": "end_turn", "stop_sequence": None},
        usage={"input_tokens": 100, "output_tokens": len(TOKENS)},
    )
    + _frame("message_stop")
)


@contextlib.asynccontextmanager
async def lateness() -> AsyncIterator[list[float]]:
    """Collect how late the world's own loop is, in seconds, while the block runs: what it adds to each figure."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = _now() + TOKEN_EVERY
            await _until(due)
            late.append(_now() - due)

    watching = asyncio.create_task(watch(), name="lateness")
    try:
        yield late
    finally:
        watching.cancel()
