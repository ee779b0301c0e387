"""Measure versions of the bot beside the bare relay, so that a machine that others share is as slow for all of them.

    python -m benchmarks.beside                # this checkout; about two minutes
    python -m benchmarks.beside ../older .     # the checkouts to compare, by their folders

All run at once in one world. At a low rate it delivers to them in turn; at a higher one, each has the machine to itself
for some seconds, round by round, so that what the others take falls on all alike.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.__main__ import PARLEY, RELAY, WARM_UP
from benchmarks.contestant import ROOT, Process, running
from benchmarks.figures import Span, conditions
from benchmarks.world import PEOPLE, Turn, World

if TYPE_CHECKING:
    from collections.abc import Sequence

QUIET = 4  # turns a second, up to which all are measured at once
HEAD = (
    "turns/s",
    "",
    "CPU a turn, ms",
    "delivery → 200, ms",
    "delivery → model request, ms",
    "first token → first text, ms",
    "last byte → whole answer, ms",
    "whole answers/s",
)


@dataclass(slots=True)
class Contestant:
    """A bot that runs, and what it did at one rate: the turns of each round, and the seconds that it computed."""

    name: str
    process: Process
    rounds: list[list[Turn]] = field(default_factory=list)
    computed: float = 0.0

    def row(self, rate: float) -> list[str]:
        """Work the figures out."""
        turns = [turn for turns in self.rounds for turn in turns]
        done = [turn for turn in turns if turn.whole < inf]
        spans = (
            Span.of(turn.acknowledged - turn.sent for turn in turns),
            Span.of(turn.asked - turn.sent for turn in turns),
            Span.of(turn.seen - turn.spoken for turn in done),
            Span.of(turn.whole - turn.written for turn in done),
        )
        each_second = [per_second(turns) for turns in self.rounds]
        figures = [f"{self.computed / len(done) * 1000:.1f}", *map(str, spans)]
        return [f"{rate:g}", self.name, *figures, f"{sum(each_second) / len(each_second):.1f}"]


def per_second(turns: Sequence[Turn]) -> float:
    """Return how many answers became whole a second."""
    ends = sorted(turn.whole for turn in turns if turn.whole < inf)
    return (len(ends) - 1) / (ends[-1] - ends[0]) if len(ends) > 1 else 0.0


async def at_once(world: World, contestants: Sequence[Contestant], rate: float, seconds: float) -> None:
    """Offer `rate` turns a second to each, in turn."""
    before = [one.process.cpu_seconds() for one in contestants]
    urls = [one.process.url for one in contestants]
    turns = await world.offer(urls, rate=rate * len(urls), seconds=seconds)
    for number, (one, start) in enumerate(zip(contestants, before, strict=True)):
        one.rounds.append(turns[number :: len(urls)])
        one.computed += one.process.cpu_seconds() - start


async def measure(checkouts: list[Path], rates: list[float], rounds: int, seconds: float) -> None:
    """Offer each rate to each, and print a line for each."""
    print(f"{conditions()}\n\n| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}")
    async with World() as world, AsyncExitStack() as stack:
        processes: list[tuple[str, Process]] = []
        versions = ((folder.resolve().name, PARLEY, folder.resolve()) for folder in checkouts)
        for name, contestant, root in (("bare relay", RELAY, ROOT), *versions):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchmark-")))
            started = running(contestant, world, folder, PYTHONPATH=str(root))
            processes.append((name, await stack.enter_async_context(started)))
        # Until everybody has asked once: Slack is asked who somebody is, once an hour.
        urls = [process.url for _, process in processes]
        await world.offer(urls, rate=WARM_UP, seconds=len(urls) * PEOPLE / WARM_UP)
        for rate in rates:
            contestants = [Contestant(name, process) for name, process in processes]
            if rate <= QUIET:
                await at_once(world, contestants, rate, rounds * seconds)
            else:
                for _ in range(rounds):
                    for one in contestants:
                        await at_once(world, [one], rate, seconds)
            for one in contestants:
                print(f"| {' | '.join(one.row(rate))} |", flush=True)


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description="Measure versions side by side.")
    parser.add_argument(
        "checkouts", nargs="*", type=Path, default=[ROOT], help="folders with the versions to compare; this one"
    )
    parser.add_argument(
        "--rates", type=float, nargs="+", default=[2, 20, 50, 100], help="turns a second to each; 2, 20, 50 and 100"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each has its turn; 3 times unless told")
    parser.add_argument("--seconds", type=float, default=5, help="how long a round is; 5 unless told")
    options = parser.parse_args()
    gc.disable()  # a pause of the world would look like one of the bots
    asyncio.run(measure(options.checkouts, options.rates, options.rounds, options.seconds))


if __name__ == "__main__":
    main()
