"""Measure the bot beside a bare relay and the naive way: `python -m benchmarks`; `--quick` for a first look.

world.py        Slack's deliveries, a lean Slack and a lean model, all by one clock
contestant.py   a bot under test: its process, and what the system says of it
relay.py        the bare relay, by plain aiohttp or by Anthropic's SDK
naive.py        Bolt, a dict, and the whole answer at its end
history.py      what reading a thread costs, by its length
beside.py       versions of the bot at once (a command of its own)
loop.py         how long a stranger's text holds the event loop (a command of its own)
hold.py         … the bot with a watch on its loop, for that
hops.py         what a mention runs through (a command of its own)
traced.py       … the bot with a trace of that
counts.py       … what the syntax tree says of all files
find.py         how long finding among a million messages takes (a command of its own)
transaction.py  what a transaction on SQLite computes (a command of its own)
redaction.py    what redaction finds, and hides by mistake (a command of its own)
ordinary.py     … the ordinary texts for that
figures.py      from moments to figures, from figures to a table
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from contextlib import AsyncExitStack
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contestant import Contestant, running
from benchmarks.figures import Intake, Load, Start, conditions, tables
from benchmarks.history import readings
from benchmarks.world import World, lateness

PARLEY = Contestant("Parley", ("-m", "bot", "serve", "--migrate"))
RELAY = Contestant("bare relay", ("-m", "benchmarks.relay"))
OTHERS = (
    Contestant("relay with Anthropic's SDK", ("-m", "benchmarks.relay", "sdk")),
    Contestant("naive", ("-m", "benchmarks.naive")),
)
RATES = (20, 50, 100)  # turns a second
WARM_UP = 20  # turns
INTAKE_RATE = 100  # deliveries a second that are taken in alone
INTAKE_THREADS = 20
CROWD = 300  # turns that run at once
STILL = 60  # seconds that the model says nothing, at least
CROWD_RATE = 60  # turns a second while the crowd gathers


async def load(contestant: Contestant, world: World, folder: Path, rates: list[int], seconds: float) -> list[Load]:
    """Run a bot at each rate in turn."""
    loads = []
    async with AsyncExitStack() as stack:
        processes = [
            await stack.enter_async_context(running(contestant, world, folder)) for _ in range(contestant.replicas)
        ]
        urls = [process.url for process in processes]
        await world.offer(urls, rate=WARM_UP, seconds=1)
        for rate in rates:
            print(f"{contestant.name} at {rate} turns/s …", file=sys.stderr)
            before = sum(process.cpu_seconds() for process in processes)
            async with lateness() as late:
                turns = await world.offer(urls, rate=rate, seconds=seconds)
            cpu_seconds = sum(process.cpu_seconds() for process in processes) - before
            loads.append(Load.of(contestant.name, rate, turns, cpu_seconds, late))
    return loads


async def intake(contestant: Contestant, world: World, folder: Path, seconds: float) -> Intake:
    """Deliver to a few threads whose first turns wait for the model: the others are stored, and wait for those."""
    print(f"{contestant.name} taking in {INTAKE_RATE}/s …", file=sys.stderr)
    async with running(contestant, world, folder, SHUTDOWN_GRACE="0") as process:
        await world.offer([process.url], rate=WARM_UP, seconds=1)
        before = process.cpu_seconds()
        turns = await world.deliver(
            process.url,
            rate=INTAKE_RATE,
            seconds=seconds,
            threads=INTAKE_THREADS,
            opened=WARM_UP,
            wait=2 * seconds + STILL,
        )
        return Intake.of(contestant.name, INTAKE_RATE, turns, process.cpu_seconds() - before)


async def crowd(contestant: Contestant, world: World, folder: Path) -> Start:
    """Start a bot, let a crowd of turns run at once, and start it again on the database that it has left."""
    print(f"{contestant.name} with {CROWD} turns running …", file=sys.stderr)
    gathering = CROWD / CROWD_RATE
    async with running(contestant, world, folder, MAX_RUNNING_TURNS=str(CROWD)) as process:
        first = process.ready_after
        idle = process.peak_megabytes()
        turns = await world.offer([process.url], rate=CROWD_RATE, seconds=gathering, wait=gathering + 1)
        peak, at_once = process.peak_megabytes(), world.most_asked
    async with running(contestant, world, folder) as process:
        lost = sum(turn.whole == inf for turn in turns)
        return Start(contestant.name, first, process.ready_after, idle, peak, at_once, lost)


async def measure(options: argparse.Namespace) -> None:
    """Measure all, one after the other, and print the tables."""
    contestants = (PARLEY, RELAY) if options.quick else (PARLEY, RELAY, *OTHERS)
    replicas = Contestant("2 replicas on PostgreSQL", PARLEY.arguments, replicas=2, database=options.postgresql)
    print(conditions(), flush=True)
    loads: list[Load] = []
    intakes: list[Intake] = []
    starts: list[Start] = []
    async with World() as world:
        for contestant in contestants:
            with TemporaryDirectory(prefix="benchmark-") as folder:
                loads += await load(contestant, world, Path(folder), options.rates, options.seconds)
            if contestant is PARLEY:  # the others store nothing, so their acknowledgments say nothing
                with TemporaryDirectory(prefix="benchmark-") as folder:
                    intakes.append(await intake(contestant, world, Path(folder), options.seconds))
            with TemporaryDirectory(prefix="benchmark-") as folder:
                starts.append(await crowd(contestant, world, Path(folder)))
        with TemporaryDirectory(prefix="benchmark-") as folder:
            read = await readings(Path(folder))
            if replicas.database:
                loads += await load(replicas, world, Path(folder), options.rates, options.seconds)
    print(f"\n{tables(loads, intakes, starts, read)}")


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Parley beside a bare relay.")
    parser.add_argument("--quick", action="store_true", help="5 seconds a rate, and only the bare relay to compare")
    parser.add_argument("--seconds", type=float, help="how long each rate lasts; 25 unless told")
    parser.add_argument("--rates", type=int, nargs="+", default=list(RATES), help="turns a second; 20, 50 and 100")
    parser.add_argument(
        "--postgresql", default="", metavar="URL", help="an empty database: measure 2 replicas on it, too"
    )
    options = parser.parse_args()
    options.seconds = options.seconds or (5 if options.quick else 25)
    gc.disable()  # a pause of the world would look like one of the bot
    asyncio.run(measure(options))


if __name__ == "__main__":
    main()
