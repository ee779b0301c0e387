"""One call to the API while it runs: what has arrived, how long it took, what it cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from bot import turn
from bot.calls import Call
from bot.claude.blocks import Blocks
from bot.claude.prices import micros
from bot.core.ports.model import NO_LISTENERS, Completion, Listeners

# Stop reasons with which an answer goes on: it waits for our tools, or for the next request.
GOES_ON = {"tool_use", "pause_turn"}
COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


@dataclass(slots=True)
class ModelCall:
    """A call in flight. `on_text` gets the text as it arrives; without it, no one sees the text before it is whole.

    `listeners` get what is never part of the answer, such as the thinking. `counts` are the API's, by its own names;
    empty until it began to answer. `stop_reason` is None until it stopped. `failure` is the attempt that failed last,
    as the ledger keeps it. `blocks` are kept where the request has tools, or passages; `before` are those of the rounds
    before this call, as JSON, and `documents` is how many files the request has. `searches` and `fetches` are the API's
    own.
    """

    purpose: str
    model: str
    on_text: Callable[[str], None] | None = None
    listeners: Listeners = NO_LISTENERS
    counts: dict[str, int] = field(default_factory=dict)
    stop_reason: str | None = None
    request_id: str | None = None
    pieces: list[str] = field(default_factory=list, repr=False)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    failure: Call | None = None
    is_batch: bool = False
    has_blocks: bool = False
    before: tuple[str, ...] = ()
    documents: int = 0
    blocks: Blocks | None = None
    searches: int = 0
    fetches: int = 0
    _started: float = field(default_factory=monotonic)
    _first_token: float | None = None
    _made: Call | None = None  # what became of it, once it is over

    def restart(self) -> None:
        """Reset after a failed attempt: each attempt is a call of its own."""
        self.stop_reason = self.request_id = self._first_token = self.failure = self._made = None
        self.searches = self.fetches = 0
        if self.blocks is not None:
            self.blocks.break_off()
        self.blocks = None
        if self.has_blocks:
            self.blocks = Blocks(self.listeners, self.pieces, self.take, self.before, self.documents)
        self.counts.clear()
        self.pieces.clear()
        self.started_at, self._started = datetime.now(UTC), monotonic()

    def follow(self, event: Any) -> None:  # noqa: ANN401 (JSON, as the API sent it)
        """Apply an event of the stream. Raises `LookupError`, `TypeError` or `ValueError` where it is malformed."""
        kind = event["type"]
        if kind == "content_block_delta" and event["delta"]["type"] == "text_delta":
            if text := event["delta"]["text"]:
                self.take(text)
        elif kind.startswith("content_block"):
            self._follow_block(event)
        elif kind == "message_start":
            self._count(event["message"]["usage"])
        elif kind == "message_delta" and self.counts:
            self.stop_reason = event["delta"]["stop_reason"]
            self._count(event["usage"])

    def _follow_block(self, event: Any) -> None:  # noqa: ANN401 (as above)
        if self.blocks is not None:
            self.blocks.follow(event)
        if self.listeners.thinking is not None and event["type"] == "content_block_delta":
            delta = event["delta"]
            if delta["type"] == "thinking_delta" and delta["thinking"]:
                self.listeners.thinking(delta["thinking"])

    def _count(self, usage: dict[str, Any]) -> None:
        """Set totals, not differences: absent ones stay as they were."""
        self.counts |= {name: int(usage[name]) for name in COUNTS if usage.get(name) is not None}
        if searched := usage.get("server_tool_use"):
            self.searches = int(searched.get("web_search_requests") or 0)
            self.fetches = int(searched.get("web_fetch_requests") or 0)

    def take(self, text: str) -> None:
        """Keep a piece of text and pass it on."""
        if self._first_token is None:
            self._first_token = monotonic()
        self.pieces.append(text)
        if self.on_text is not None:
            self.on_text(text)

    @property
    def text(self) -> str:
        """All of the text so far, of every text block."""
        return "".join(self.pieces)

    @property
    def goes_on(self) -> bool:
        """Whether the answer is not over: it waits for our tools, or paused."""
        return self.stop_reason in GOES_ON and self.blocks is not None

    def completion(self) -> Completion:
        """Return what the model wrote, when it has stopped."""
        cut = self.stop_reason == "max_tokens"
        if self.blocks is None or not self.goes_on:
            return Completion(self.text, cut, self.call())
        return Completion(
            self.text,
            cut,
            self.call(),
            tool_calls=self.blocks.calls if self.stop_reason == "tool_use" else (),
            is_paused=self.stop_reason == "pause_turn",
            takes_only_results=self.blocks.is_searching,
            content=self.blocks.content,
        )

    @property
    def shown(self) -> str:
        """The text that `on_text` received."""
        return "" if self.on_text is None else self.text

    def call(self, outcome: str = "ok") -> Call:
        """Return the call for the ledger. Tokens are zero if the API did not get as far as counting them.

        Searches are counted by the API at the end; those of an answer that was stopped are paid for, too, so they are
        counted as they came, and what they found is estimated.
        """
        if self._made is not None and outcome == self._made.outcome:
            return self._made
        first, seen = self._first_token, self.blocks
        found = seen.found_tokens if seen is not None and self.stop_reason is None else 0
        call = Call(
            purpose=self.purpose,
            model=self.model,
            started_at=self.started_at,
            latency_ms=_milliseconds(monotonic() - self._started),
            first_token_ms=_milliseconds(first - self._started) if first is not None else None,
            input_tokens=self.counts.get("input_tokens", 0) + found,
            output_tokens=self.counts.get("output_tokens", 0),
            cache_read_tokens=self.counts.get("cache_read_input_tokens", 0),
            cache_write_tokens=self.counts.get("cache_creation_input_tokens", 0),
            stop_reason=self.stop_reason,
            request_id=self.request_id,
            outcome=outcome,
            is_batch=self.is_batch,
            turn=turn.request(),
            web_searches=max(self.searches, seen.searches if seen else 0),
            web_fetches=max(self.fetches, seen.fetches if seen else 0),
        )
        self._made = replace(call, cost_micros=micros(call))
        return self._made


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
