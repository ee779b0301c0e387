"""One call to the API while it runs: what has arrived, how long it took, what it cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from anthropic.types import Message, RawMessageStreamEvent

from bot.core.ports import Call, Purpose

COUNTS = {"input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"}


@dataclass(slots=True)
class Exchange:
    """A call in flight. `sink` gets the text as it arrives; without one nobody sees it before it is whole.

    `message` holds usage and stop reason; None until the API began to answer.
    """

    purpose: Purpose
    model: str
    sink: Callable[[str], None] | None = None
    message: Message | None = field(default=None, repr=False)
    request_id: str | None = None
    pieces: list[str] = field(default_factory=list, repr=False)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _started: float = field(default_factory=monotonic)
    _first_token: float | None = None

    def restart(self) -> None:
        """Forget a try that failed: each try is a call of its own."""
        self.message = self.request_id = self._first_token = None
        self.pieces.clear()
        self.started_at, self._started = datetime.now(UTC), monotonic()

    def follow(self, event: RawMessageStreamEvent) -> None:
        """Take in an event of the stream."""
        if event.type == "content_block_delta":
            if event.delta.type == "text_delta" and event.delta.text:
                self.take(event.delta.text)
        elif event.type == "message_start":
            self.message = event.message
        elif event.type == "message_delta" and self.message is not None:
            self.message.stop_reason = event.delta.stop_reason
            # Totals, not differences; what is absent stands as it was.
            counts = event.usage.model_dump(include=COUNTS, exclude_none=True)
            self.message.usage = self.message.usage.model_copy(update=counts)

    def take(self, text: str) -> None:
        """Keep a piece of text and hand it on."""
        if self._first_token is None:
            self._first_token = monotonic()
        self.pieces.append(text)
        if self.sink is not None:
            self.sink(text)

    @property
    def text(self) -> str:
        """All of the text so far, of every text block."""
        return "".join(self.pieces)

    @property
    def shown(self) -> str:
        """What the sink got of it."""
        return "" if self.sink is None else self.text

    @property
    def stop_reason(self) -> str | None:
        """Why the model stopped; None while it has not."""
        return self.message.stop_reason if self.message is not None else None

    def call(self, outcome: str = "ok") -> Call:
        """Write the call down for the ledger. Tokens are zero where the API did not get as far as counting them."""
        usage = self.message.usage if self.message is not None else None
        first = self._first_token
        return Call(
            purpose=self.purpose,
            model=self.model,
            started_at=self.started_at,
            latency_ms=_milliseconds(monotonic() - self._started),
            first_token_ms=_milliseconds(first - self._started) if first is not None else None,
            input_tokens=usage.input_tokens if usage else 0,
            output_tokens=usage.output_tokens if usage else 0,
            cache_read_tokens=(usage.cache_read_input_tokens or 0) if usage else 0,
            cache_write_tokens=(usage.cache_creation_input_tokens or 0) if usage else 0,
            stop_reason=self.stop_reason,
            request_id=self.request_id,
            outcome=outcome,
        )


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
