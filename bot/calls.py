"""Calls to the model: what each was for, and what it used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MICROS = 1_000_000  # millionths of a dollar in one
STOPPED = ("CancelledError", "ModelStoppedError")  # outcomes of calls that a person or a shutdown stopped


class Purpose(StrEnum):
    """What a call to the model is for, where it is not a command of its own; each has its own prompt file."""

    ANSWER = "answer"
    SUMMARIZE = "summarize"
    CODE = "code"
    CLASSIFY = "classify"
    CONDENSE = "condense"
    DIGEST = "digest"
    CATEGORIES = "categories"
    TRIAGE = "triage"
    KNOWLEDGE = "knowledge"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the model, as the ledger keeps it. Tokens are the API's own counts; times are in milliseconds.

    `input_tokens` are those billed in full: what came from the cache (`cache_read_tokens`) or went into it
    (`cache_write_tokens`) is counted apart. `outcome` is "ok" or the name of the error's class. `is_batch`: the model
    had its own time for it, at half the price. `cost_micros` is in millionths of a dollar, rounded up; None where the
    model's price is unknown. `turn` is the same for all calls of what someone asked for, "" where no one did.
    `web_searches` and `web_fetches` are those of the API itself; each search costs a fee.
    """

    purpose: str  # a `Purpose`, or the name of the command that it answers
    model: str
    started_at: datetime
    latency_ms: int
    first_token_ms: int | None
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    stop_reason: str | None
    request_id: str | None
    outcome: str
    is_batch: bool = False
    cost_micros: int | None = None
    turn: str = ""
    web_searches: int = 0
    web_fetches: int = 0

    @property
    def dollars(self) -> float | None:
        """Return what it cost in dollars; None where the model's price is unknown."""
        return None if self.cost_micros is None else self.cost_micros / MICROS
