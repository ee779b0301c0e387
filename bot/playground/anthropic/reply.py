"""What a local model is asked, and the events of its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from bot.playground.anthropic.blocks import Json, all_blocks, blocks_of
from bot.playground.anthropic.server_tools import ServerCall, ServerResult, ServerTools

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


@dataclass(frozen=True, slots=True)
class ToolUseResult:
    """What a tool that the client ran has answered; `text` is the text of its `content`."""

    id: str
    content: list[Json]
    is_error: bool

    @property
    def text(self) -> str:
        """The text of all blocks, search results included."""
        found = [blocks_of(block["content"]) if block["type"] == "search_result" else [block] for block in self.content]
        return "\n".join(text for blocks in found for text in _texts(blocks))


@dataclass(frozen=True)
class ModelRequest:
    """A valid request to the Messages API: its body as received, and its headers by lower-case name."""

    body: Json
    headers: Mapping[str, str]

    @property
    def system(self) -> list[str]:
        """Return the texts of the system prompt, block by block."""
        return _texts(self.body.get("system") or [])

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Return the role and text of every turn, oldest first; notices of the role `system` are none."""
        return [(message["role"], "\n".join(_texts(message["content"]))) for message in self._said]

    @property
    def _said(self) -> list[Json]:
        return [message for message in self.body["messages"] if message["role"] != "system"]

    @property
    def text(self) -> str:
        """Return the text of the newest turn."""
        return self.turns[-1][1]

    @property
    def question(self) -> str:
        """Return what people wrote since the last whole answer: in a round with tools, what all of it is about."""
        begin = 0
        for number, message in enumerate(self._said):
            blocks = blocks_of(message["content"])
            if message["role"] == "user" and not any(block["type"] == "tool_result" for block in blocks):
                begin = number
        return "\n".join(text for role, text in self.turns[begin:] if role == "user" and text)

    @property
    def tools(self) -> dict[str, Json]:
        """Return the tools that the request declares, by name, in its order."""
        return {tool["name"]: tool for tool in self.body.get("tools") or []}

    @property
    def tool_results(self) -> list[ToolUseResult]:
        """Return what the newest turn answers to tool calls, in its order."""
        found = [block for block in blocks_of(self._said[-1]["content"]) if block["type"] == "tool_result"]
        return [
            ToolUseResult(block["tool_use_id"], blocks_of(block.get("content") or []), bool(block.get("is_error")))
            for block in found
        ]

    @cached_property
    def server(self) -> ServerTools:
        """The tools that the server runs by itself: `server.search(query)` and `server.fetch(url)` return an event."""
        return ServerTools(self.body)

    @property
    def results(self) -> list[Json]:
        """Return the search results, those of tools included, in the order that citations number them."""
        return [block for block in all_blocks(self.body["messages"]) if block["type"] == "search_result"]

    @property
    def attachments(self) -> list[Json]:
        """Return the images and documents of the newest turn."""
        blocks = blocks_of(self._said[-1]["content"])
        return [block for block in blocks if block["type"] in ("image", "document")]

    def citing(self, result: int, start: int = 0, end: int = 0) -> CitationDelta:
        """Return a citation of blocks `start` to `end` (exclusive; by default one block) of a search result."""
        cited = self.results[result]
        end = end or start + 1
        text = "".join(part["text"] for part in cited["content"][start:end])
        place = {"search_result_index": result, "start_block_index": start, "end_block_index": end}
        origin = {"source": cited["source"], "title": cited["title"], "cited_text": text}
        return CitationDelta({"type": "search_result_location"} | place | origin)

    def citing_web(self, call: ServerCall, quote: str, number: int = 0) -> CitationDelta:
        """Return a citation of a search's result by its number, or of a fetched page; `quote` is what it says there."""
        return CitationDelta(self.server.citation(call, quote, number))

    @property
    def schema(self) -> Json | None:
        """Return the JSON schema that the answer must match, if the request has one."""
        form = (self.body.get("output_config") or {}).get("format")
        return form["schema"] if form else None


def _texts(content: str | list[Json]) -> list[str]:
    return [block["text"] for block in blocks_of(content) if block["type"] == "text"]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of text."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class CitationDelta:
    """The source of the text just written; `fields` as `citing` returns them."""

    fields: Json


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call of one of the client's tools, streamed in fragments.

    `input` may be text: as it is sent, JSON or not. The call stays open until the next event, so that a fault after it
    breaks the stream inside it. Without an `id` it gets one.
    """

    name: str
    input: Mapping[str, Any] | str = field(default_factory=dict)
    id: str = ""

    @property
    def written(self) -> str:
        """The input as it is sent."""
        return self.input if isinstance(self.input, str) else json.dumps(self.input, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class BlockStop:
    """Ends the current content block; text that follows starts another one."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Starts the stream, if it hasn't started, without any content."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Replaces fields of the message's `usage`."""

    fields: Json


@dataclass(frozen=True, slots=True)
class MessageStop:
    """Ends the message with a `stop_reason` other than the usual one. `category` belongs to a refusal.

    Usual is `tool_use` after tool calls, `pause_turn` if only calls of the server's are open, else `end_turn`.
    """

    reason: str
    category: str | None = None


class StreamFault(Enum):
    """How a stream can break; nothing follows."""

    CUT = "the connection is cut"
    END = "the stream ends without message_stop; as the first event, without anything"
    CORRUPT = "a chunk is not JSON"


Event = (
    TextDelta
    | ThinkingDelta
    | CitationDelta
    | ToolUse
    | ServerCall
    | ServerResult
    | BlockStop
    | Ping
    | Usage
    | MessageStop
    | StreamFault
)


class Responder(Protocol):
    """A model behind the local Messages API."""

    def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer a request, event by event; the end of the generator ends the message as is usual.

        May raise `MessagesApiError` at any point. The generator is closed early if the client disconnects or
        `max_tokens` is reached.
        """
