from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import stamina
from anthropic import AsyncAnthropic
from pydantic import BaseModel

from bot.calls import Purpose
from bot.claude.catalog import ModelCard, lookup
from bot.claude.client import CallDeadlines, Claude, connect
from bot.claude.retry import TRIES
from bot.core.domain.message import Role
from bot.core.ports import Request, Turn
from bot.errors import ModelMisconfiguredError, ModelUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

ASKING = Request(Purpose.ANSWER, (Turn(Role.USER, "How are you?"),), max_output=100, person="T1/U1")
START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 1},
    },
}
BLOCK = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
TEXT = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Fine."}}
END = {
    "type": "message_delta",
    "delta": {"stop_reason": "end_turn", "stop_sequence": None},
    "usage": {"output_tokens": 7},
}


def unseen(_piece: str) -> None:
    """Take a piece whose whereabouts the test does not ask for."""


class Form(BaseModel):
    item: int


@pytest.fixture(autouse=True)
def tries_without_pause() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=TRIES, cap=True):
        yield


def events(*payloads: Any) -> bytes:
    """Write a stream of events; a payload that is no event is sent under the name of one."""
    names = [payload["type"] if isinstance(payload, dict) else "message_delta" for payload in payloads]
    return b"".join(
        f"event: {name}\ndata: {json.dumps(payload)}\n\n".encode()
        for name, payload in zip(names, payloads, strict=True)
    )


@asynccontextmanager
async def connected(answer: Callable[[httpx2.Request], httpx2.Response]) -> AsyncIterator[Claude]:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    async with connect(api_key="key", model="claude-haiku-5-5", http_client=client) as claude:
        yield claude


def streaming(body: bytes) -> Callable[[httpx2.Request], httpx2.Response]:
    return lambda _: httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)


def saying(fields: dict[str, Any], status: int = 200) -> Callable[[httpx2.Request], httpx2.Response]:
    return lambda _: httpx2.Response(status, json=fields)


async def written(body: bytes) -> tuple[str, list[str]]:
    pieces: list[str] = []
    async with connected(streaming(body)) as claude:
        completion = await claude.write(ASKING, pieces.append)
    return completion.text, pieces


async def test_a_whole_stream_is_an_answer() -> None:
    assert await written(events(START, BLOCK, TEXT, END)) == ("Fine.", ["Fine."])


async def test_unknown_events_are_passed_over() -> None:
    stray = {"type": "weather_report", "sky": "blue"}

    assert await written(events(stray, START, BLOCK, stray, TEXT, END)) == ("Fine.", ["Fine."])


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
async def test_only_line_ends_part_events(line_end: bytes) -> None:
    text = "one\u2028two\x85three"
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    body = events(START, BLOCK, delta, END).replace(json.dumps(text).encode(), f'"{text}"'.encode())
    assert await written(body.replace(b"\n", line_end)) == (text, [text])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome to our network! Please log in.</html>",
        b"event: message_start\ndata: \xff\xfe\n\n",
        events(END),
        events(START),
        events(START, BLOCK),
        events(START, {"type": "content_block_delta", "index": 3, "delta": {"type": "text_delta", "text": "x"}}),
        events(START, BLOCK, {"type": "content_block_delta", "index": 0}),
        events(START, BLOCK, {"type": "message_delta"}),
        events(None),
        events(START, None),
        events(START, ["a list"]),
        events({"type": "message_start"}),
    ],
)
async def test_a_malformed_stream_is_no_answer(body: bytes) -> None:
    with pytest.raises(ModelUnavailableError):
        await written(body)


async def test_usage_is_the_streams_last_word() -> None:
    async with connected(streaming(events(START, BLOCK, TEXT, END))) as claude:
        call = (await claude.write(ASKING, unseen)).call

    assert (call.input_tokens, call.output_tokens, call.cache_read_tokens, call.cache_write_tokens) == (11, 7, 0, 0)


async def test_nothing_is_sent_before_asking() -> None:
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return streaming(events(START, BLOCK, TEXT, END))(request)

    async with connected(answer) as claude:
        assert sent == []
        await claude.write(ASKING, unseen)

    assert [str(request.url) for request in sent] == ["https://api.anthropic.com/v1/messages"]
    assert sent[0].headers["authorization"] == "Bearer key"


async def test_a_card_without_forms_sends_none() -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        pytest.fail("asked")

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    async with AsyncAnthropic(api_key="key", http_client=client) as anthropic:
        card = replace(lookup("claude-haiku-5-5"), structured_outputs=False)
        with pytest.raises(ModelMisconfiguredError):
            await Claude(anthropic, card, CallDeadlines()).fill(ASKING, Form)


async def test_an_unlisted_model_is_asked_plainly() -> None:
    sent: list[dict[str, Any]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content))
        return streaming(events(START, BLOCK, TEXT, END))(request)

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    async with AsyncAnthropic(api_key="key", http_client=client) as anthropic:
        await Claude(anthropic, ModelCard.unknown("claude-next"), CallDeadlines()).write(ASKING, unseen)

    assert sent[0]["model"] == "claude-next"
    assert not {"thinking", "temperature", "output_config"} & sent[0].keys()


async def test_a_model_not_offered_is_named() -> None:
    body = {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-haiku-5-5"}}
    async with connected(saying(body, 404)) as claude:
        finding = await claude.check()

    assert not finding.ok
    assert finding.sentence == "Claude does not offer claude-haiku-5-5 to this API key."
    assert "CLAUDE_MODEL" in finding.remedy


async def test_a_retired_model_fails_the_check() -> None:
    async with connected(saying({"id": "claude-haiku-5-5", "lifecycle": "retired", "retires_at": None})) as claude:
        finding = await claude.check()

    assert not finding.ok
    assert finding.sentence == "Claude accepts the API key; claude-haiku-5-5 is retired."


async def test_another_server_fails_the_check() -> None:
    async with connected(lambda _: httpx2.Response(200, text="<html>Welcome!</html>")) as claude:
        finding = await claude.check()

    assert not finding.ok
    assert "ANTHROPIC_BASE_URL" in finding.remedy
