"""Measure `/summarize` of long channels against the model's own time: `python -m benchmarks.summarize`."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.figures import conditions
from bot import app, settings
from bot.db import migrate
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import Event, ModelRequest, TextDelta
from bot.playground.slack.rules import Rules
from bot.slack.manifest import SCOPES
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

FIRST_TOKEN = 0.3  # seconds
READING = 10_000  # tokens of input a second, four characters each
WRITING = 50  # tokens of output a second
OF_PART, OF_WHOLE = 400, 600  # tokens of output
SIZES = (200, 2_000, 5_000)
WORDS = "We moved the launch to Friday because the tests of the importer are still red, and Sam looks into it. "
PATIENCE = 300.0  # seconds for one summary
TARGET = 3.0

_ID = re.compile(r'"id": "(m\d+)"')
_CITED = re.compile(r'"messages": \["(m\d+)"')


@dataclass(slots=True)
class Pace:
    """A model that takes its time, and notes how long each answer took: of a part, and of the whole."""

    parts: list[float] = field(default_factory=list)
    wholes: list[float] = field(default_factory=list)

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer as a model of this pace would, with statements about the first and the last message."""
        is_whole = "<parts>" in asked.text
        names = (_CITED if is_whole else _ID).findall(asked.text)
        points = [{"text": f"This is about {name}.", "messages": [name]} for name in {names[0]: 0, names[-1]: 0}]
        sections: dict[str, object] = {name: [] for name in ("gist", "open", "actions", "disagreements", "themes")}
        took = FIRST_TOKEN + len(asked.text) / 4 / READING + (OF_WHOLE if is_whole else OF_PART) / WRITING
        await asyncio.sleep(took)
        (self.wholes if is_whole else self.parts).append(took)
        yield TextDelta(json.dumps(sections | {"decided": points}))

    @property
    def chain(self) -> float:
        """The longest chain of answers that wait for each other: a part's, and then the whole's."""
        return max(self.parts) + sum(self.wholes)


@dataclass(frozen=True, slots=True)
class Row:
    """What one summary took, in seconds. `calls` are those to the model, `chain` and `alone` the model's own time."""

    messages: int
    threads: int
    calls: int
    took: float
    chain: float
    alone: float

    def cells(self) -> tuple[str, ...]:
        """Write the row."""
        return (
            f"{self.messages:,}",
            f"{self.threads:,}",
            str(self.calls),
            f"{self.took:.1f}",
            f"{self.chain:.1f}",
            f"{self.took / self.chain:.2f}x",
            f"{self.alone:.1f}",
        )


HEAD = ("messages", "threads", "calls", "command → summary, s", "longest chain, s", "ratio", "one after the other, s")


async def measure(messages: int, threads: int, folder: Path) -> Row:
    """Let people write so many messages, a tenth of them in so many threads, and ask for their summary."""
    pace = Pace()
    rules = Rules(scopes=frozenset(SCOPES), subscriptions=frozenset())  # nobody listens while people write
    async with ScriptedWorkspace(rules) as local, MessagesServer(pace) as server:
        general = local.channel("general")
        roots = [local.say(general, f"{number} {WORDS}", user=local.sam) for number in range(messages - threads * 4)]
        for root in roots[:threads]:
            for _ in range(4):
                local.say(general, WORDS, user=local.ada, thread_ts=root)
        environ = {"DATABASE_URL": f"sqlite:///{folder}/parley.db", "PORT": "0"}
        read = settings.read(environ | local.environment("http") | server.environment(), for_slack=True)
        await migrate.upgrade(read.database_url)
        async with app.running(read) as address:
            local.deliver_to(f"{address}/slack/events")
            loop = asyncio.get_running_loop()
            began = loop.time()
            await local.command(general, "/summarize", "24h")
            direct = local.workspace.direct(local.me.id).id
            await local.until(lambda: any("**Decided**" in m.shown for m in local.workspace.messages(direct)), PATIENCE)
            took = loop.time() - began
    calls = len(pace.parts) + len(pace.wholes)
    return Row(messages, threads, calls, took, pace.chain, sum(pace.parts) + sum(pace.wholes))


async def main(sizes: list[int]) -> bool:
    """Print the table; tell whether the target is met."""
    rows = []
    for size in sizes:
        for threads in (0, size // 40):
            print(f"{size} messages, {threads} threads …", file=sys.stderr)
            with TemporaryDirectory() as folder:
                rows.append(await measure(size, threads, Path(folder)))
    where = conditions().partition(" The model:")[0]
    pace = f"{FIRST_TOKEN} s to the first token, {READING:,} tokens/s read, {WRITING} tokens/s written"
    print(f"> {where} The model: {pace}; {OF_PART} tokens about a part, {OF_WHOLE} about the whole.\n")
    for cells in (HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)):
        print(f"| {' | '.join(cells)} |")
    return all(row.took <= TARGET * row.chain for row in rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of messages")
    sys.exit(not asyncio.run(main(parser.parse_args().sizes)))
