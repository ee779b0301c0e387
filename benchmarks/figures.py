"""From moments to figures, from figures to tables."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from math import inf
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Self

from benchmarks.world import FIRST_TOKEN, TOKEN_EVERY, TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.history import Reading
    from benchmarks.world import Turn

PACKAGES = ("aiohttp", "anthropic", "slack-bolt", "slack-sdk", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Span:
    """How long something took: median and 99th percentile, in milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Self:
        """Take the percentiles of at least two spans; infinite ones never came to their end."""
        spans = sorted(seconds)
        if spans[-1] == inf:
            return cls(median(spans) * 1000, inf)
        return cls(median(spans) * 1000, quantiles(spans, n=100, method="inclusive")[98] * 1000)

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p99:.1f}"


@dataclass(frozen=True, slots=True)
class Load:
    """What a bot did at one rate. `turns_per_second` and `cpu` (milliseconds a turn) are of whole answers."""

    name: str
    rate: int
    accept: Span
    request: Span
    text: Span
    answer: Span
    turns_per_second: float
    cpu: float
    refused: int
    lost: int
    late: Span

    @classmethod
    def of(cls, name: str, rate: int, turns: Sequence[Turn], cpu_seconds: float, late: Sequence[float]) -> Self:
        """Work the figures out."""
        ends = sorted(turn.whole for turn in turns if turn.whole < inf)
        return cls(
            name=name,
            rate=rate,
            accept=Span.of(turn.acknowledged - turn.sent for turn in turns),
            request=Span.of(turn.asked - turn.sent for turn in turns),
            text=Span.of(turn.seen - turn.spoken if turn.spoken < inf else inf for turn in turns),
            answer=Span.of(turn.whole - turn.sent for turn in turns),
            turns_per_second=(len(ends) - 1) / (ends[-1] - ends[0]) if len(ends) > 1 else 0,
            cpu=cpu_seconds / len(ends) * 1000 if ends else inf,
            refused=sum(turn.acknowledged == inf for turn in turns),
            lost=sum(turn.acknowledged < inf and turn.whole == inf for turn in turns),
            late=Span.of(late),
        )


@dataclass(frozen=True, slots=True)
class Start:
    """How a bot starts, in seconds, and what it holds, in megabytes: on its own, and with a crowd of turns running."""

    name: str
    first: float
    again: float
    idle: float
    crowd: float
    at_once: int
    lost: int


@dataclass(frozen=True, slots=True)
class Intake:
    """How deliveries were taken in that are not worked on meanwhile. `cpu` is in milliseconds a delivery."""

    name: str
    rate: int
    accept: Span
    cpu: float
    refused: int

    @classmethod
    def of(cls, name: str, rate: int, turns: Sequence[Turn], cpu_seconds: float) -> Self:
        """Work the figures out."""
        return cls(
            name=name,
            rate=rate,
            accept=Span.of(turn.acknowledged - turn.sent for turn in turns),
            cpu=cpu_seconds / len(turns) * 1000,
            refused=sum(turn.acknowledged == inf for turn in turns),
        )


def conditions() -> str:
    """Tell when, where and with what this is measured, and how busy the machine was before."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {os.cpu_count()} cores of {processor()}, "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}, {packages}. "
        f"The model: {FIRST_TOKEN * 1000:.0f} ms to the first token, then {1 / TOKEN_EVERY:.0f} tokens/s, "
        f"{len(TOKENS)} tokens an answer. Load average before the run: {os.getloadavg()[0]:.1f}."
    )


def processor() -> str:
    """Name the processor."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "an unknown one")


def tables(loads: Sequence[Load], intakes: Sequence[Intake], starts: Sequence[Start], read: Sequence[Reading]) -> str:
    """Write a table a rate, of the intake, of the starts and of the histories: Parley first, then the bare relay."""
    rates = dict.fromkeys(load.rate for load in loads)
    of_rates = (of_rate([x for x in loads if x.rate == rate]) for rate in rates)
    return "\n\n".join([*of_rates, of_intake(intakes), of_starts(starts), of_history(read)])


def of_rate(loads: Sequence[Load]) -> str:
    """Write the table of one rate."""
    ours, relay = loads[:2]
    rows = [
        _row("delivery → 200, ms", [x.accept for x in loads], ours.accept.p50 / relay.accept.p50, "p99 < 25 ms"),
        _row("delivery → model request, ms", [x.request for x in loads], ours.request.p50 / relay.request.p50, "≤ 2x"),
        _row("first token → first text, ms", [x.text for x in loads], ours.text.p50 / relay.text.p50, "≤ 1.5x"),
        _row("delivery → whole answer, ms", [x.answer for x in loads], ours.answer.p50 / relay.answer.p50),
        _row("whole answers/s", [f"{x.turns_per_second:.1f}" for x in loads], target=f"{ours.rate}"),
        _row("CPU a turn, ms", [f"{x.cpu:.1f}" for x in loads], ours.cpu / relay.cpu, "≤ 1.5x"),
        _row("deliveries refused", [x.refused for x in loads], target="0"),
        _row("accepted, but without a whole answer", [x.lost for x in loads], target="0"),
        _row("lateness of the world itself, ms", [x.late for x in loads]),
    ]
    return _markdown([f"{ours.rate} turns/s", *(x.name for x in loads), "ratio", "target"], rows)


def of_intake(intakes: Sequence[Intake]) -> str:
    """Write the table of deliveries that are taken in, and wait."""
    rows = [
        _row("delivery → 200, ms", [x.accept for x in intakes], target="p99 < 25 ms"),
        _row("CPU a delivery, ms", [f"{x.cpu:.1f}" for x in intakes]),
        _row("deliveries refused", [x.refused for x in intakes], target="0"),
    ]
    return _markdown([f"{intakes[0].rate} deliveries/s, held", *(x.name for x in intakes), "ratio", "target"], rows)


def of_starts(starts: Sequence[Start]) -> str:
    """Write the table of the starts and the crowd."""
    rows = [
        _row("start → ready, s, first time", [f"{x.first:.2f}" for x in starts], target="≤ 2.5"),
        _row("start → ready, s, again", [f"{x.again:.2f}" for x in starts], target="≤ 2.5"),
        _row("MB when ready", [f"{x.idle:.0f}" for x in starts]),
        _row("MB at most, with the crowd", [f"{x.crowd:.0f}" for x in starts], target="≤ 200"),
        _row("turns running at once", [x.at_once for x in starts]),
        _row("turns without a whole answer", [x.lost for x in starts], target="0"),
    ]
    return _markdown(["start, and a crowd", *(x.name for x in starts), "ratio", "target"], rows)


def of_history(read: Sequence[Reading]) -> str:
    """Write the table of what reading a thread costs a turn."""
    rows = [
        _row("queries a turn", [x.queries for x in read], target="1"),
        _row("milliseconds", [f"{x.milliseconds:.1f}" for x in read]),
    ]
    return _markdown(["messages in the thread", *(f"{x.length}" for x in read), "ratio", "target"], rows)


def _row(what: str, figures: Sequence[object], ratio: float | None = None, target: str = "") -> list[str]:
    return [what, *map(str, figures), "" if ratio is None else f"{ratio:.1f}x", target]


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
