"""Minutes under steady load: `python -m benchmarks.soak`.

What should stay flat is compared, the last third with the first. Fails where memory, descriptors, SQLite's WAL or the
latency grow, or a turn is refused or lost.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.__main__ import PARLEY
from benchmarks.contestant import running
from benchmarks.figures import Span, conditions
from benchmarks.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.contestant import Process
    from benchmarks.world import Turn

RATE = 40  # turns a second
SLICE = 10.0  # seconds of load between two looks
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Look:
    """What the bot held after a slice of the load, in megabytes and descriptors, and how the slice's turns went."""

    resident: float
    descriptors: int
    wal: float
    accept: Span
    answer: Span
    refused: int
    lost: int

    @classmethod
    def at(cls, process: Process, folder: Path, turns: Sequence[Turn]) -> Look:
        """Look at the process, its files and a slice's turns."""
        proc = Path(f"/proc/{process.pid}")
        lines = (proc / "status").read_text(encoding="utf-8").splitlines()
        resident = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024 / MEGABYTE
        wal = folder / "parley.db-wal"
        return cls(
            resident=resident,
            descriptors=len(list((proc / "fd").iterdir())),
            wal=wal.stat().st_size / MEGABYTE if wal.exists() else 0.0,
            accept=Span.of(turn.acknowledged - turn.sent for turn in turns),
            answer=Span.of(turn.whole - turn.sent for turn in turns),
            refused=sum(turn.acknowledged == inf for turn in turns),
            lost=sum(turn.acknowledged < inf and turn.whole == inf for turn in turns),
        )


# What is compared, and how far the median slice of the last third may be above that of the first: a factor and a rest.
# The median, because a slice during which another program has the machine says nothing.
FLAT: dict[str, tuple[Callable[[Look], float], float, float]] = {
    "resident memory, MB": (lambda look: look.resident, 1.15, 5),
    "descriptors": (lambda look: look.descriptors, 1.2, 10),
    "WAL, MB": (lambda look: look.wal, 1.5, 5),
    "delivery → 200, median, ms": (lambda look: look.accept.p50, 1.5, 2),
    "delivery → whole answer, median, ms": (lambda look: look.answer.p50, 1.2, 20),
}


async def soak(minutes: float, rate: int) -> list[Look]:
    """Run the bot under load, and look at it after each slice; the first slice warms up and does not count."""
    looks: list[Look] = []
    async with World() as world:
        with TemporaryDirectory(prefix="benchmark-") as name:
            folder = Path(name)
            async with running(PARLEY, world, folder) as process:
                await world.offer([process.url], rate=rate, seconds=SLICE)
                while len(looks) < minutes * 60 / SLICE:
                    turns = await world.offer([process.url], rate=rate, seconds=SLICE)
                    looks.append(Look.at(process, folder, turns))
                    print(f"{len(looks)}: {looks[-1]}", file=sys.stderr)
    return looks


def is_flat(looks: Sequence[Look]) -> bool:
    """Print the table; return whether nothing grew, and nothing was refused or lost."""
    third = max(1, len(looks) // 3)
    print("| | first third | last third | at most |\n| --- | --- | --- | --- |")
    grown = []
    for what, (of, factor, rest) in FLAT.items():
        first, last = (median(map(of, some)) for some in (looks[:third], looks[-third:]))
        print(f"| {what} | {first:.1f} | {last:.1f} | {max(map(of, looks)):.1f} |")
        grown += [what] if last > first * factor + rest else []
    refused, lost = sum(look.refused for look in looks), sum(look.lost for look in looks)
    p99 = median(look.accept.p99 for look in looks)
    print(f"\n{refused} refused, {lost} lost; delivery → 200 at 99 %: {p99:.1f} ms in the median slice")
    for what in grown:
        print(f"grew: {what}")
    return not (grown or refused or lost)


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Look whether a load leaves traces.")
    parser.add_argument("--minutes", type=float, default=5, help="how long; 5 unless told")
    parser.add_argument("--rate", type=int, default=RATE, help="turns a second; 40 unless told")
    options = parser.parse_args()
    gc.disable()  # a pause of the world would look like one of the bot
    print(f"{options.rate} turns/s for {options.minutes:g} minutes. {conditions()}\n", flush=True)
    if not is_flat(asyncio.run(soak(options.minutes, options.rate))):
        sys.exit("out of bounds")


if __name__ == "__main__":
    main()
