"""Tests of the events of a streamed answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.claude.events import events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence


class Chunks:
    """A response whose body comes in chunks."""

    def __init__(self, chunks: Sequence[bytes]) -> None:
        self._chunks = chunks
        self.http_response = httpx2.Response(200, request=httpx2.Request("POST", "http://localhost"))

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield them."""
        for chunk in self._chunks:
            yield chunk


async def read(body: bytes, cut: int = 0) -> list[Any]:
    """Return the events of a body that comes in two chunks."""
    chunks: Any = Chunks([body[:cut], body[cut:]])
    return [event async for event in events(chunks)]


@given(
    value=st.text() | st.integers() | st.floats(allow_nan=False) | st.lists(st.none() | st.booleans(), max_size=2),
    is_ascii=st.booleans(),
    cut=st.integers(0, 40),
)
@example(value="half of a pair: \ud83d", is_ascii=True, cut=3)
async def test_any_json_is_read_whole(value: Any, *, is_ascii: bool, cut: int) -> None:
    event = {"type": "ping", "value": value}
    line = json.dumps(event, ensure_ascii=is_ascii).encode()
    assert await read(b"event: ping\ndata: " + line + b"\n\n", cut) == [event]


@pytest.mark.parametrize("data", [b"{", b'{"type":"ping"', b'{"type":"\xff"}', b"word", b""])
async def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        await read(b"data: " + data + b"\n")


async def test_an_error_event_is_raised() -> None:
    with pytest.raises(anthropic.APIStatusError):
        await read(b'data: {"type": "error", "error": {"type": "overloaded_error"}}\n')


def piece(text: object, kind: str = "text_delta") -> dict[str, Any]:
    """Return the event of a piece of text."""
    return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, "text": text}}


def lines(*told: object) -> bytes:
    """Return events as the API writes them."""
    return b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in told)


async def test_pieces_of_text_that_arrive_together_are_one() -> None:
    other, odd = {"type": "content_block_stop", "index": 0}, piece(None)
    body = lines(piece("a"), piece("b"), other, piece("c"), odd, piece("d"), piece("e", "other"), piece("f"))
    one, two, three, four = piece("ab"), piece("c"), piece("d"), piece("f")
    assert await read(body, cut=len(body)) == [one, other, two, odd, three, piece("e", "other"), four]


async def test_text_before_an_error_is_not_lost() -> None:
    chunks: Any = Chunks([lines(piece("a"), piece("b"), {"type": "error", "error": {}}, piece("c"))])
    came = events(chunks)
    assert await anext(came) == piece("ab")
    with pytest.raises(anthropic.APIStatusError):
        await anext(came)
