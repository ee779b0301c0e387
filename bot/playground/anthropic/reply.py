"""The events of a local model's answer, and how they become a message or a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from bot.playground.anthropic.models import ServedModel
from bot.playground.anthropic.rules import Json, blocks_of
from bot.playground.anthropic.usage import InputUsage, count_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


@dataclass(frozen=True, slots=True)
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
        """Return the role and text of every turn, oldest first."""
        return [(message["role"], "\n".join(_texts(message["content"]))) for message in self.body["messages"]]

    @property
    def text(self) -> str:
        """Return the text of the newest turn."""
        return self.turns[-1][1]

    @property
    def results(self) -> list[Json]:
        """Return the search results, in the order that citations number them."""
        blocks = [block for message in self.body["messages"] for block in blocks_of(message["content"])]
        return [block for block in blocks if block["type"] == "search_result"]

    @property
    def attachments(self) -> list[Json]:
        """Return the images and documents of the newest turn."""
        blocks = blocks_of(self.body["messages"][-1]["content"])
        return [block for block in blocks if block["type"] in ("image", "document")]

    def citing(self, result: int, start: int = 0, end: int = 0) -> CitationDelta:
        """Return a citation of blocks `start` to `end` (exclusive; by default one block) of a search result."""
        cited = self.results[result]
        end = end or start + 1
        text = "".join(part["text"] for part in cited["content"][start:end])
        place = {"search_result_index": result, "start_block_index": start, "end_block_index": end}
        origin = {"source": cited["source"], "title": cited["title"], "cited_text": text}
        return CitationDelta({"type": "search_result_location"} | place | origin)

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
    """Ends the message with a `stop_reason` other than `end_turn`. `category` belongs to a refusal."""

    reason: str
    category: str | None = None


class StreamFault(Enum):
    """How a stream can break; nothing follows."""

    CUT = "the connection is cut"
    END = "the stream ends without message_stop; as the first event, without anything"
    CORRUPT = "a chunk is not JSON"


Event = TextDelta | ThinkingDelta | CitationDelta | BlockStop | Ping | Usage | MessageStop | StreamFault


class Responder(Protocol):
    """A model behind the local Messages API."""

    def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer a request, event by event; the end of the generator means `end_turn`.

        May raise `MessagesApiError` at any point. The generator is closed early if the client disconnects or
        `max_tokens` is reached.
        """


def frame(event: str, data: Json) -> bytes:
    """Write one server-sent event."""
    return f"event: {event}\ndata: {json.dumps({'type': event, **data}, ensure_ascii=False)}\n\n".encode()


@dataclass(slots=True)
class Reply:
    """A message under construction. `add` returns the stream's frames, `message` the whole message."""

    facts: ServedModel
    limit: int
    input: InputUsage
    shows_thinking: bool = True
    stop: MessageStop | None = None
    content: list[Json] = field(default_factory=list)
    _is_open: bool = False
    _tokens: dict[str, int] = field(default_factory=lambda: {"text": 0, "thinking": 0})
    _usage: Json = field(default_factory=dict)
    _id: str = field(default_factory=lambda: f"msg_{uuid4().hex}")

    def start(self) -> bytes:
        """Write the frames that open a stream."""
        opening = {**self.message(), "content": [], "stop_reason": None, "stop_sequence": None, "stop_details": None}
        opening["usage"] = {**opening["usage"], "output_tokens": 1}
        return frame("message_start", {"message": opening}) + frame("ping", {})

    def add(self, event: Event) -> bytes:
        """Add an event and return its frames. Text beyond `max_tokens` is cut off and ends the message."""
        match event:
            case TextDelta(text):
                return self._write("text", self._within_limit("text", text))
            case ThinkingDelta(text):
                text = self._within_limit("thinking", text)
                return self._write("thinking", text if self.shows_thinking else "")
            case CitationDelta(fields):
                return self._cite(fields)
            case BlockStop():
                return self._close()
            case Ping():
                return frame("ping", {})
            case Usage(fields):
                self._usage |= fields
            case MessageStop():
                self.stop = event
            case StreamFault():
                raise TypeError("a fault is no part of a message")
        return b""

    def end(self) -> bytes:
        """Write the frames that close a stream."""
        closing = self._close()
        message = self.message()
        delta = {name: message[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
        return closing + frame("message_delta", {"delta": delta, "usage": message["usage"]}) + frame("message_stop", {})

    def message(self) -> Json:
        """Return the message so far, as a response without streaming has it."""
        stop = self.stop or MessageStop("end_turn")
        details = {"type": "refusal", "category": stop.category, "explanation": None}
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self.facts.id,
            "content": self.content,
            "stop_reason": stop.reason,
            "stop_sequence": None,
            "stop_details": details if stop.reason == "refusal" else None,
            "usage": self._count() | self._usage,
        }

    def _count(self) -> Json:
        output = sum(self._tokens.values())
        return {
            **self.input.wire(),
            "output_tokens": max(1, output) if self.limit else 0,
            "output_tokens_details": {"thinking_tokens": self._tokens["thinking"]},
            "service_tier": "standard",
        }

    def _within_limit(self, kind: str, text: str) -> str:
        left = self.limit - sum(self._tokens.values())
        tokens = count_text(text, self.facts)
        if tokens > left:
            text = text[: len(text) * left // tokens]
            tokens = left
            self.stop = MessageStop("max_tokens")
        self._tokens[kind] += tokens
        return text

    def _write(self, kind: str, text: str) -> bytes:
        frames = b""
        if not self._is_open or self.content[-1]["type"] != kind:
            frames = self._close() + self._open(kind)
        self.content[-1][kind] += text
        if text:
            frames += self._delta({"type": f"{kind}_delta", kind: text})
        return frames

    def _cite(self, fields: Json) -> bytes:
        if not self._is_open or self.content[-1]["type"] != "text":
            raise TypeError("only text is cited")
        self.content[-1].setdefault("citations", []).append(fields)
        return self._delta({"type": "citations_delta", "citation": fields})

    def _open(self, kind: str) -> bytes:
        empty = {"type": "text", "text": ""} if kind == "text" else {"type": kind, "thinking": "", "signature": ""}
        self.content.append(empty | ({"signature": uuid4().hex} if kind == "thinking" else {}))
        self._is_open = True
        return frame("content_block_start", {"index": len(self.content) - 1, "content_block": empty})

    def _delta(self, delta: Json) -> bytes:
        return frame("content_block_delta", {"index": len(self.content) - 1, "delta": delta})

    def _close(self) -> bytes:
        if not self._is_open:
            return b""
        self._is_open = False
        frames = b""
        if self.content[-1]["type"] == "thinking":
            frames = self._delta({"type": "signature_delta", "signature": self.content[-1]["signature"]})
        return frames + frame("content_block_stop", {"index": len(self.content) - 1})
