"""The metrics at /metrics, in Prometheus's format.

No label has more values than the code has names. The counters are this process's; the gauges of work are the
database's, and so the same on each replica.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.calls import STOPPED

if TYPE_CHECKING:
    from bot.calls import Call
    from bot.work import Inbox

SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._deliveries = self._counter("deliveries", "Deliveries from Slack that became jobs.", "kind", "outcome")
        self._turn = self._histogram(
            "turn_seconds", "Duration of a job's attempts, pauses included.", "kind", "outcome"
        )
        self._call = self._histogram(
            "model_call_seconds", "Duration of calls to the model, each attempt.", "purpose", "outcome"
        )
        self._first = self._histogram("model_first_token_seconds", "Time to a call's first token.", "purpose")
        self._tokens = self._counter("model_tokens", "Tokens as the API counts them.", "purpose", "kind")
        self._slack = self._counter("slack_calls", "Calls to Slack's Web API.", "method", "status")
        self._short = self._counter(
            "slack_budget_short", "Calls that exceeded Slack's rate limits.", "method", "outcome"
        )
        self._trackers = self._counter("tracker_events", "What trackers sent.", "source", "outcome")
        self._readers = self._counter("readers_ended", "Processes that were ended while reading a file.", "cause")
        self._work = Gauge("parley_work", "Jobs in the database.", ["status"], registry=self._registry)
        self._running = Gauge("parley_turns_running", "Jobs that run in this process.", registry=self._registry)

    def accepted(self, kind: str, *, is_new: bool) -> None:
        """Count an accepted delivery."""
        self._deliveries.labels(_name(kind), "new" if is_new else "duplicate").inc()

    def ended(self, kind: str, outcome: str, seconds: float) -> None:
        """Count the end of an attempt: "done", "again" if there will be another one, "failed" for good."""
        self._turn.labels(_name(kind), outcome).observe(seconds)

    def called(self, call: Call) -> None:
        """Count a call to the model."""
        outcome = "stopped" if call.outcome in STOPPED else call.outcome
        self._call.labels(call.purpose, outcome).observe(call.latency_ms / 1000)
        if call.first_token_ms is not None:
            self._first.labels(call.purpose).observe(call.first_token_ms / 1000)
        for kind in ("input", "output", "cache_read", "cache_write"):
            self._tokens.labels(call.purpose, kind).inc(getattr(call, f"{kind}_tokens"))

    def short(self, method: str, outcome: str) -> None:
        """Count a call that exceeded Slack's rate limits: "withheld", "waited", or "refused" by Slack itself."""
        self._short.labels(method, outcome).inc()

    def tracker_event(self, source: str, outcome: str) -> None:
        """Count what came from "github" or another "tracker": "taken", "unsigned" and the like."""
        self._trackers.labels(source, outcome).inc()

    def reader_ended(self, cause: str) -> None:
        """Count a process that did not finish a file, by the cause: "timeout", "SIGABRT" and the like."""
        self._readers.labels(cause).inc()

    def trace(self, base_url: str) -> aiohttp.TraceConfig:
        """Count a session's calls to Slack's methods, by HTTP status; not uploads and files."""

        async def on_end(_session: Any, _context: Any, end: aiohttp.TraceRequestEndParams) -> None:  # noqa: ANN401 (aiohttp's)
            if (url := str(end.url)).startswith(base_url):
                self._slack.labels(url.removeprefix(base_url).partition("?")[0], end.response.status).inc()

        config = aiohttp.TraceConfig()
        config.on_request_end.append(on_end)
        return config

    async def page(self, inbox: Inbox) -> bytes:
        """Return all metrics. Raises what the database raises."""
        counts = await inbox.counts()
        for status in ("ready", "running", "failed"):
            self._work.labels(status).set(getattr(counts, status))
        self._running.set(inbox.running)
        return generate_latest(self._registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"parley_{name}", text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"parley_{name}", text, labels, registry=self._registry, buckets=SECONDS)


def _name(kind: str) -> str:
    return kind.partition(":")[0]
