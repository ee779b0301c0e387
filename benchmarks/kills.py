"""Kill the bot again and again while people talk: `python -m benchmarks.kills`; 36 kills and 300 turns unless told.

The scene is that of the chaos tests (`tests/chaos`): the local workspace, a model that keeps what it was asked, and the
real bot on SQLite in a process of its own, which is killed some tenths of a second to three seconds after each start.
It prints what came of the turns, and fails where any was lost, answered twice or out of order, or given up.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from benchmarks.figures import conditions
from bot.db.engine import Database
from bot.playground.anthropic.api import MessagesServer
from bot.work.table import inbox
from tests.chaos.conftest import RULES, Scene
from tests.chaos.model import RecordingModel
from tests.chaos.people import People
from tests.chaos.verdict import faults, until_idle
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from tests.chaos.replica import Replica

EACH = 6  # turns of a thread
SHORTEST, LONGEST = 0.3, 3.0  # seconds that the bot lives from its start on
PATIENCE = 600.0  # seconds for which people wait
FAILED = 3
WRONG = {
    "lost": "has no answer",
    "twice or torn": "messages",
    "out of order": "was answered",
    "in the history": "is remembered",
}


async def play(kills: int, turns: int, seed: int, folder: Path) -> dict[str, float]:
    """Let people ask, kill the bot meanwhile, and count what came of it."""
    model = RecordingModel()
    async with ScriptedWorkspace(RULES) as workspace, MessagesServer(model) as server:
        url = f"sqlite:///{folder / 'parley.db'}"
        environ = {"DATABASE_URL": url, "PORT": "0", "SLACK_RATE_FACTOR": "1000", "SHUTDOWN_GRACE": "5"}
        people = People(workspace, PATIENCE)
        rng = random.Random(seed)  # noqa: S311 (no secret)
        scene = Scene(workspace, model, people, environ | server.environment(), folder, seed, rng)
        replica = scene.replica("http")
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(-(-turns // EACH)):
                talk = people.meet()
                group.create_task(people.hold(talk, EACH, lambda: True, replica.ready.wait))
            for _ in range(kills):
                await live(replica, rng.uniform(SHORTEST, LONGEST))
            killed = time.monotonic()
            await replica.start()
        await people.until_answered()
        answered = time.monotonic()
        database = Database.open(url)
        try:
            await until_idle(database)
            await replica.stop()
            found = await faults(people, model, database)
            async with database.reader.connect() as connection:
                is_failed = select(func.count()).where(inbox.c.status == FAILED)
                given_up = (await connection.execute(is_failed)).scalar_one()
                most = (await connection.execute(select(func.max(inbox.c.deaths + inbox.c.crashes)))).scalar_one()
        finally:
            await database.close()
    print("\n".join(found), file=sys.stderr)
    counts: dict[str, float] = {name: sum(words in fault for fault in found) for name, words in WRONG.items()}
    asked = sum(len(talk.tags) for talk in people.talks)
    times = {"killing, s": round(killed - begun), "then until all were answered, s": round(answered - killed)}
    return (
        {"kills": kills, "turns": asked} | counts | {"given up": given_up, "most deaths of a turn left": most} | times
    )


async def live(replica: Replica, seconds: float) -> None:
    """Start the bot, and kill it after some time."""
    await replica.launch()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await replica.until_ready()
            await asyncio.sleep(seconds)
    replica.kill()
    await replica.ended()


def main() -> int:
    """Read the options, play, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description="Kill the bot while people talk.")
    parser.add_argument("--kills", type=int, default=36)
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="plays the same instants again")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="kills-") as folder:
        found = asyncio.run(play(options.kills, options.turns, options.seed, Path(folder)))
    print(f"{conditions()}\nseed {options.seed}\n")
    print("\n".join(["| | |", "|---|--:|", *(f"| {name} | {count:,} |" for name, count in found.items())]))
    return 1 if any(found[name] for name in (*WRONG, "given up")) else 0


if __name__ == "__main__":
    sys.exit(main())
