"""Measure versions of the bot side by side, so that a machine that others share is as slow for one as for the other.

    python -m benchmarks.beside ../older .    # the checkouts to compare, by their folders; about a minute

All run at once, beside the bare relay, in one world that delivers to them in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from contextlib import AsyncExitStack
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.__main__ import PARLEY, RELAY, WARM_UP
from benchmarks.contestant import ROOT, running
from benchmarks.figures import Span
from benchmarks.world import World


async def measure(checkouts: list[Path], rate: float, seconds: float) -> None:
    """Offer `rate` turns a second to each, and print a line for each."""
    names = ["bare relay", *map(str, checkouts)]
    async with World() as world, AsyncExitStack() as stack:
        processes = []
        for contestant, root in ((RELAY, ROOT), *((PARLEY, root.resolve()) for root in checkouts)):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchmark-")))
            started = running(contestant, world, folder, PYTHONPATH=str(root))
            processes.append(await stack.enter_async_context(started))
        urls = [process.url for process in processes]
        await world.offer(urls, rate=WARM_UP, seconds=len(urls))
        before = [process.cpu_seconds() for process in processes]
        turns = await world.offer(urls, rate=rate * len(urls), seconds=seconds)
        computed = [process.cpu_seconds() - start for process, start in zip(processes, before, strict=True)]
    print("| | CPU a turn, ms | delivery → 200, ms | delivery → model request, ms | first token → first text, ms |")
    print("| --- | --- | --- | --- | --- |")
    for number, (name, cpu) in enumerate(zip(names, computed, strict=True)):
        own = turns[number :: len(names)]
        done = [turn for turn in own if turn.whole < inf]
        spans = (
            Span.of(turn.acknowledged - turn.sent for turn in own),
            Span.of(turn.asked - turn.sent for turn in own),
            Span.of(turn.seen - turn.spoken for turn in done),
        )
        print(f"| {name} | {cpu / len(done) * 1000:.1f} | {' | '.join(map(str, spans))} |")


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description="Measure versions side by side.")
    parser.add_argument("checkouts", nargs="+", type=Path, help="folders with the versions of Parley to compare")
    parser.add_argument("--rate", type=float, default=10, help="turns a second to each; 10 unless told")
    parser.add_argument("--seconds", type=float, default=20, help="how long; 20 unless told")
    options = parser.parse_args()
    gc.disable()  # a pause of the world would look like one of the bots
    asyncio.run(measure(options.checkouts, options.rate, options.seconds))


if __name__ == "__main__":
    main()
