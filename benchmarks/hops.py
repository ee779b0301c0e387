"""What a mention runs through: `python -m benchmarks.hops`; `--check carriers=90 forwarders=6` fails above a figure.

The real bot gets mentions in a thread that it knows, and streams its answers. This counts the bot's own functions, the
code in bot/, that run for each of them from the delivery until Slack has the whole answer; those that also run at rest
are left out. The other figures come from the syntax tree of all files. `--list` names what is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.contestant import Contestant, Process, running
from benchmarks.counts import LONG, House
from benchmarks.traced import BOT
from benchmarks.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TRACED = Contestant("Parley, traced", ("-m", "benchmarks.traced", "serve", "--migrate"))
BEFORE = 3  # turns in the thread before the first one that counts, so that everything is loaded
TIMES = 4  # turns; housekeeping does not run in each of them
REST = 2.0  # seconds; what the bot does every second happens in it
CALM = 1.0  # seconds without a new function, after which the turn has ended
POLL, PATIENCE = 0.02, 60.0
CALLS = {"anthropic": "Claude", "slack_sdk": "Slack", "sqlalchemy": "the database"}
WIDEST = 8  # ports that are named


class Function(NamedTuple):
    """Identifies a function."""

    file: str
    line: int  # the first, which may be a decorator's
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.name}"


@dataclass(frozen=True, slots=True)
class Way:
    """What a mention runs through, in the order of the first calls."""

    functions: list[Function]
    hops: list[Function]  # those that were called from outside their file
    carriers: list[Function]  # those that were under way to Slack, Claude or the database
    stacks: dict[str, list[Function]]  # the deepest for each thing that was called; the outermost function first
    at_rest: int  # how many functions were left out


async def walk() -> Way:
    """Let the bot answer mentions in a thread; return what runs for each of them, and does not run at rest."""
    with TemporaryDirectory(prefix="benchmark-") as folder:
        note = Path(folder) / "trace.json"
        async with World() as world, running(TRACED, world, Path(folder), TRACE=str(note)) as bot:
            for number in range(BEFORE):
                await world.mention(bot.url, thread=0 if number else None)
            rounds = [await _round(world, bot, note) for _ in range(TIMES)]
    turns, rests = zip(*rounds, strict=True)
    seen = [{Function(*name): marks for *marks, name in turn["seen"]} for turn in turns]
    rest = set.intersection(*({Function(*name) for *_, name in one["seen"]} for one in rests))
    functions = [one for one in seen[-1] if one not in rest and all(one in turn for turn in seen)]
    stacks = {CALLS[package]: [Function(*name) for name in stack] for package, stack in turns[-1]["stacks"].items()}
    hops, carriers = ([one for one in functions if seen[-1][one][mark]] for mark in (0, 1))
    return Way(functions, hops, carriers, stacks, len(rest))


async def _round(world: World, bot: Process, note: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what ran until Slack had an answer, and what ran at rest."""
    await _signal(bot.pid, signal.SIGUSR1, note)
    turn = await world.mention(bot.url, thread=0)
    ran = await _signal(bot.pid, signal.SIGUSR2, note)
    ran["seen"] = [marks for seconds, *marks in ran["seen"] if seconds <= turn.whole]
    before: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE):
        while (now := await _signal(bot.pid, signal.SIGUSR2, note)) != before:
            before = now
            await asyncio.sleep(CALM)
    await _signal(bot.pid, signal.SIGUSR1, note)
    await asyncio.sleep(REST)
    rest = await _signal(bot.pid, signal.SIGUSR2, note)
    rest["seen"] = [marks for _, *marks in rest["seen"]]
    return ran, rest


async def _signal(pid: int, number: signal.Signals, note: Path) -> dict[str, Any]:
    """Send the bot a signal, and return what it writes then."""
    note.unlink(missing_ok=True)  # noqa: ASYNC240 (it is small, and nothing else runs here, as below)
    os.kill(pid, number)
    async with asyncio.timeout(PATIENCE):
        while not note.exists():  # noqa: ASYNC110, ASYNC240 (it looks at another process)
            await asyncio.sleep(POLL)
    noted: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))  # noqa: ASYNC240
    return noted


def figures(way: Way, house: House) -> dict[str, int]:
    """Return the figures by name, as `--check` takes them."""
    return {
        "functions": len(way.functions),
        "files": len({function.file for function in way.functions}),
        "hops": len(way.hops),
        "carriers": len(way.carriers),
        "carrier_hops": len({*way.carriers} & {*way.hops}),
        "carrier_files": len({function.file for function in way.carriers}),
        "forwarders": len(forwarders(way, house)),
        **{_frames(what): len(stack) for what, stack in way.stacks.items()},
        "port_methods": max(width for width, _ in house.ports()),
        "names_twice": len(house.twice()),
        "context_variables": len(house.context_variables()),
        "top_modules": len(house.at_the_top()),
        "long_files": len(house.long_files()),
    }


def forwarders(way: Way, house: House) -> list[Function]:
    """Return the functions on the way that only pass on their parameters."""
    return [one for one in way.functions if (one.file, one.line) in house.forwarders]


def described(way: Way, house: House) -> dict[str, str]:
    """Describe each figure, by name."""
    names = {_frames(what): f"own frames at the deepest call of {what}" for what in way.stacks}
    return names | {
        "functions": f"own functions from the delivery to the posted answer ({way.at_rest} run at rest, too: left out)",
        "files": "… in so many files",
        "hops": "… called from outside their file",
        "carriers": "… on the stack of a call of Slack, Claude or the database: the way itself",
        "carrier_hops": "… and called from outside their file: where the reader changes files",
        "carrier_files": "… in so many files",
        "forwarders": "… that only forward",
        "port_methods": "methods of the widest: " + ", ".join(f"{name} {n}" for n, name in house.ports()[:WIDEST]),
        "names_twice": "class names that are defined more than once",
        "context_variables": "ContextVars",
        "top_modules": "modules at the top of bot/",
        "long_files": f"files over {LONG} lines",
    }


def _frames(what: str) -> str:
    return f"{what.rsplit(maxsplit=1)[-1].lower()}_frames"


def listing(way: Way, house: House) -> str:
    """Name what was counted."""
    forwarding, hops, carriers = {*forwarders(way, house)}, {*way.hops}, {*way.carriers}
    lines = [
        f"{' ' if one in hops else '·'}{'→' if one in carriers else ' '} {one}"
        f"{'  (forwards)' if one in forwarding else ''}"
        for one in way.functions
    ]
    for what, stack in way.stacks.items():
        lines += ["", f"the deepest call of {what}:", *(f"  {one}" for one in stack)]
    lines += ["", "defined more than once: " + ", ".join(house.twice())]
    lines += ["ContextVars: " + ", ".join(house.context_variables()), f"long files: {', '.join(house.long_files())}"]
    return "\n".join(lines)


def missed(found: Mapping[str, int], goals: Sequence[tuple[str, int]]) -> list[str]:
    """Return a line for each figure that is above its goal."""
    return [f"{name}: {found[name]}, at most {most} wanted" for name, most in goals if found[name] > most]


def goal(text: str) -> tuple[str, int]:
    """Read `name=most`."""
    name, _, most = text.partition("=")
    return name, int(most)


def main() -> None:
    """Read the options, count, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hops", description="Count what a mention runs through.")
    parser.add_argument("--check", nargs="+", type=goal, default=[], metavar="NAME=MOST", help="fail above")
    parser.add_argument("--list", action="store_true", help="name what is counted")
    options = parser.parse_args()
    house = House(BOT)
    way = asyncio.run(walk())
    found, what = figures(way, house), described(way, house)
    if unknown := [name for name, _ in options.check if name not in found]:
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(found)}")
    if options.list:
        print(listing(way, house), end="\n\n")
    for name, count in found.items():
        print(f"{name:18}{count:5}  {what[name]}")
    if above := missed(found, options.check):
        sys.exit("\n".join(above))


if __name__ == "__main__":
    main()
