"""Reads the events of a streamed answer. By the SDK's own decoder that was a twentieth of a turn's computing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anthropic
from pydantic_core import from_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anthropic import AsyncAPIResponse

DATA = b"data:"


async def events(response: AsyncAPIResponse[Any]) -> AsyncIterator[Any]:
    """Read a stream of server-sent events as JSON, to its end; https://docs.claude.com/en/docs/build-with-claude/streaming.

    The API puts each event's data on one line, with its type in it, so other lines tell nothing more. Raises what the
    SDK raises for an event that is an error, `ValueError` for data that are no JSON, and what the transport raises.
    """
    begun = b""
    async for chunk in response.iter_bytes():
        *lines, begun = (begun + chunk).split(b"\n")
        for line in lines:
            if line.startswith(DATA):
                yield read(line, response)
    if begun.startswith(DATA):
        yield read(begun, response)


def read(line: bytes, response: AsyncAPIResponse[Any]) -> Any:  # noqa: ANN401 (JSON, as the API sent it)
    """Return a line's event. Raises `APIStatusError` where it is an error, as the SDK does."""
    data = line[len(DATA) :]
    try:
        event = from_json(data)  # five times faster than `json`
    except ValueError:
        event = json.loads(data.decode())  # which takes half of a pair of surrogates, too
    if isinstance(event, dict) and event.get("type") == "error":
        raise anthropic.APIStatusError(str(event), response=response.http_response, body=event)
    return event
