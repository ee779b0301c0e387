"""How the events of a local model's answer become a message or a stream."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bot.playground.anthropic.blocks import Json, roles_and_blocks
from bot.playground.anthropic.models import ServedModel
from bot.playground.anthropic.reply import (
    BlockStop,
    CitationDelta,
    Event,
    MessageStop,
    Ping,
    StreamFault,
    TextDelta,
    ThinkingDelta,
    ToolUse,
    Usage,
)
from bot.playground.anthropic.seal import Prefix, call_id, seal
from bot.playground.anthropic.server_tools import ServerCall, ServerResult
from bot.playground.anthropic.usage import InputUsage, count_text

if TYPE_CHECKING:
    from collections.abc import Sequence

DIRECT = {"caller": {"type": "direct"}}
FRAGMENT = re.compile(r".{1,16}", re.DOTALL)  # of a call's input


def frame(event: str, data: Json) -> bytes:
    """Write one server-sent event."""
    return f"event: {event}\ndata: {json.dumps({'type': event, **data}, ensure_ascii=False)}\n\n".encode()


@dataclass(slots=True)
class Reply:
    """A message under construction. `add` returns the stream's frames, `message` the whole message.

    `overdue` are results of calls that an earlier message left open: the message begins with them. `signatures` are
    those of the turn's thinking so far, in a message that paused.
    """

    facts: ServedModel
    limit: int
    input: InputUsage
    before: list[Json]  # the messages that it answers
    shows_thinking: bool = True
    signatures: list[str] = field(default_factory=list)
    overdue: list[ServerResult] = field(default_factory=list)
    stop: MessageStop | None = None
    content: list[Json] = field(default_factory=list)
    _written: str = ""  # of the open block: text, thinking, or a call's input
    _is_open: bool = False
    _tokens: dict[str, int] = field(default_factory=lambda: {"text": 0, "thinking": 0})
    _results: int = 0  # tokens of what the server looked up
    _server: dict[str, int] = field(default_factory=lambda: {"web_fetch_requests": 0, "web_search_requests": 0})
    _usage: Json = field(default_factory=dict)
    _id: str = field(default_factory=lambda: f"msg_{uuid4().hex}")

    @classmethod
    def to(cls, fields: Json, facts: ServedModel, input_: InputUsage, overdue: Sequence[ServerResult]) -> Reply:
        """Begin the message that answers a valid request."""
        signatures: list[str] = []
        for role, block in roles_and_blocks(fields["messages"]):
            if role != "assistant":
                signatures.clear()
            elif block["type"] == "thinking":
                signatures.append(block["signature"])
        shows_thinking = (fields.get("thinking") or {}).get("display") != "omitted"
        return cls(facts, fields["max_tokens"], input_, fields["messages"], shows_thinking, signatures, list(overdue))

    def start(self) -> bytes:
        """Write the frames that open a stream."""
        stopped = {"stop_reason": None, "stop_sequence": None, "stop_details": None}
        usage = {**self.input.wire(), "output_tokens": 1, "service_tier": "standard"} | self._usage
        message = {**self._head(), "content": [], **stopped, "usage": usage}
        return frame("message_start", {"message": message}) + frame("ping", {})

    def add(self, event: Event) -> bytes:  # noqa: C901, PLR0911 - a case for each event
        """Add an event and return its frames. Text beyond `max_tokens` is cut off and ends the message."""
        overdue = self._answer_overdue()
        match event:
            case TextDelta(text):
                return overdue + self._write("text", self._within_limit("text", text))
            case ThinkingDelta(text):
                return overdue + self._write("thinking", self._within_limit("thinking", text))
            case CitationDelta(fields):
                return overdue + self._cite(fields)
            case ToolUse():
                return overdue + self._call(event)
            case ServerCall():
                return overdue + self._server_call(event)
            case ServerResult():
                return overdue + self._server_result(event)
            case BlockStop():
                return overdue + self._close()
            case Ping():
                return overdue + frame("ping", {})
            case Usage(fields):
                self._usage |= fields
            case MessageStop():
                self.stop = event
            case StreamFault():
                raise TypeError("a fault is no part of a message")
        return overdue

    def end(self) -> bytes:
        """Write the frames that close a stream."""
        closing = self._answer_overdue() + self._close()
        message = self.message()
        delta = {name: message[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
        return closing + frame("message_delta", {"delta": delta, "usage": message["usage"]}) + frame("message_stop", {})

    def message(self) -> Json:
        """End the message, and return it as a response without streaming has it."""
        self._answer_overdue()
        self._close()
        stop = self.stop or MessageStop(self._usual_stop())
        details = {"type": "refusal", "category": stop.category, "explanation": None}
        return {
            **self._head(),
            "content": self.content,
            "stop_reason": stop.reason,
            "stop_sequence": None,
            "stop_details": details if stop.reason == "refusal" else None,
            "usage": self._count() | self._usage,
        }

    def _head(self) -> Json:
        return {"id": self._id, "type": "message", "role": "assistant", "model": self.facts.id}

    def _usual_stop(self) -> str:
        kinds = [block["type"] for block in self.content]
        if "tool_use" in kinds:
            return "tool_use"
        answered = {block["tool_use_id"] for block in self.content if "tool_use_id" in block}
        is_pending = any(block["type"] == "server_tool_use" and block["id"] not in answered for block in self.content)
        return "pause_turn" if is_pending else "end_turn"

    def _count(self) -> Json:
        output = sum(self._tokens.values())
        counted = self.input.wire()
        counted["input_tokens"] += self._results
        return {
            **counted,
            "output_tokens": max(1, output) if self.limit else 0,
            "output_tokens_details": {"thinking_tokens": self._tokens["thinking"]},
            "service_tier": "standard",
            **({"server_tool_use": dict(self._server)} if any(self._server.values()) else {}),
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
            empty = {"type": "text", "text": ""} if kind == "text" else {"type": kind, "thinking": "", "signature": ""}
            frames = self._begin(empty)
        self._written += text
        if kind == "thinking" and not self.shows_thinking:
            return frames
        self.content[-1][kind] += text
        return frames + (self._delta({"type": f"{kind}_delta", kind: text}) if text else b"")

    def _cite(self, fields: Json) -> bytes:
        if not self._is_open or self.content[-1]["type"] != "text":
            raise TypeError("only text is cited")
        self.content[-1].setdefault("citations", []).append(fields)
        return self._delta({"type": "citations_delta", "citation": fields})

    def _call(self, call: ToolUse) -> bytes:
        """Call a tool. The call stays open, so that a stream can break inside it."""
        frames = self._close()
        id_ = call.id or call_id(self.signatures)
        frames += self._begin({"type": "tool_use", "id": id_, "name": call.name, "input": {}, **DIRECT})
        return frames + self._give(call.written)

    def _server_call(self, call: ServerCall) -> bytes:
        frames = self._begin({"type": "server_tool_use", "id": call.id, "name": call.name, "input": {}, **DIRECT})
        frames += self._give(json.dumps(call.input, ensure_ascii=False)) + self._close()
        return frames + (self._server_result(call.result) if call.result and not self.stop else b"")

    def _server_result(self, result: ServerResult) -> bytes:
        block = {"type": f"{result.name}_tool_result", "tool_use_id": result.id, "content": result.content, **DIRECT}
        frames = self._begin(block) + self._close()
        self._results += count_text(json.dumps(result.content, ensure_ascii=False), self.facts)
        if not result.is_error:
            self._server[f"{result.name}_requests"] += 1
        return frames

    def _answer_overdue(self) -> bytes:
        overdue, self.overdue = self.overdue, []
        return b"".join(self._server_result(result) for result in overdue)

    def _give(self, written: str) -> bytes:
        """Write a call's input in fragments, the first one empty."""
        frames = self._delta({"type": "input_json_delta", "partial_json": ""})
        for fragment in FRAGMENT.findall(written):
            self._written += (given := self._within_limit("text", fragment))
            frames += self._delta({"type": "input_json_delta", "partial_json": given})
            if self.stop:
                break
        return frames

    def _begin(self, block: Json) -> bytes:
        frames = self._close()
        self.content.append(dict(block))
        self._written, self._is_open = "", True
        return frames + frame("content_block_start", {"index": len(self.content) - 1, "content_block": block})

    def _delta(self, delta: Json) -> bytes:
        return frame("content_block_delta", {"index": len(self.content) - 1, "delta": delta})

    def _close(self) -> bytes:
        if not self._is_open:
            return b""
        self._is_open = False
        frames, block = b"", self.content[-1]
        if block["type"] == "thinking":
            own = {"role": "assistant", "content": self.content[:-1]}
            prefix = Prefix.of(roles_and_blocks([*self.before, own])).digest
            block["signature"] = seal({"thinking": self._written, "shown": self.shows_thinking, "prefix": prefix})
            self.signatures.append(block["signature"])
            frames = self._delta({"type": "signature_delta", "signature": block["signature"]})
        elif block["type"] in ("tool_use", "server_tool_use"):
            block["input"] = _object(self._written)
        return frames + frame("content_block_stop", {"index": len(self.content) - 1})


def _object(written: str) -> Any:  # noqa: ANN401 - JSON
    """Return a call's input; empty where it is no JSON, or breaks off."""
    try:
        return json.loads(written)
    except ValueError:
        return {}
